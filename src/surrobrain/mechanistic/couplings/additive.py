"""Additive: a region receives the weighted sum of what the others send."""

from dataclasses import dataclass
from typing import Any

from surrobrain.mechanistic.node import Value, param

__all__ = ["Additive"]


@dataclass(frozen=True)
class Additive:
    """Linear coupling, the default of most nodes.

    Parameters
    ----------
    strength : float or array, shape (n_regions,)
        Global strength G, or one per receiving region.

    Notes
    -----
    ``G sum_j C[i, j] source_j``

    Examples
    --------
    >>> Additive(0.5).strength
    0.5
    """

    strength: Value = param(1.0, "1", bounds=(-1e9, 1e9))

    @staticmethod
    def send(xp: Any, source: tuple, p: Any) -> tuple:
        """Send the source as it is."""
        return source

    @staticmethod
    def receive(xp: Any, total: tuple, own: tuple, row: Any, p: Any) -> tuple:
        """Receive G times the sum."""
        return tuple(p.strength * x for x in total)
