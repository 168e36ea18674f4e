"""Gast-Schmidt-Knosche: the exact mean field of neurons that tire; bursts by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["GastSchmidtKnosche"]


@dataclass(frozen=True)
class GastSchmidtKnosche:
    """Montbrio, Pazo and Roxin's mass with adaptation of its neurons or of its synapses.

    Parameters
    ----------
    eta : float or array, shape (n_regions,)
        Center of the Lorentzian distribution of excitabilities.
    J : float or array, shape (n_regions,)
        Synaptic weight inside the region.
    Delta : float or array, shape (n_regions,)
        Half width of that distribution.
    tau, tau_A : float or array, shape (n_regions,)
        Time constants of the membrane and of the adaptation in ms.
    fatigue : float or array, shape (n_regions,)
        Spike-frequency adaptation: current that a rate of 1/ms takes away.
    depression : float or array, shape (n_regions,)
        Synaptic depression: share of J that a rate of 1/ms takes away.
    I : float or array, shape (n_regions,)
        Constant input.

    Notes
    -----
    ::

        tau dr/dt = Delta / (pi tau) + 2 r V
        tau dV/dt = V^2 + eta + J tau r (1 - depression A) - fatigue A - (pi tau r)^2 + I + coupling
        tau_A dA/dt = B
        tau_A dB/dt = r - A - 2 B                         coupling = G sum_j C[i, j] r_j

    A is the rate r, smoothed by an alpha function. r is in 1/ms, the rest are pure numbers.
    The defaults burst by fatigue alone; depression alone: fatigue 0, depression 0.5, eta -5.5.
    At rest fatigue acts as if J were J - fatigue / tau; without either, this is Montbrio, Pazo
    and Roxin's mass. External input adds to I. Noise acts on V (sigma per sqrt(ms)).

    Differs: TVB has two models, with A multiplied by its alpha (10 is its default for fatigue,
    outside its own range of 0 to 1), and clips r at 0 after noise.

    References
    ----------
    .. [1] Gast, Schmidt & Knosche (2020), A mean-field description of bursting dynamics in spiking
       neural networks with short-term adaptation. Neural Comput 32:1615.

    Examples
    --------
    >>> GastSchmidtKnosche(fatigue=0.0, depression=0.5, eta=-5.5).tau_A
    10.0
    """

    eta: Value = param(1.0, "1", bounds=(-100.0, 100.0))
    J: Value = param(21.2132, "1", bounds=(-100.0, 100.0))
    Delta: Value = param(2.0, "1", bounds=(0.0, 50.0))
    tau: Value = param(1.0, "ms", bounds=(0.01, 1000.0))
    tau_A: Value = param(10.0, "ms", bounds=(0.01, 1e4))
    fatigue: Value = param(10.0, "ms", bounds=(0.0, 1000.0))
    depression: Value = param(0.0, "ms", bounds=(0.0, 1000.0))
    I: Value = param(0.0, "1", bounds=(-100.0, 100.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("r", "V", "A", "B")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"r": 0.1, "V": -1.0, "A": 0.0, "B": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("V",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.2

    @property
    def step(self) -> float:
        """A four-hundredth of tau, for bursts that come 0.5 % late by Euler's error."""
        return float(np.min(self.tau)) / 400 * 1e-3

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives per ms."""
        r, V, A, B = state
        rate = p.tau * r
        synapses = p.J * rate * (1 - p.depression * A)
        return (
            (p.Delta / (pi * p.tau) + 2 * r * V) / p.tau,
            (V * V + p.eta + synapses - p.fatigue * A - (pi * rate) ** 2 + p.I + coupling[0])
            / p.tau,
            B / p.tau_A,
            (r - A - 2 * B) / p.tau_A,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the firing rate."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the firing rate in 1/ms."""
        return state[0]

    @staticmethod
    def rate(xp: Any, state: tuple, p: Any) -> Any:
        """Return the firing rate in Hz."""
        return 1000.0 * state[0]
