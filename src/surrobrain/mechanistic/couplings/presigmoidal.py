"""Presigmoidal: what each region sends saturates."""

from dataclasses import dataclass
from typing import Any

from surrobrain.mechanistic.node import Value, param

__all__ = ["Presigmoidal"]


@dataclass(frozen=True)
class Presigmoidal:
    """Coupling through a sigmoid of the source: every tract saturates by itself.

    Parameters
    ----------
    strength : float or array, shape (n_regions,)
        Global strength G, or one per receiving region.
    midpoint : float
        Source at which half of the largest signal is sent, in its unit.
    slope : float
        Steepness of the sigmoid, in 1 / unit of the source.

    Notes
    -----
    ``G sum_j C[i, j] / (1 + exp(-slope (source_j - midpoint)))``. The sigmoid is computed once
    per region, not once per tract. Jansen-Rit nodes send a sigmoid already; give them a plain
    strength.

    Examples
    --------
    >>> Presigmoidal(2.0, midpoint=0.5).slope
    1.0
    """

    strength: Value = param(1.0, "1", bounds=(-1e9, 1e9))
    midpoint: float = param(0.0, "source", bounds=(-1e9, 1e9))
    slope: float = param(1.0, "1/source", bounds=(0.0, 1e6))

    @staticmethod
    def send(xp: Any, source: tuple, p: Any) -> tuple:
        """Send the sigmoid of the source."""
        return tuple(1 / (1 + xp.exp(p.slope * (p.midpoint - x))) for x in source)

    @staticmethod
    def receive(xp: Any, total: tuple, own: tuple, row: Any, p: Any) -> tuple:
        """Receive G times the sum."""
        return tuple(p.strength * x for x in total)
