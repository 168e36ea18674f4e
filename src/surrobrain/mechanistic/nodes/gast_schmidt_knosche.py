"""Gast-Schmidt-Knosche: Montbrio's exact mean field with spike-frequency adaptation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["GastSchmidtKnosche"]


@dataclass(frozen=True)
class GastSchmidtKnosche:
    """Mean field of adapting quadratic integrate-and-fire neurons; it bursts.

    Parameters
    ----------
    tau : float or array, shape (n_regions,)
        Membrane time constant in ms.
    eta : float or array, shape (n_regions,)
        Center of the neurons' excitability.
    J : float or array, shape (n_regions,)
        Recurrent weight.
    Delta : float or array, shape (n_regions,)
        Half width of the neurons' excitability.
    alpha : float or array, shape (n_regions,)
        Strength of the adaptation; at 0 the region is a ``MontbrioPazoRoxin``.
    tau_A : float or array, shape (n_regions,)
        Time constant of the adaptation in ms.
    I : float or array, shape (n_regions,)
        Constant input.

    Notes
    -----
    ::

        tau dr/dt = Delta / (pi tau) + 2 r V
        tau dV/dt = V^2 + eta + I + J tau r - A + coupling - (pi tau r)^2
        dA/dt = B            tau_A dB/dt = alpha r - 2 B - A / tau_A

    so that A is the rate through an alpha kernel, ``tau_A alpha r`` in a steady state;
    coupling = G sum_j C[i, j] r_j. Noise acts on r and V (sigma per sqrt(ms)); r is kept at 0 or
    above.

    Differs: TVB's class of this name offers synaptic depression in a second version.

    References
    ----------
    .. [1] Gast, Schmidt & Knosche (2020), A mean-field description of bursting dynamics in spiking
       neural networks with short-term adaptation. Neural Comput 32:1615.

    Examples
    --------
    >>> GastSchmidtKnosche(alpha=0.0).tau_A
    10.0
    """

    tau: Value = param(1.0, "ms", bounds=(0.01, 1000.0))
    eta: Value = param(-5.0, "1", bounds=(-100.0, 100.0))
    J: Value = param(15.0, "1", bounds=(-200.0, 200.0))
    Delta: Value = param(1.0, "1", bounds=(0.0, 100.0))
    alpha: Value = param(0.5, "1", bounds=(0.0, 100.0))
    tau_A: Value = param(10.0, "ms", bounds=(0.01, 10000.0))
    I: Value = param(0.0, "1", bounds=(-100.0, 100.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("r", "V", "A", "B")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"r": 0.1, "V": -2.0, "A": 0.0, "B": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"r": (0.0, 1e6)}
    noise: ClassVar[tuple[str, ...]] = ("r", "V")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.5

    @property
    def step(self) -> float:
        """A two-hundredth of the membrane time constant."""
        return float(np.min(self.tau)) * 5e-6

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        r, V, A, B = state
        pi = 3.141592653589793
        spikes = pi * p.tau * r
        drive = p.eta + p.I + p.J * p.tau * r - A + coupling[0]
        return (
            (p.Delta / (pi * p.tau) + 2 * r * V) / p.tau,
            (V * V + drive - spikes * spikes) / p.tau,
            B,
            (p.alpha * r - 2 * B - A / p.tau_A) / p.tau_A,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the rate r."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the rate r in 1/ms."""
        return state[0]
