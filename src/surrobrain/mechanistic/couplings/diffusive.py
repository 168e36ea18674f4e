"""Diffusive: a region is pulled towards what the others send."""

from dataclasses import dataclass
from typing import Any

from surrobrain.mechanistic.node import Value, param

__all__ = ["Diffusive"]


@dataclass(frozen=True)
class Diffusive:
    """Coupling by differences, which vanishes when all regions agree.

    Parameters
    ----------
    strength : float or array, shape (n_regions,)
        Global strength G, or one per receiving region.

    Notes
    -----
    ``G sum_j C[i, j] (source_j(t - delay) - source_i(t))``

    Examples
    --------
    >>> Diffusive(0.5).strength
    0.5
    """

    strength: Value = param(1.0, "1", bounds=(-1e9, 1e9))

    @staticmethod
    def send(xp: Any, source: tuple, p: Any) -> tuple:
        """Send the source as it is."""
        return source

    @staticmethod
    def receive(xp: Any, total: tuple, own: tuple, row: Any, p: Any) -> tuple:
        """Receive G times the sum of differences."""
        return tuple(p.strength * (x - row * mine) for x, mine in zip(total, own, strict=True))
