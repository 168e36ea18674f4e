"""Generic two-dimensional oscillator: excitable, bistable or oscillating by its nullclines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["Generic2DOscillator"]


@dataclass(frozen=True)
class Generic2DOscillator:
    """Fast variable on a cubic nullcline, slow one on a parabola; excitable by default.

    Parameters
    ----------
    tau : float or array, shape (n_regions,)
        Separation of the time scales.
    I : float or array, shape (n_regions,)
        Constant input.
    a, b, c : float or array, shape (n_regions,)
        Coefficients of the parabola.
    d : float or array, shape (n_regions,)
        Rate of everything in 1/ms.
    e, f, g : float or array, shape (n_regions,)
        Coefficients of the cubic.
    alpha, beta, gamma : float or array, shape (n_regions,)
        Weights of W in V, of W in itself, and of the input.

    Notes
    -----
    ::

        dV/dt = d tau (-f V^3 + e V^2 + g V + alpha W + gamma (I + coupling))
        dW/dt = d / tau (a + b V + c V^2 - beta W)        coupling = G sum_j C[i, j] V_j

    States are pure numbers. External input adds to I. Noise acts on V and W (sigma per
    sqrt(ms)). FitzHugh-Nagumo is a special case (c = e = 0).

    Differs: TVB leaves to its coupling class whether V or a difference of V travels; here V does.

    References
    ----------
    .. [1] Sanz-Leon et al. (2013), The Virtual Brain: a simulator of primate brain network
       dynamics. Front Neuroinform 7:10.
    .. [2] Sanz-Leon et al. (2015), Mathematical framework for large-scale brain network modeling
       in The Virtual Brain. NeuroImage 111:385.

    Examples
    --------
    >>> Generic2DOscillator(a=2.0).d
    0.02
    """

    tau: Value = param(1.0, "1", bounds=(0.01, 100.0))
    I: Value = param(0.0, "1", bounds=(-20.0, 20.0))  # noqa: E741
    a: Value = param(-2.0, "1", bounds=(-20.0, 20.0))
    b: Value = param(-10.0, "1", bounds=(-50.0, 50.0))
    c: Value = param(0.0, "1", bounds=(-50.0, 50.0))
    d: Value = param(0.02, "1/ms", bounds=(1e-5, 10.0))
    e: Value = param(3.0, "1", bounds=(-20.0, 20.0))
    f: Value = param(1.0, "1", bounds=(0.0, 20.0))
    g: Value = param(0.0, "1", bounds=(-20.0, 20.0))
    alpha: Value = param(1.0, "1", bounds=(-20.0, 20.0))
    beta: Value = param(1.0, "1", bounds=(-20.0, 20.0))
    gamma: Value = param(1.0, "1", bounds=(-20.0, 20.0))

    states: ClassVar[tuple[str, ...]] = ("V", "W")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"V": -0.2, "W": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("V", "W")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 1.0

    @property
    def step(self) -> float:
        """A tenth of a millisecond at the default rate, less where the equations run faster."""
        return 2e-6 / float(np.max(self.d * np.maximum(self.tau, 1 / np.asarray(self.tau))))

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of V and W in 1/ms."""
        V, W = state
        cubic = ((p.e - p.f * V) * V + p.g) * V
        return (
            p.d * p.tau * (cubic + p.alpha * W + p.gamma * (p.I + coupling[0])),
            p.d / p.tau * (p.a + (p.b + p.c * V) * V - p.beta * W),
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send V."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show V."""
        return state[0]
