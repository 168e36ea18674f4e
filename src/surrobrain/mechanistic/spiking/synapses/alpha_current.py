"""Alpha current: it rises and falls with one time constant."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["AlphaCurrent"]


@dataclass(frozen=True)
class AlphaCurrent:
    """Current shaped like an alpha function whose peak is the weight.

    Parameters
    ----------
    tau : float
        Time from arrival to peak in ms.

    Notes
    -----
    ``I(t) = weight (t / tau) exp(1 - t / tau)`` after a spike (Rall 1967), as two linear
    equations. Differs: some texts make the weight the charge, ours is the peak.

    Examples
    --------
    >>> AlphaCurrent(tau=2.0).tau
    2.0
    """

    tau: float = param(2.0, "ms", bounds=(1e-3, 1e4))

    states: ClassVar[tuple[str, ...]] = ("rise", "current")
    linear: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Raise what feeds the current."""
        return 0.0, math.e, 0.0

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Decay, and feed the current with what decays."""
        rise, current = state
        return -rise / p.tau, (rise - current) / p.tau

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Return the current."""
        return state[1]
