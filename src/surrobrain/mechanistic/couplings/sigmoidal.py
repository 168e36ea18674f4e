"""Sigmoidal: the summed input of a region saturates."""

from dataclasses import dataclass
from typing import Any

from surrobrain.mechanistic.node import Value, param

__all__ = ["Sigmoidal"]


@dataclass(frozen=True)
class Sigmoidal:
    """Coupling through a sigmoid of the sum: a region's tracts saturate together.

    Parameters
    ----------
    strength : float or array, shape (n_regions,)
        Largest input G.
    midpoint : float
        Summed input at which half of it is reached, in the unit of the source.
    slope : float
        Steepness of the sigmoid, in 1 / unit of the source.

    Notes
    -----
    ``G / (1 + exp(-slope (sum_j C[i, j] source_j - midpoint)))``. Without any input a region
    still receives ``G / (1 + exp(slope midpoint))``.

    Differs: TVB's Sigmoidal coupling has two ends, cmin and cmax, and divides by a width sigma;
    its SigmoidalJansenRit is applied before the sum (here: ``Presigmoidal``).

    Examples
    --------
    >>> Sigmoidal(2.0, midpoint=0.5).slope
    1.0
    """

    strength: Value = param(1.0, "1", bounds=(-1e9, 1e9))
    midpoint: float = param(0.0, "source", bounds=(-1e9, 1e9))
    slope: float = param(1.0, "1/source", bounds=(0.0, 1e6))

    @staticmethod
    def send(xp: Any, source: tuple, p: Any) -> tuple:
        """Send the source as it is."""
        return source

    @staticmethod
    def receive(xp: Any, total: tuple, own: tuple, row: Any, p: Any) -> tuple:
        """Receive G times the sigmoid of the sum."""
        return tuple(p.strength / (1 + xp.exp(p.slope * (p.midpoint - x))) for x in total)
