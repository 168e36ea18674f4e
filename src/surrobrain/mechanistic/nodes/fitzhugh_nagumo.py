"""FitzHugh-Nagumo: the simplest excitable system."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["FitzHughNagumo"]


@dataclass(frozen=True)
class FitzHughNagumo:
    """Fast activity with a cubic nullcline and a slow recovery that follows it.

    Parameters
    ----------
    alpha, beta, gamma : float or array, shape (n_regions,)
        Coefficients of the cubic, pure numbers.
    delta, epsilon : float or array, shape (n_regions,)
        Where the recovery settles, pure numbers.
    tau : float or array, shape (n_regions,)
        Time constant of the recovery in ms.
    I : float or array, shape (n_regions,)
        Constant input.

    Notes
    -----
    ::

        dx/dt = -alpha x^3 + beta x^2 + gamma x - y + I + coupling
        dy/dt = (x - delta - epsilon y) / tau          coupling = G sum_j C[i, j] (x_j - x_i)

    The defaults are FitzHugh's: alpha 1/3, beta 0, gamma 1, delta -0.7, epsilon 0.8, tau 12.5;
    the rest loses its stability at I = 0.3313 and regains it at 1.4187. Noise acts on x and y
    (sigma per sqrt(ms)).

    Differs: neurolib has alpha 3, beta 4, gamma -1.5, delta 0, epsilon 0.5, tau 20, couples
    additively or by differences, and adds Ornstein-Uhlenbeck noise.

    References
    ----------
    .. [1] FitzHugh (1961), Impulses and physiological states in theoretical models of nerve
       membrane. Biophys J 1:445.

    Examples
    --------
    >>> FitzHughNagumo(I=0.5).tau
    12.5
    """

    alpha: Value = param(1 / 3, "1/ms", bounds=(0.0, 100.0))
    beta: Value = param(0.0, "1/ms", bounds=(-100.0, 100.0))
    gamma: Value = param(1.0, "1/ms", bounds=(-100.0, 100.0))
    delta: Value = param(-0.7, "1", bounds=(-100.0, 100.0))
    epsilon: Value = param(0.8, "1", bounds=(-100.0, 100.0))
    tau: Value = param(12.5, "ms", bounds=(0.01, 1e5))
    I: Value = param(0.0, "1/ms", bounds=(-100.0, 100.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("x", "y")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"x": -1.0, "y": -0.5}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "y")
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.5

    @property
    def step(self) -> float:
        """A twentieth of a millisecond, at most a hundredth of the recovery."""
        return 1e-3 * min(0.05, float(np.min(self.tau)) / 100)

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        x, y = state
        cubic = -p.alpha * x * x * x + p.beta * x * x + p.gamma * x
        return cubic - y + p.I + coupling[0], (x - p.delta - p.epsilon * y) / p.tau

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
