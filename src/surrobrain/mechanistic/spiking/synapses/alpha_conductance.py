"""Alpha conductance: channels that open slowly and close slowly."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["AlphaConductance"]


@dataclass(frozen=True)
class AlphaConductance:
    """Conductance shaped like an alpha function, peak the weight, with a reversal potential.

    Parameters
    ----------
    tau : float
        Time from arrival to peak in ms.
    reversal : float
        Potential in mV at which nothing flows.

    Notes
    -----
    ``g(t) = weight (t / tau) exp(1 - t / tau)``, current ``g (reversal - v)``.
    With the leaky and exponential neuron g is in units of their leak, with the adaptive
    exponential neuron in nS.

    Examples
    --------
    >>> AlphaConductance(tau=10.0, reversal=-80.0).reversal
    -80.0
    """

    tau: float = param(5.0, "ms", bounds=(1e-3, 1e4))
    reversal: float = param(0.0, "mV", bounds=(-200.0, 200.0))

    states: ClassVar[tuple[str, ...]] = ("rise", "conductance")
    linear: ClassVar[bool] = False
    signed: ClassVar[bool] = False

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Raise what opens channels."""
        return 0.0, math.e, 0.0

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Decay, and feed the conductance with what decays."""
        rise, conductance = state
        return -rise / p.tau, (rise - conductance) / p.tau

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Return conductance times driving force."""
        return state[1] * (p.reversal - v)
