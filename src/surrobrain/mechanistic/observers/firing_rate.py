"""Firing rate: what the cells of a region send, in Hz, where its node knows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import positive

__all__ = ["FiringRate"]


@dataclass(frozen=True)
class FiringRate:
    """Observe the mean firing rate in Hz over each sample.

    Parameters
    ----------
    sfreq : float
        Samples per second (Hz).

    Notes
    -----
    The node must offer a static ``rate(xp, state, p)``; those whose rate depends on what other
    regions send (Wong-Wang, dynamic mean field) do not.

    Examples
    --------
    >>> FiringRate(250.0).quantity
    'rate'
    """

    sfreq: float = 100.0

    quantity: ClassVar[str] = "rate"
    modality: ClassVar[str] = "activity"
    states: ClassVar[tuple[str, ...]] = ()
    initial: ClassVar[Mapping[str, float]] = {}
    step: ClassVar[float] = float("inf")
    settle: ClassVar[float] = 0.0

    def __post_init__(self) -> None:
        """Refuse rates that are not positive."""
        positive(self.sfreq, "sfreq", unit="Hz")

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        return 1 / self.sfreq

    @property
    def constants(self) -> dict[str, float]:
        """Numbers of its equations: none."""
        return {}

    @staticmethod
    def drift(xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivative of every state: there is none."""
        return ()

    @staticmethod
    def read(xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return the mean rate."""
        return drive
