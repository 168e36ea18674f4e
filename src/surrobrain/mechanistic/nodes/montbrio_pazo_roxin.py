"""Montbrio-Pazo-Roxin: the exact mean field of quadratic integrate-and-fire neurons."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

import numpy as np

from surrobrain.mechanistic.node import Value, param

__all__ = ["MontbrioPazoRoxin"]


@dataclass(frozen=True)
class MontbrioPazoRoxin:
    """Firing rate and mean voltage of infinitely many neurons; bistable by default.

    Parameters
    ----------
    eta : float or array, shape (n_regions,)
        Center of the Lorentzian distribution of excitabilities.
    J : float or array, shape (n_regions,)
        Synaptic weight inside the region.
    Delta : float or array, shape (n_regions,)
        Half width of that distribution.
    tau : float or array, shape (n_regions,)
        Membrane time constant in ms.
    I : float or array, shape (n_regions,)
        Constant input.

    Notes
    -----
    ::

        tau dr/dt = Delta / (pi tau) + 2 r V
        tau dV/dt = V^2 + eta + J tau r - (pi tau r)^2 + I + coupling
        coupling = G sum_j C[i, j] r_j

    r is in 1/ms, the rest are pure numbers. External input adds to I. Noise acts on V (sigma
    per sqrt(ms)): a current that all neurons of a region share, for which the equations stay
    exact and r positive. The order parameter of the phases is Z = (1 - W*) / (1 + W*) with
    W = pi tau r + i V.

    Differs: VBI has eta -4.6, J 14.5, Delta 0.7; VBI and TVB put noise on r as well (VBI with
    sqrt(2 D) on r and sqrt(4 D) on V) and clip r at 0 afterwards, vbjax inside the drift.

    References
    ----------
    .. [1] Montbrio, Pazo & Roxin (2015), Macroscopic description for networks of spiking neurons.
       Phys Rev X 5:021028.

    Examples
    --------
    >>> MontbrioPazoRoxin(tau=10.0).J
    15.0
    """

    eta: Value = param(-5.0, "1", bounds=(-100.0, 100.0))
    J: Value = param(15.0, "1", bounds=(-100.0, 100.0))
    Delta: Value = param(1.0, "1", bounds=(0.0, 50.0))
    tau: Value = param(1.0, "ms", bounds=(0.01, 1000.0))
    I: Value = param(0.0, "1", bounds=(-100.0, 100.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("r", "V")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"r": 0.1, "V": -2.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("V",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.1

    @property
    def step(self) -> float:
        """A four-hundredth of tau, so that Euler takes less than 5 % off the focus's damping."""
        return float(np.min(self.tau)) / 400 * 1e-3

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of r in 1/ms^2 and of V in 1/ms."""
        r, V = state
        rate = p.tau * r
        return (
            (p.Delta / (pi * p.tau) + 2 * r * V) / p.tau,
            (V * V + p.eta + p.J * rate - (pi * rate) ** 2 + p.I + coupling[0]) / p.tau,
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
