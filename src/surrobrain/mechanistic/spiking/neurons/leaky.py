"""Leaky integrate-and-fire: the membrane as a leaking capacitor."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["Leaky"]


@dataclass(frozen=True)
class Leaky:
    """Neuron that leaks, fires at a fixed threshold and forgets; defaults of Brunel (2000).

    Parameters
    ----------
    tau : float
        Membrane time constant in ms.
    rest : float
        Potential in mV to which the membrane leaks.
    threshold_v, reset_v : float
        Potentials in mV at which it fires and from which it starts again.
    refractory : float
        Time in ms for which it is held after a spike.

    Notes
    -----
    ``tau dv/dt = rest - v + current``, the current in mV (resistance times current). With
    synapses whose current is linear, every step below the threshold is exact.

    References
    ----------
    .. [1] Lapicque (1907), J Physiol Pathol Gen 9:620; Brunel (2000), J Comput Neurosci 8:183.

    Examples
    --------
    >>> Leaky(refractory=5.0).tau
    20.0
    """

    tau: float = param(20.0, "ms", bounds=(1e-3, 1e4))
    rest: float = param(0.0, "mV", bounds=(-200.0, 200.0))
    threshold_v: float = param(20.0, "mV", bounds=(-200.0, 200.0))
    reset_v: float = param(10.0, "mV", bounds=(-200.0, 200.0))
    refractory: float = param(2.0, "ms", bounds=(0.0, 1e4))

    states: ClassVar[tuple[str, ...]] = ("v",)
    linear: ClassVar[bool] = True
    current_unit: ClassVar[str] = "mV"

    @property
    def initial(self) -> Mapping[str, float]:
        """At rest."""
        return {"v": min(self.rest, self.reset_v)}

    @staticmethod
    def drift(xp: Any, state: tuple, current: Any, p: Any) -> tuple:
        """Return the time derivative of v in mV/ms."""
        return ((p.rest - state[0] + current) / p.tau,)

    @staticmethod
    def threshold(xp: Any, state: tuple, p: Any) -> Any:
        """Fire at a fixed potential."""
        return p.threshold_v

    @staticmethod
    def reset(xp: Any, state: tuple, p: Any) -> tuple:
        """Start again from the reset potential."""
        return (p.reset_v,)
