"""What an integrate-and-fire neuron has to offer."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, runtime_checkable

__all__ = ["Neuron"]


@runtime_checkable
class Neuron(Protocol):
    """A membrane that is reset when it reaches its threshold.

    A neuron is a frozen dataclass whose fields are all ``param``, in mV and ms. Its first state
    is the membrane potential, which is held for ``refractory`` ms after a spike while the other
    states go on. ``xp`` is NumPy or the tracer that writes the compiled loop, as for a node.
    """

    states: ClassVar[tuple[str, ...]]
    """Names of the state variables, the membrane potential first."""
    linear: ClassVar[bool]
    """Whether the drift is linear in state and current, so that steps can be exact."""
    current_unit: ClassVar[str]
    """Unit of the current that drives it."""

    @property
    def refractory(self) -> float:
        """Time in ms for which the membrane is held after a spike."""
        ...

    @property
    def initial(self) -> Mapping[str, float]:
        """Value of every state at the start."""
        ...

    @staticmethod
    def drift(xp: Any, state: tuple, current: Any, p: Any) -> tuple:
        """Return the time derivative of every state, per ms."""
        ...

    @staticmethod
    def threshold(xp: Any, state: tuple, p: Any) -> Any:
        """Return the potential in mV at which a spike is fired."""
        ...

    @staticmethod
    def reset(xp: Any, state: tuple, p: Any) -> tuple:
        """Return the states after a spike."""
        ...
