"""Identity: the activity itself, averaged over each sample."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from surrobrain.checks import positive

__all__ = ["Identity"]


@dataclass(frozen=True)
class Identity:
    """Observe the output of every region, averaged over each sample interval.

    Parameters
    ----------
    sfreq : float
        Samples per second (Hz).
    quantity : str
        What is seen of a region: its ``output``, or another static method that its node offers,
        such as ``rate`` (Hz) of Jansen-Rit or ``inhibition`` of the dynamic mean field.

    Notes
    -----
    x[t] is the mean of the node's output over the steps of sample t; averaging removes what
    lies above the sampling rate better than taking every n-th value.

    Examples
    --------
    >>> Identity(250.0).interval
    0.004
    """

    sfreq: float = 100.0
    quantity: str = "output"

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
        """Return the mean output."""
        return drive
