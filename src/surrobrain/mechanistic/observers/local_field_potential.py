"""Local field potential: the node's own potential behind an amplifier that lets no drift pass."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import number, positive

__all__ = ["LocalFieldPotential"]


@dataclass(frozen=True)
class LocalFieldPotential:
    """Observe the output of every region, high-passed: a proxy of what an electrode records.

    Use it where the output is a potential (Jansen-Rit y1 - y2, Epileptor x2 - x1) and the
    recording lacks its slow part, as recordings do.

    Parameters
    ----------
    sfreq : float
        Samples per second (Hz).
    high_pass : float
        Frequency in Hz at which the amplitude has fallen by 3 dB; at most a twentieth of
        ``sfreq``.
    quantity : str
        What is seen of a region, as in ``Identity``.

    Notes
    -----
    ``dm/dt = 2 pi high_pass (u - m)`` and ``y = u - m``, once per sample, with the mean output u
    over the sample: a filter of first order. It is no model of how currents make a field; the
    weighted sum of synaptic currents of Mazzoni et al. (2015) needs a node that keeps the
    currents onto one population apart, with a delay between them, and none here does.

    Examples
    --------
    >>> LocalFieldPotential(1000.0, high_pass=1.0).interval
    0.001
    """

    sfreq: float = 1000.0
    high_pass: float = 0.5
    quantity: str = "output"

    modality: ClassVar[str] = "LFP"
    states: ClassVar[tuple[str, ...]] = ("slow",)
    initial: ClassVar[Mapping[str, float]] = {"slow": 0.0}
    step: ClassVar[float] = float("inf")

    def __post_init__(self) -> None:
        """Refuse a filter that its sampling cannot carry."""
        positive(self.sfreq, "sfreq", unit="Hz")
        positive(self.high_pass, "high_pass", unit="Hz")
        number(self.high_pass, "high_pass", high=self.sfreq / 20)

    @property
    def settle(self) -> float:
        """Seconds after which the start is forgotten: the offset has sunk below a hundredth."""
        return 5 / (2 * math.pi * self.high_pass)

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        return 1 / self.sfreq

    @property
    def constants(self) -> dict[str, float]:
        """Rate of the filter in 1/s, and what one step of it leaves of a new value."""
        rate = 2 * math.pi * self.high_pass
        return {"rate": rate, "left": 1 - rate / self.sfreq}

    @staticmethod
    def drift(xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivative of the slow part in units of the output per s."""
        return (p.rate * (drive - state[0]),)

    @staticmethod
    def read(xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return what the slow part, as it was before this sample, does not explain."""
        return (drive - state[0]) / p.left
