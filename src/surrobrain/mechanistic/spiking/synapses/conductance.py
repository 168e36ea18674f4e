"""Exponential conductance: channels that open at a spike."""

from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["Conductance"]


@dataclass(frozen=True)
class Conductance:
    """Conductance that jumps by the weight, decays, and pulls towards its reversal potential.

    Parameters
    ----------
    tau : float
        Decay in ms.
    reversal : float
        Potential in mV at which nothing flows.

    Notes
    -----
    ``tau dg/dt = -g``, current ``g (reversal - v)``. With the leaky and exponential neuron g is
    in units of their leak, with the adaptive exponential neuron in nS.

    Examples
    --------
    >>> Conductance(tau=10.0, reversal=-80.0).reversal
    -80.0
    """

    tau: float = param(5.0, "ms", bounds=(1e-3, 1e4))
    reversal: float = param(0.0, "mV", bounds=(-200.0, 200.0))

    states: ClassVar[tuple[str, ...]] = ("conductance",)
    linear: ClassVar[bool] = False
    signed: ClassVar[bool] = False

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Open channels."""
        return 0.0, 1.0

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Close them again."""
        return (-state[0] / p.tau,)

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Return conductance times driving force."""
        return state[0] * (p.reversal - v)
