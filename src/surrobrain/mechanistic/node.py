"""What a neural mass model has to offer, and how its parameters are declared."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

__all__ = ["Node", "Value", "check_parameters", "param", "parameters", "pathways"]

Value = float | Float[np.ndarray, "regions"]


@dataclass(frozen=True)
class _Param:
    unit: str
    bounds: tuple[float, float]


def param(value: float, unit: str, *, bounds: tuple[float, float]) -> Any:
    """Declare a parameter of a node: a dataclass field that knows its unit and range.

    Parameters
    ----------
    value : float
        Default, from the paper that the node cites.
    unit : str
        Unit as text; "1" for a pure number.
    bounds : tuple of float
        Range in which the equations make sense; values outside it are refused.

    Examples
    --------
    >>> @dataclasses.dataclass(frozen=True)
    ... class Leak:
    ...     tau: float = param(0.1, "s", bounds=(0.001, 10.0))
    >>> Leak().tau
    0.1
    """
    return dataclasses.field(default=value, metadata={"param": _Param(unit, bounds)})


@runtime_checkable
class Node(Protocol):
    """One region: parameters as fields, equations as static functions.

    A node is a frozen dataclass whose fields are all ``param``. Times inside its equations are
    in ``time_unit``, and so is its noise: dx = drift dt + sigma dW. ``xp`` is NumPy, torch or
    the tracer that writes the compiled loop: use arithmetic, comparisons and ``xp.exp log sqrt
    sin cos tanh abs sign where``.
    """

    states: ClassVar[tuple[str, ...]]
    """Names of the state variables."""
    time_unit: ClassVar[str]
    """"s" or "ms"."""
    initial: ClassVar[Mapping[str, float]]
    """Value of every state at the start."""
    limits: ClassVar[Mapping[str, tuple[float, float]]]
    """Hard bounds of some states, applied after every full step."""
    noise: ClassVar[tuple[str, ...]]
    """States that receive noise."""
    diffusive: ClassVar[bool]
    """Whether regions exchange differences of their sources rather than the sources."""
    forbids: ClassVar[frozenset[str]]
    """Kinds of weights that the equations do not allow: "negative", "asymmetric"."""
    settle: ClassVar[float]
    """Seconds after which the start is forgotten."""

    @property
    def step(self) -> float:
        """Time step in seconds that suits these parameters."""
        ...

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Return the time derivative of every state; ``coupling`` has one entry per channel."""
        ...

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Return what a region sends down its tracts, one entry per channel."""
        ...

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Return the quantity that an observer sees."""
        ...


def parameters(node: object) -> dict[str, Value]:
    """Return the parameters of a node by name.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> parameters(Linear())
    {'tau': 0.1}
    """
    fields = dataclasses.fields(node)  # pyright: ignore[reportArgumentType]
    return {field.name: getattr(node, field.name) for field in fields}


def pathways(node: Node, n_channels: int) -> tuple[str, ...]:
    """Return which way every channel of a node goes; the connectome unless the node says else.

    A node may declare ``pathways``, one name per channel of its source: "tracts" for the
    connectome, or one of its own parameters: the delay, in its time unit, after which a region
    receives what it sent itself.
    """
    declared = getattr(node, "pathways", ("tracts",) * n_channels)
    known = ("tracts", *parameters(node))
    if len(declared) != n_channels or not set(declared) <= set(known):
        raise ValueError(
            f"{type(node).__name__} declares the pathways {declared} for {n_channels} channels; "
            f"give one per channel of its source, each one of {', '.join(known)}"
        )
    return declared


def check_parameters(node: object, names: tuple[str, ...]) -> None:
    """Refuse parameters of a node or coupling outside their range, or of a wrong shape.

    Raises
    ------
    ValueError
        The message names the parameter, its range and the first region concerned.
    """
    for field in dataclasses.fields(node):  # pyright: ignore[reportArgumentType]
        value = np.asarray(getattr(node, field.name), dtype=np.float64)
        declared: _Param = field.metadata["param"]
        if value.shape not in ((), (len(names),)):
            raise ValueError(
                f"{field.name} of {type(node).__name__} has shape {value.shape}; "
                f"give one number, or one per region: ({len(names)},)"
            )
        low, high = declared.bounds
        bad = np.atleast_1d(~((value >= low) & (value <= high)))
        if bad.any():
            k = int(np.argmax(bad))
            where = f" in region {names[k]}" if value.ndim else ""
            raise ValueError(
                f"{field.name} of {type(node).__name__} must be between {low:g} and {high:g} "
                f"{declared.unit}, but {np.atleast_1d(value)[k]:g} arrived{where}"
            )
