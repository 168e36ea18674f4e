"""Multiplicative: white noise in proportion to the state."""

from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.noise import Sigma

__all__ = ["Multiplicative"]


@dataclass(frozen=True)
class Multiplicative:
    """White noise that grows with the state and never moves a silent one.

    For another law write a class of the same form with your own ``scale`` and ``slope``.

    Parameters
    ----------
    sigma : float, array of shape (n_regions,), or dict of state name to either
        Strength per square root of the node's time unit.

    Notes
    -----
    ``dx = drift dt + sigma x dW``. With "euler" (order 1/2) and "milstein" (order 1) this is Ito's
    equation; "heun" and "rk4" solve Stratonovich's, whose drift is larger by ``sigma^2 x / 2``.

    References
    ----------
    .. [1] Kloeden & Platen (1992), Numerical solution of stochastic differential equations.
       Springer, chapters 4.9 and 10.3.

    Examples
    --------
    >>> Multiplicative.scale(None, 2.5)
    2.5
    """

    sigma: Sigma = 0.0

    colored: ClassVar[bool] = False

    @staticmethod
    def scale(xp: Any, x: Any) -> Any:
        """Return x."""
        return x

    @staticmethod
    def slope(xp: Any, x: Any) -> Any:
        """Return 1."""
        return 1.0
