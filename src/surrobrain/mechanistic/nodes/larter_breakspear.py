"""Larter-Breakspear: a chaotic column of ion channels and an inhibitory feedback."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["LarterBreakspear"]


@dataclass(frozen=True)
class LarterBreakspear:
    """Mean potential of pyramidal cells, open potassium channels, inhibition; chaotic by default.

    Parameters
    ----------
    g_Ca, g_K, g_Na, g_L : float or array, shape (n_regions,)
        Conductances of calcium, potassium, sodium and leak.
    V_Ca, V_K, V_Na, V_L : float or array, shape (n_regions,)
        Their reversal potentials.
    T_Ca, T_K, T_Na : float or array, shape (n_regions,)
        Potentials at which half of the channels are open.
    d_Ca, d_K, d_Na : float or array, shape (n_regions,)
        Widths of the opening.
    V_T, Z_T, d_V, d_Z : float or array, shape (n_regions,)
        Thresholds of firing and their widths, for V and for Z.
    Q_V, Q_Z : float or array, shape (n_regions,)
        Largest firing rates.
    a_ee, a_ei, a_ie, a_ne, a_ni : float or array, shape (n_regions,)
        Synapses: excitation on itself, on inhibition, inhibition back, input on E and on I.
    r_NMDA : float or array, shape (n_regions,)
        Ratio of NMDA to AMPA receptors.
    local : float or array, shape (n_regions,)
        Share of the excitation that comes from the region itself, 1 - C in the paper.
    b, phi, tau_K : float or array, shape (n_regions,)
        Rate of Z in 1/ms, temperature factor, and time constant of W in ms.
    I : float or array, shape (n_regions,)
        Unspecific input from below the cortex.

    Notes
    -----
    ::

        dV/dt = -(g_Ca + r_NMDA E) m_Ca (V - V_Ca) - g_K W (V - V_K) - g_L (V - V_L)
                - (g_Na m_Na + E) (V - V_Na) - a_ie Z q_Z + a_ne I
        dW/dt = phi (m_K - W) / tau_K
        dZ/dt = b (a_ni I + a_ei V q_V)
        E = a_ee (local q_V + coupling)          coupling = G sum_j C[i, j] q_V_j
        m_x = (1 + tanh((V - T_x) / d_x)) / 2    q_V = Q_V (1 + tanh((V - V_T) / d_V)) / 2

    The paper's C is G = 1 - local with rows of the weights that sum to 1. States are pure numbers,
    one unit of the paper's time is called 1 ms. External input adds to the coupling. Noise acts
    on V (sigma per sqrt(ms)). By default, as d_V = d_Z grows, an isolated region rests, oscillates
    (from 0.564) and is chaotic (at 0.65). At 0.5 Z can grow without end and V fall: the
    equations have no bound there.

    Differs: TVB has g_Ca 1.1, a_ee 0.4, d_Z 0.7, at which d_V = 0.65 is nearly periodic; its
    text writes q without the factor 1/2 that its code has. Alstott et al. (2009) is the default
    here.

    References
    ----------
    .. [1] Breakspear, Terry & Friston (2003), Modulation of excitatory synaptic coupling
       facilitates synchronization and complex dynamics in a biophysical model of neuronal
       dynamics. Network 14:703.
    .. [2] Alstott et al. (2009), Modeling the impact of lesions in the human brain. PLoS Comput
       Biol 5:e1000408.

    Examples
    --------
    >>> LarterBreakspear(d_V=0.58, d_Z=0.58).a_ee
    0.36
    """

    g_Ca: Value = param(1.0, "1", bounds=(0.0, 20.0))
    g_K: Value = param(2.0, "1", bounds=(0.0, 20.0))
    g_Na: Value = param(6.7, "1", bounds=(0.0, 50.0))
    g_L: Value = param(0.5, "1", bounds=(0.0, 20.0))
    V_Ca: Value = param(1.0, "1", bounds=(-5.0, 5.0))
    V_K: Value = param(-0.7, "1", bounds=(-5.0, 5.0))
    V_Na: Value = param(0.53, "1", bounds=(-5.0, 5.0))
    V_L: Value = param(-0.5, "1", bounds=(-5.0, 5.0))
    T_Ca: Value = param(-0.01, "1", bounds=(-5.0, 5.0))
    T_K: Value = param(0.0, "1", bounds=(-5.0, 5.0))
    T_Na: Value = param(0.3, "1", bounds=(-5.0, 5.0))
    d_Ca: Value = param(0.15, "1", bounds=(0.01, 5.0))
    d_K: Value = param(0.3, "1", bounds=(0.01, 5.0))
    d_Na: Value = param(0.15, "1", bounds=(0.01, 5.0))
    V_T: Value = param(0.0, "1", bounds=(-5.0, 5.0))
    Z_T: Value = param(0.0, "1", bounds=(-5.0, 5.0))
    d_V: Value = param(0.65, "1", bounds=(0.01, 5.0))
    d_Z: Value = param(0.65, "1", bounds=(0.01, 5.0))
    Q_V: Value = param(1.0, "1", bounds=(0.0, 10.0))
    Q_Z: Value = param(1.0, "1", bounds=(0.0, 10.0))
    a_ee: Value = param(0.36, "1", bounds=(0.0, 10.0))
    a_ei: Value = param(2.0, "1", bounds=(0.0, 10.0))
    a_ie: Value = param(2.0, "1", bounds=(0.0, 10.0))
    a_ne: Value = param(1.0, "1", bounds=(0.0, 10.0))
    a_ni: Value = param(0.4, "1", bounds=(0.0, 10.0))
    r_NMDA: Value = param(0.25, "1", bounds=(0.0, 10.0))
    local: Value = param(1.0, "1", bounds=(0.0, 1.0))
    b: Value = param(0.1, "1/ms", bounds=(0.0, 10.0))
    phi: Value = param(0.7, "1", bounds=(0.0, 10.0))
    tau_K: Value = param(1.0, "ms", bounds=(0.01, 1000.0))
    I: Value = param(0.3, "1", bounds=(-10.0, 10.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("V", "W", "Z")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {"V": 0.1, "W": 0.1, "Z": 0.1}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("V",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 1.0

    @property
    def step(self) -> float:
        """A fiftieth of a millisecond; V relaxes in a fifth."""
        return 2e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives in 1/ms."""
        V, W, Z = state
        rate = p.Q_V * _above(xp, V, p.V_T, p.d_V)
        inhibition = p.a_ie * p.Q_Z * _above(xp, Z, p.Z_T, p.d_Z)
        excitation = p.a_ee * (p.local * rate + coupling[0])
        calcium = (p.g_Ca + p.r_NMDA * excitation) * _above(xp, V, p.T_Ca, p.d_Ca)
        sodium = p.g_Na * _above(xp, V, p.T_Na, p.d_Na) + excitation
        currents = (
            calcium * (V - p.V_Ca)
            + sodium * (V - p.V_Na)
            + p.g_K * W * (V - p.V_K)
            + p.g_L * (V - p.V_L)
        )
        return (
            p.a_ne * p.I - inhibition * Z - currents,
            p.phi * (_above(xp, V, p.T_K, p.d_K) - W) / p.tau_K,
            p.b * (p.a_ni * p.I + p.a_ei * V * rate),
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the firing rate of the pyramidal cells."""
        return (p.Q_V * _above(xp, state[0], p.V_T, p.d_V),)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the mean potential V."""
        return state[0]


def _above(xp: Any, potential: Any, threshold: Any, width: Any) -> Any:
    """Return the share of cells or channels above their threshold."""
    return 0.5 * (1 + xp.tanh((potential - threshold) / width))
