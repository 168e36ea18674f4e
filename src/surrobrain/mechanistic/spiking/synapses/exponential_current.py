"""Exponential current: it jumps at a spike and decays."""

from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["ExponentialCurrent"]


@dataclass(frozen=True)
class ExponentialCurrent:
    """Current that jumps by the weight and decays, whatever the membrane potential.

    Parameters
    ----------
    tau : float
        Decay in ms.

    Notes
    -----
    ``tau dI/dt = -I``; the weight has the unit of the neuron's current.

    Examples
    --------
    >>> ExponentialCurrent(tau=10.0).tau
    10.0
    """

    tau: float = param(5.0, "ms", bounds=(1e-3, 1e4))

    states: ClassVar[tuple[str, ...]] = ("current",)
    linear: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Raise the current by the weight."""
        return 0.0, 1.0

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Decay."""
        return (-state[0] / p.tau,)

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Return the current."""
        return state[0]
