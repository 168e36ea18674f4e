"""Linear: the Ornstein-Uhlenbeck network, the model that theory solves exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["Linear"]


@dataclass(frozen=True)
class Linear:
    """Region that forgets exponentially: the baseline that any richer model must beat.

    Parameters
    ----------
    tau : float or array, shape (n_regions,)
        Time constant in s.

    Notes
    -----
    ``tau dx/dt = -x + coupling``, with noise sigma dW on x (unit of x per sqrt(s)). The
    stationary covariance P of the network solves the Lyapunov equation
    ``A P + P A' + sigma^2 I = 0`` with ``A = (G C - I) / tau``.
    It is stable while the eigenvalues of G C have real parts below 1.

    References
    ----------
    .. [1] Galan (2008), On how network architecture determines the dominant patterns of spontaneous
       neural activity. PLoS ONE 3:e2148.

    Examples
    --------
    >>> Linear(tau=0.05).step
    0.0005
    """

    tau: Value = param(0.1, "s", bounds=(1e-4, 100.0))

    states: ClassVar[tuple[str, ...]] = ("x",)
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"x": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 1.0

    @property
    def step(self) -> float:
        """A hundredth of the shortest time constant."""
        return float(np.min(self.tau)) / 100

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivative of x in 1/s."""
        return ((coupling[0] - state[0]) / p.tau,)

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x."""
        return state

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
