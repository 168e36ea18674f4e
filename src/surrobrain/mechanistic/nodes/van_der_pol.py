"""Van der Pol: the oscillator whose damping changes sign with its amplitude."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["VanDerPol"]


@dataclass(frozen=True)
class VanDerPol:
    """Region on a limit cycle of amplitude 2 that turns from a sine into a relaxation.

    Parameters
    ----------
    mu : float or array, shape (n_regions,)
        Strength of the nonlinear damping, a pure number.
    omega : float or array, shape (n_regions,)
        Angular frequency of small mu in rad/s.

    Notes
    -----
    ::

        dx/dt = omega y
        dy/dt = omega (mu (1 - x^2) y - x) + coupling       coupling = G sum_j C[i, j] (x_j - x_i)

    States are pure numbers. External input adds to the coupling, in 1/s. Noise acts on y (sigma
    per sqrt(s)). The period is 2 pi / omega for small mu and (3 - 2 log 2) mu / omega for
    large mu; at mu = 1 it is 6.6633 / omega.

    Differs: the second-order form is used here; the form of Lienard has another y.

    References
    ----------
    .. [1] van der Pol (1926), On relaxation-oscillations. Phil Mag 2:978.

    Examples
    --------
    >>> VanDerPol(mu=5.0).mu
    5.0
    """

    mu: Value = param(1.0, "1", bounds=(0.0, 100.0))
    omega: Value = param(62.8, "rad/s", bounds=(0.0, 1e5))

    states: ClassVar[tuple[str, ...]] = ("x", "y")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"x": 2.0, "y": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("y",)
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 2.0

    @property
    def step(self) -> float:
        """A hundredth of the faster of 1 / omega and the decay back to the cycle, (omega mu)^-1."""
        rate = np.maximum(np.asarray(self.omega) * np.maximum(1.0, self.mu), 1e-2)
        return float(np.min(0.01 / rate))

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/s."""
        x, y = state
        return p.omega * y, p.omega * (p.mu * (1 - x * x) * y - x) + coupling[0]

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send x."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show x."""
        return state[0]
