"""What an observation model has to offer: a small system that the region's output drives."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

__all__ = ["Observer"]


@runtime_checkable
class Observer(Protocol):
    """One way to look at a region: equations that run inside the simulation loop.

    Because it runs on-line, the trajectory of the regions is never stored. Times are in
    seconds throughout. ``xp`` is as for a node.
    """

    modality: ClassVar[str]
    """What the observation looks like: "fMRI", "activity", ..."""
    states: ClassVar[tuple[str, ...]]
    """Names of its own state variables; may be empty."""
    initial: ClassVar[Mapping[str, float]]
    """Value of every state at the start."""
    step: ClassVar[float]
    """Longest step in seconds of its equations; each sees the mean output over one step."""
    settle: ClassVar[float]
    """Seconds after which the start is forgotten."""

    @property
    def interval(self) -> float:
        """Seconds from one sample to the next."""
        ...

    @property
    def constants(self) -> Mapping[str, float]:
        """Numbers that the equations read from ``p``."""
        ...

    @staticmethod
    def drift(xp: Any, state: tuple, drive: Any, p: Any) -> tuple:
        """Return the time derivative of every state in 1/s."""
        ...

    @staticmethod
    def read(xp: Any, state: tuple, drive: Any, p: Any) -> Any:
        """Return one sample, given the state and the mean output over the last step."""
        ...
