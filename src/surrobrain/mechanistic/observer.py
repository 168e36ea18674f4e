"""What an observation model has to offer: a small system that the region's output drives."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np

from surrobrain.checks import same_names
from surrobrain.mechanistic.node import Node

__all__ = ["Observer", "check_regions", "quantity"]


@runtime_checkable
class Observer(Protocol):
    """One way to look at a region: equations that run inside the simulation loop.

    Because it runs on-line, the trajectory of the regions is never stored. Times are in
    seconds throughout. ``xp`` is as for a node.

    Four things are optional. ``quantity`` names the static method of the node that is seen in
    place of ``output``. ``channels`` names what is observed where it is not the regions, and
    ``project(values)`` then turns samples of regions, shape (..., n_times, n_regions), into
    samples of channels. ``regions`` names the regions that it was made for, in their order.
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


def quantity(observer: Observer, node: Node) -> Callable[[Any, tuple, Any], Any]:
    """Return what an observer looks at: the node's ``output``, or what its ``quantity`` names.

    Raises
    ------
    ValueError
        The node offers no such quantity.
    """
    name = getattr(observer, "quantity", "output")
    if not hasattr(node, name):
        raise ValueError(
            f"{type(observer).__name__} looks at the {name} of a region, which "
            f"{type(node).__name__} does not offer; choose another observer, or give the node a "
            f"static {name}(xp, state, p)"
        )
    return getattr(node, name)


def check_regions(observer: Observer, regions: tuple[str, ...]) -> None:
    """Refuse an observer that was made for other regions, before anything is simulated.

    Raises
    ------
    ValueError
        Its gain has another number of regions, or it names others, or in another order.
    """
    expected = tuple(getattr(observer, "regions", ()))
    if expected:
        same_names(expected, regions, our=f"the {type(observer).__name__}", their="the network")
    project = getattr(observer, "project", None)
    if project is not None:
        project(np.zeros((1, len(regions))))
