"""Hodgkin-Huxley: the squid axon, a neuron whose spikes come from its channels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param
from surrobrain.mechanistic.nodes.wong_wang import firing_rate

__all__ = ["HodgkinHuxley"]


@dataclass(frozen=True)
class HodgkinHuxley:
    """Membrane with sodium, potassium and leak currents; gap junctions couple neurons.

    Parameters
    ----------
    C : float or array, shape (n_regions,)
        Capacitance in uF/cm2.
    g_Na, g_K, g_L : float or array, shape (n_regions,)
        Largest conductances in mS/cm2.
    E_Na, E_K, E_L : float or array, shape (n_regions,)
        Reversal potentials in mV.
    I : float or array, shape (n_regions,)
        Injected current in uA/cm2.

    Notes
    -----
    ::

        C dV/dt = I - g_Na m^3 h (V - E_Na) - g_K n^4 (V - E_K) - g_L (V - E_L) + coupling
        dx/dt = alpha_x (1 - x) - beta_x x    for x = m, h, n

    in the modern sign convention, ms and mV, with the rates of 6.3 degrees. alpha_m at -40 mV
    and alpha_n at -55 mV are 0/0 as printed and computed by their series here. At rest V is
    -64.996 mV; the rest loses its stability at I = 9.775 and regains it at 154.52 uA/cm2, and
    between 6.3 and 9.775 rest and firing coexist. Noise acts on V (sigma in mV per sqrt(ms)).

    Differs: some texts have E_L = -54.4 mV; the paper of 1952 counts V from rest, downwards.

    References
    ----------
    .. [1] Hodgkin & Huxley (1952), A quantitative description of membrane current and its
       application to conduction and excitation in nerve. J Physiol 117:500.

    Examples
    --------
    >>> HodgkinHuxley(I=10.0).g_K
    36.0
    """

    C: Value = param(1.0, "uF/cm2", bounds=(0.01, 100.0))
    g_Na: Value = param(120.0, "mS/cm2", bounds=(0.0, 1000.0))
    g_K: Value = param(36.0, "mS/cm2", bounds=(0.0, 1000.0))
    g_L: Value = param(0.3, "mS/cm2", bounds=(0.0, 100.0))
    E_Na: Value = param(50.0, "mV", bounds=(-200.0, 200.0))
    E_K: Value = param(-77.0, "mV", bounds=(-200.0, 200.0))
    E_L: Value = param(-54.387, "mV", bounds=(-200.0, 200.0))
    I: Value = param(0.0, "uA/cm2", bounds=(-1000.0, 1000.0))  # noqa: E741

    states: ClassVar[tuple[str, ...]] = ("V", "m", "h", "n")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {
        "V": -64.99638, "m": 0.0529551, "h": 0.595994, "n": 0.317732,
    }  # fmt: skip
    limits: ClassVar[Mapping[str, tuple[float, float]]] = dict.fromkeys(("m", "h", "n"), (0.0, 1.0))
    noise: ClassVar[tuple[str, ...]] = ("V",)
    diffusive: ClassVar[bool] = True
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.2

    @property
    def step(self) -> float:
        """A hundredth of a millisecond: sodium is fast."""
        return 1e-5

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of V in mV/ms and of the gates in 1/ms."""
        V, m, h, n = state
        sodium = p.g_Na * m**3 * h * (V - p.E_Na)
        potassium = p.g_K * n**4 * (V - p.E_K)
        current = p.I + coupling[0] - sodium - potassium - p.g_L * (V - p.E_L)
        alpha_m = 0.1 * firing_rate(xp, V + 40.0, 0.1)
        alpha_n = 0.01 * firing_rate(xp, V + 55.0, 0.1)
        alpha_h = 0.07 * xp.exp((V + 65.0) * (-1 / 20))
        beta_m = 4.0 * xp.exp((V + 65.0) * (-1 / 18))
        beta_h = 1 / (1 + xp.exp((V + 35.0) * -0.1))
        beta_n = 0.125 * xp.exp((V + 65.0) * (-1 / 80))
        return (
            current / p.C,
            alpha_m * (1 - m) - beta_m * m,
            alpha_h * (1 - h) - beta_h * h,
            alpha_n * (1 - n) - beta_n * n,
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the potential: gap junctions."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the potential in mV."""
        return state[0]
