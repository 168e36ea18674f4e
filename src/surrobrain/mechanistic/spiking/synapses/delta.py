"""Delta: a spike moves the membrane at once."""

from dataclasses import dataclass
from typing import Any, ClassVar

__all__ = ["Delta"]


@dataclass(frozen=True)
class Delta:
    """Synapse so fast that a spike is a jump of the membrane by its weight, in mV.

    What arrives while the membrane is held is lost.

    References
    ----------
    .. [1] Brunel (2000), J Comput Neurosci 8:183.

    Examples
    --------
    >>> Delta.arrive(Delta())
    (1.0,)
    """

    states: ClassVar[tuple[str, ...]] = ()
    linear: ClassVar[bool] = True
    signed: ClassVar[bool] = True

    @staticmethod
    def arrive(p: Any) -> tuple[float, ...]:
        """Move the membrane by the weight."""
        return (1.0,)

    @staticmethod
    def drift(xp: Any, state: tuple, p: Any) -> tuple:
        """Nothing stays."""
        return ()

    @staticmethod
    def current(xp: Any, state: tuple, v: Any, p: Any) -> Any:
        """Nothing flows."""
        return 0.0
