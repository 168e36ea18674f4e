"""Izhikevich: two equations, twenty kinds of firing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.mechanistic.node import param

__all__ = ["Izhikevich"]


@dataclass(frozen=True)
class Izhikevich:
    """Quadratic neuron with recovery; the defaults fire regularly, like a pyramidal cell.

    Parameters
    ----------
    a, b : float
        Speed of the recovery in 1/ms, and its sensitivity to v in 1/ms.
    c, d : float
        Potential in mV and jump of the recovery in mV/ms after a spike.
    peak_v : float
        Potential in mV at which a spike is cut.
    refractory : float
        Time in ms for which the membrane is held; the paper has none.

    Notes
    -----
    ``dv/dt = 0.04 v^2 + 5 v + 140 - u + current``, ``du/dt = a (b v - u)``; at v = 30 mV
    ``v <- c, u <- u + d``. The current is in mV/ms. The paper steps v twice by half a
    millisecond and u once by Euler's method, too coarse to be the solution of these
    equations; here both take Heun steps of ``dt``.

    References
    ----------
    .. [1] Izhikevich (2003), Simple model of spiking neurons. IEEE Trans Neural Netw 14:1569.

    Examples
    --------
    >>> Izhikevich(a=0.1).c  # fast spiking
    -65.0
    """

    a: float = param(0.02, "1/ms", bounds=(0.0, 10.0))
    b: float = param(0.2, "1/ms", bounds=(-10.0, 10.0))
    c: float = param(-65.0, "mV", bounds=(-200.0, 200.0))
    d: float = param(8.0, "mV/ms", bounds=(-1000.0, 1000.0))
    peak_v: float = param(30.0, "mV", bounds=(-200.0, 200.0))
    refractory: float = param(0.0, "ms", bounds=(0.0, 1e4))

    states: ClassVar[tuple[str, ...]] = ("v", "u")
    linear: ClassVar[bool] = False
    current_unit: ClassVar[str] = "mV/ms"

    @property
    def initial(self) -> Mapping[str, float]:
        """At the reset potential, recovery in balance."""
        return {"v": self.c, "u": self.b * self.c}

    @staticmethod
    def drift(xp: Any, state: tuple, current: Any, p: Any) -> tuple:
        """Return the time derivatives of v in mV/ms and of u in mV/ms2."""
        v, u = xp.where(state[0] > p.peak_v, p.peak_v, state[0]), state[1]
        return 0.04 * v * v + 5.0 * v + 140.0 - u + current, p.a * (p.b * v - u)

    @staticmethod
    def threshold(xp: Any, state: tuple, p: Any) -> Any:
        """Cut the spike at its peak."""
        return p.peak_v

    @staticmethod
    def reset(xp: Any, state: tuple, p: Any) -> tuple:
        """Fall back, recovery raised."""
        return p.c, state[1] + p.d
