"""Coombes-Byrne: the next-generation neural mass, exact for neurons with real synapses."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["CoombesByrne"]


@dataclass(frozen=True)
class CoombesByrne:
    """Mean field of quadratic integrate-and-fire neurons whose synapses are conductances.

    Parameters
    ----------
    eta : float or array, shape (n_regions,)
        Center of the Lorentzian distribution of excitabilities.
    Delta : float or array, shape (n_regions,)
        Half width of that distribution.
    v_syn : float or array, shape (n_regions,)
        Reversal potential of the synapses.
    kappa : float or array, shape (n_regions,)
        Strength of the synapses inside the region.
    alpha : float or array, shape (n_regions,)
        Rate of the synapses in 1/ms.

    Notes
    -----
    ::

        dr/dt = Delta / pi + 2 r V - g r
        dV/dt = V^2 - (pi r)^2 + eta + g (v_syn - V) + coupling
        dg/dt = alpha q
        dq/dt = alpha (kappa pi r - g - 2 q)              coupling = G sum_j C[i, j] r_j

    Time is in ms, the membrane's time constant is 1 ms, r is in 1/ms. The order parameter is
    Z = (1 - W*) / (1 + W*) with W = pi r + i V; with kappa = 0 this is Montbrio, Pazo and Roxin's
    mass with J = 0. External input adds to eta. Noise acts on V (sigma per sqrt(ms)): a
    current that all neurons share, for which the equations stay exact and r positive.

    Differs: TVB's text has g r^2 in the first equation, its code g r; its CoombesByrne2D is the
    limit of fast synapses, g = kappa pi r, with other defaults (Delta 1, v_syn -4, eta 2); it
    clips r at 0 after noise.

    References
    ----------
    .. [1] Coombes & Byrne (2019), Next generation neural mass models. In: Nonlinear Dynamics in
       Computational Neuroscience, Springer.

    Examples
    --------
    >>> CoombesByrne(eta=5.0).v_syn
    -10.0
    """

    eta: Value = param(20.0, "1", bounds=(-100.0, 100.0))
    Delta: Value = param(0.5, "1", bounds=(0.0, 50.0))
    v_syn: Value = param(-10.0, "1", bounds=(-100.0, 100.0))
    kappa: Value = param(1.0, "1", bounds=(0.0, 100.0))
    alpha: Value = param(0.95, "1/ms", bounds=(0.001, 100.0))

    states: ClassVar[tuple[str, ...]] = ("r", "V", "g", "q")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"r": 0.5, "V": 0.0, "g": 1.5, "q": 0.0}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("V",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.2

    @property
    def step(self) -> float:
        """A thousandth of a millisecond, for Euler's peaks to be 3 % high; rk4 can take ten."""
        return 1e-6

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives per ms."""
        r, V, g, q = state
        return (
            p.Delta / pi + r * (2 * V - g),
            V * V - (pi * r) ** 2 + p.eta + g * (p.v_syn - V) + coupling[0],
            p.alpha * q,
            p.alpha * (p.kappa * pi * r - g - 2 * q),
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
