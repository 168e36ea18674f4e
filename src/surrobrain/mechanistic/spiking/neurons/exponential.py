"""Exponential integrate-and-fire: a spike that starts by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["Exponential"]


@dataclass(frozen=True)
class Exponential:
    """Leaky neuron whose sodium current grows exponentially above a soft threshold.

    Parameters
    ----------
    tau : float
        Membrane time constant in ms.
    rest : float
        Leak potential in mV.
    soft_v, sharpness : float
        Potential in mV at which the spike starts, and the width of its start in mV.
    peak_v, reset_v : float
        Potentials in mV at which a spike is counted and from which the neuron starts again.
    refractory : float
        Time in ms for which it is held after a spike.

    Notes
    -----
    ``tau dv/dt = rest - v + sharpness exp((v - soft_v) / sharpness) + current``, the current in
    mV. Beyond ``peak_v`` the exponential is not evaluated: the spike is over in that step. The
    defaults are the fit of [1]_ to the neuron of Wang and Buzsaki.

    References
    ----------
    .. [1] Fourcaud-Trocme, Hansel, van Vreeswijk & Brunel (2003), J Neurosci 23:11628.

    Examples
    --------
    >>> Exponential().sharpness
    3.48
    """

    tau: float = param(10.0, "ms", bounds=(1e-3, 1e4))
    rest: float = param(-65.0, "mV", bounds=(-200.0, 200.0))
    soft_v: float = param(-59.9, "mV", bounds=(-200.0, 200.0))
    sharpness: float = param(3.48, "mV", bounds=(0.01, 100.0))
    peak_v: float = param(-30.0, "mV", bounds=(-200.0, 200.0))
    reset_v: float = param(-68.0, "mV", bounds=(-200.0, 200.0))
    refractory: float = param(1.7, "ms", bounds=(0.0, 1e4))

    states: ClassVar[tuple[str, ...]] = ("v",)
    linear: ClassVar[bool] = False
    current_unit: ClassVar[str] = "mV"

    @property
    def initial(self) -> Mapping[str, float]:
        """Near rest."""
        return {"v": self.rest}

    @staticmethod
    def drift(xp: Any, state: tuple, current: Any, p: Any) -> tuple:
        """Return the time derivative of v in mV/ms."""
        v = xp.where(state[0] > p.peak_v, p.peak_v, state[0])
        spike = p.sharpness * xp.exp((v - p.soft_v) / p.sharpness)
        return ((p.rest - v + spike + current) / p.tau,)

    @staticmethod
    def threshold(xp: Any, state: tuple, p: Any) -> Any:
        """Count a spike where it is certain."""
        return p.peak_v

    @staticmethod
    def reset(xp: Any, state: tuple, p: Any) -> tuple:
        """Start again from the reset potential."""
        return (p.reset_v,)
