"""Adaptive exponential integrate-and-fire: spikes that tire the neuron."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["AdaptiveExponential"]


@dataclass(frozen=True)
class AdaptiveExponential:
    """Exponential neuron with an adaptation current: regular, bursting or fast spiking.

    Parameters
    ----------
    capacitance : float
        Membrane capacitance in pF.
    leak : float
        Leak conductance in nS.
    rest : float
        Leak potential in mV.
    soft_v, sharpness : float
        Potential in mV at which the spike starts, and the width of its start in mV.
    tau_w : float
        Time constant of adaptation in ms.
    a, b : float
        Adaptation below the threshold in nS, and its jump at a spike in pA.
    peak_v, reset_v : float
        Potentials in mV at which a spike is counted and from which the neuron starts again.
    refractory : float
        Time in ms for which the membrane is held after a spike; adaptation goes on.

    Notes
    -----
    ::

        C dv/dt = -g_L (v - rest) + g_L sharpness exp((v - soft_v) / sharpness) - w + current
        tau_w dw/dt = a (v - rest) - w,    w <- w + b at a spike

    with the current in pA. Defaults of [1]_.

    References
    ----------
    .. [1] Brette & Gerstner (2005), J Neurophysiol 94:3637.

    Examples
    --------
    >>> AdaptiveExponential(b=0.0).leak
    30.0
    """

    capacitance: float = param(281.0, "pF", bounds=(0.1, 1e5))
    leak: float = param(30.0, "nS", bounds=(0.0, 1e4))
    rest: float = param(-70.6, "mV", bounds=(-200.0, 200.0))
    soft_v: float = param(-50.4, "mV", bounds=(-200.0, 200.0))
    sharpness: float = param(2.0, "mV", bounds=(0.01, 100.0))
    tau_w: float = param(144.0, "ms", bounds=(0.1, 1e5))
    a: float = param(4.0, "nS", bounds=(-1e4, 1e4))
    b: float = param(80.5, "pA", bounds=(-1e5, 1e5))
    peak_v: float = param(-20.0, "mV", bounds=(-200.0, 200.0))
    reset_v: float = param(-70.6, "mV", bounds=(-200.0, 200.0))
    refractory: float = param(0.0, "ms", bounds=(0.0, 1e4))

    states: ClassVar[tuple[str, ...]] = ("v", "w")
    linear: ClassVar[bool] = False
    current_unit: ClassVar[str] = "pA"

    @property
    def initial(self) -> Mapping[str, float]:
        """At rest, not adapted."""
        return {"v": self.rest, "w": 0.0}

    @staticmethod
    def drift(xp: Any, state: tuple, current: Any, p: Any) -> tuple:
        """Return the time derivatives of v in mV/ms and of w in pA/ms."""
        v, w = xp.where(state[0] > p.peak_v, p.peak_v, state[0]), state[1]
        spike = p.leak * p.sharpness * xp.exp((v - p.soft_v) / p.sharpness)
        return (
            (p.leak * (p.rest - v) + spike - w + current) / p.capacitance,
            (p.a * (v - p.rest) - w) / p.tau_w,
        )

    @staticmethod
    def threshold(xp: Any, state: tuple, p: Any) -> Any:
        """Count a spike where it is certain."""
        return p.peak_v

    @staticmethod
    def reset(xp: Any, state: tuple, p: Any) -> tuple:
        """Start again from the reset potential, more adapted."""
        return p.reset_v, state[1] + p.b
