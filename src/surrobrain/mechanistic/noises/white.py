"""White: independent increments, the same at every state."""

from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.noise import Sigma

__all__ = ["White"]


@dataclass(frozen=True)
class White:
    """Additive white noise, what a bare number means.

    Parameters
    ----------
    sigma : float, array of shape (n_regions,), or dict of state name to either
        Strength in units of the state per square root of the node's time unit.

    Notes
    -----
    ``dx = drift dt + sigma dW``: over a time T without drift x spreads to a standard deviation
    ``sigma sqrt(T)``.

    Differs: in TVB the strength is ``sqrt(2 nsig)``; VBI's Montbrio model has ``sqrt(2 D)`` on r
    and ``sqrt(4 D)`` on V; a sigma per sqrt(s) is one per sqrt(ms) times sqrt(1000).

    Examples
    --------
    >>> White(0.1).colored
    False
    """

    sigma: Sigma = 0.0

    colored: ClassVar[bool] = False

    @staticmethod
    def scale(xp: Any, x: Any) -> Any:
        """Return 1: additive."""
        return 1.0

    @staticmethod
    def slope(xp: Any, x: Any) -> Any:
        """Return 0."""
        return 0.0
