"""Wong-Wang, reduced to one population: slow NMDA gating of a resting region."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import Value, param

__all__ = ["WongWang"]


@dataclass(frozen=True)
class WongWang:
    """Region whose synaptic gating decides between rest and high activity; made for fMRI.

    Parameters
    ----------
    w : float or array, shape (n_regions,)
        Recurrence, a pure number.
    J : float or array, shape (n_regions,)
        Synaptic coupling in nA.
    I0 : float or array, shape (n_regions,)
        Input from elsewhere in nA.
    a, b, d : float or array, shape (n_regions,)
        Rate curve: slope in 1/(V nC) = Hz/nA, offset in Hz, curvature in s.
    gamma : float or array, shape (n_regions,)
        Gating per spike, a pure number.
    tau : float or array, shape (n_regions,)
        Decay of the gating in s.

    Notes
    -----
    ::

        x = w J S + J coupling + I0         coupling = G sum_j C[i, j] S_j
        H = (a x - b) / (1 - exp(-d (a x - b)))
        dS/dt = -S / tau + (1 - S) gamma H + sigma dW, S kept in [0, 1]

    H tends to 1/d
    at the threshold a x = b and is computed by a series there. External input adds to the
    coupling, so it reaches x multiplied by J. Noise acts on S (sigma per sqrt(s)); the same
    noise in the per-ms convention of other packages has sigma / sqrt(1000).

    Differs: TVB has w 0.6, I0 0.33 and a sigma_noise that it never uses; VBI has w 1 and I0
    0.382, at which an isolated region sits in the high state, and returns a u / 2 in place of
    1/d at threshold; cuBNM has the values of the paper, as here.

    References
    ----------
    .. [1] Deco et al. (2013), Resting-state functional connectivity emerges from structurally and
       dynamically shaped slow linear fluctuations. J Neurosci 33:11239; after Wong & Wang (2006),
       J Neurosci 26:1314.

    Examples
    --------
    >>> WongWang(w=1.0, I0=0.32).tau
    0.1
    """

    w: Value = param(0.9, "1", bounds=(0.0, 5.0))
    J: Value = param(0.2609, "nA", bounds=(0.0, 5.0))
    I0: Value = param(0.3, "nA", bounds=(-2.0, 2.0))
    a: Value = param(270.0, "Hz/nA", bounds=(1.0, 5000.0))
    b: Value = param(108.0, "Hz", bounds=(0.0, 1000.0))
    d: Value = param(0.154, "s", bounds=(0.001, 10.0))
    gamma: Value = param(0.641, "1", bounds=(0.0, 10.0))
    tau: Value = param(0.1, "s", bounds=(0.001, 10.0))

    states: ClassVar[tuple[str, ...]] = ("S",)
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"S": 0.1}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {"S": (0.0, 1.0)}
    noise: ClassVar[tuple[str, ...]] = ("S",)
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset({"negative"})
    settle: ClassVar[float] = 5.0

    @property
    def step(self) -> float:
        """One millisecond, a hundredth of the gating."""
        return 1e-3

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivative of S in 1/s."""
        (gating,) = state
        current = p.w * p.J * gating + p.J * coupling[0] + p.I0
        rate = firing_rate(xp, p.a * current - p.b, p.d)
        return ((1 - gating) * p.gamma * rate - gating / p.tau,)

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send the gating S."""
        return state

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show the gating S."""
        return state[0]


def firing_rate(xp: Any, excess: Any, d: Any) -> Any:
    """Return u / (1 - exp(-d u)) in Hz for the excess u in Hz, with its limit 1/d at u = 0."""
    y = d * excess
    square = y * y
    # even terms of y / (1 - exp(-y)); the next one, y^8 / 1209600, is below 1e-14 here
    series = 1 + 0.5 * y + square * (1 / 12 - square * (1 / 720 - square * (1 / 30240)))
    near = xp.abs(y) < 0.1
    away = xp.where(near, 1.0, y)  # where both sides are computed, neither may divide by zero
    return xp.where(near, series, away / (1 - xp.exp(-away))) / d
