"""What a synapse has to offer."""

from typing import Any, ClassVar, Protocol, runtime_checkable

__all__ = ["Synapse"]


@runtime_checkable
class Synapse(Protocol):
    """What the spikes that arrive at a neuron turn into; all of one kind share their states.

    A synapse is a frozen dataclass whose fields are all ``param``, in mV and ms. Its own
    equations are linear, so that every step is exact.
    """

    states: ClassVar[tuple[str, ...]]
    """Names of the state variables; none where a spike acts at once."""
    linear: ClassVar[bool]
    """Whether the current is linear in the states and free of the membrane potential."""
    signed: ClassVar[bool]
    """Whether a weight may be negative."""

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Return the jumps of the membrane and of every state for a spike of weight 1."""
        ...

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Return the time derivative of every state, per ms."""
        ...

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Return the current into a membrane at potential ``v``."""
        ...
