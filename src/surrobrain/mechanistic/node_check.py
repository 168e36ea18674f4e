"""Looks a node over before it is used, and shows the line of a mistake."""

import dataclasses
import inspect
import re
from typing import Any
from weakref import WeakSet

from surrobrain.checks import choice, positive
from surrobrain.mechanistic.place import Place, of_definition, of_error, of_text
from surrobrain.mechanistic.tape import Tape, Term

__all__ = ["check_node"]

_DECLARED = ("states", "time_unit", "initial", "limits", "noise", "diffusive", "forbids", "settle")
_EQUATIONS = ("drift", "source", "output")
_FUNCTIONS = ("exp", "log", "sqrt", "sin", "cos", "tanh", "abs", "sign", "where")
_seen: WeakSet[type] = WeakSet()


def check_node(node: object) -> None:
    """Refuse a node that breaks its contract, once per class.

    Parameters
    ----------
    node : Node
        As written by its author, in a file, a notebook cell or anywhere else.

    Raises
    ------
    AttributeError
        Something is missing, or an equation names an unknown parameter or function.
    TypeError
        An equation branches on a state, takes a function of NumPy or math, or returns something
        that is no term.
    ValueError
        The number of derivatives, a name or a unit does not fit. Every message ends with the file,
        the line and its text, as far as they are known.

    Examples
    --------
    >>> from surrobrain.mechanistic.nodes.linear import Linear
    >>> check_node(Linear())
    """
    kind = type(node)
    if kind in _seen:
        return
    _check_fields(node)
    _check_declarations(node)
    _check_equations(node)
    _seen.add(kind)


def _check_fields(node: Any) -> None:
    """Refuse what is no frozen dataclass of parameters, or lacks a part."""
    kind = type(node)
    if not dataclasses.is_dataclass(node) or not node.__dataclass_params__.frozen:  # pyright: ignore
        raise TypeError(
            f"{kind.__name__} must be a frozen dataclass; write @dataclass(frozen=True) above it"
            f"{of_text(kind, '^class')}"
        )
    for field in dataclasses.fields(node):
        if "param" not in field.metadata:
            remedy = (
                f"annotate it as ClassVar: {field.name}: ClassVar = ..."
                if field.name in _DECLARED
                else f'declare it: {field.name}: float = param(value, "unit", bounds=(low, high))'
            )
            raise TypeError(
                f"{field.name} of {kind.__name__} is a field that is no param; {remedy}"
                f"{_declared(kind, field.name)}"
            )
    for name in (*_DECLARED, *_EQUATIONS, "step"):
        if name not in dir(kind):
            what = "static method" if name in _EQUATIONS else "property" if name == "step" else name
            raise AttributeError(
                f"{kind.__name__} lacks {name}; add the {what}, or see the page on adding a neural "
                f"mass{of_text(kind, '^class')}"
            )


def _check_declarations(node: Any) -> None:
    """Refuse names and units that do not fit together."""
    kind = type(node)
    _named(kind, "time_unit", node.time_unit, ("s", "ms"), "time unit")
    for field in dataclasses.fields(node):
        unit = field.metadata["param"].unit
        if unit in ("s", "ms") and unit != node.time_unit:
            raise ValueError(
                f"{field.name} of {kind.__name__} is in {unit}, but its equations count in "
                f"{node.time_unit}; declare both in the same unit{_declared(kind, field.name)}"
            )
    if isinstance(node.states, str) or not node.states or len({*node.states}) < len(node.states):
        raise ValueError(
            f"states of {kind.__name__} must be a tuple of distinct names, but {node.states!r} "
            f"arrived{_declared(kind, 'states')}"
        )
    for part in ("noise", "limits", "initial"):
        if isinstance(getattr(node, part), str):
            raise TypeError(
                f"{part} of {kind.__name__} must be a tuple of names, but a text arrived; write "
                f'("{getattr(node, part)}",){_declared(kind, part)}'
            )
        for name in getattr(node, part):
            _named(kind, part, name, node.states, f"state for {part}")
    missing = [name for name in node.states if name not in node.initial]
    if missing:
        raise ValueError(
            f"initial of {kind.__name__} lacks {', '.join(missing)}; give every state a value to "
            f"start from{_declared(kind, 'initial')}"
        )
    for name in node.forbids:
        _named(kind, "forbids", name, ("negative", "asymmetric"), "kind of weights to forbid")
    try:
        positive(node.step, "step", unit="s")
    except (TypeError, ValueError) as error:
        where = of_definition(kind.step.fget, "return") if _is_property(kind) else Place()
        raise type(error)(f"{kind.__name__}: {error}{where}") from error


def _check_equations(node: Any) -> None:
    """Trace the equations once, as the compiled loop will."""
    kind, tape = type(node), Tape()
    p = _Parameters(kind.__name__, tape, tuple(f.name for f in dataclasses.fields(node)))
    state = tuple(tape.term(f"x_{name}") for name in node.states)
    sent = _traced(node, "source", tape, state, p)
    _refuse_other_than_terms(kind, "source", sent)
    coupling = tuple(tape.term(f"coupling_{k}") for k in range(len(sent)))
    slopes = _traced(node, "drift", tape, state, coupling, p)
    _refuse_other_than_terms(kind, "drift", slopes)
    if len(slopes) != len(node.states):
        raise ValueError(
            f"drift of {kind.__name__} returns {len(slopes)} derivatives for the "
            f"{len(node.states)} states {', '.join(node.states)}; return one for each, in this "
            f"order{of_definition(node.drift, 'return')}"
        )
    seen = _traced(node, "output", tape, state, p)
    if isinstance(seen, tuple):
        raise TypeError(
            f"output of {kind.__name__} returns a tuple; return one quantity"
            f"{of_definition(node.output, 'return')}"
        )
    _refuse_other_than_terms(kind, "output", (seen,))


def _traced(node: Any, name: str, *arguments: Any) -> Any:
    """Return what an equation gives, or say in which line it fails, and why."""
    kind, function = type(node), getattr(node, name)
    written = inspect.getattr_static(kind, name)
    if inspect.isfunction(written) and next(iter(inspect.signature(written).parameters)) != "self":
        raise TypeError(
            f"{name} of {kind.__name__} must be static; write @staticmethod above it"
            f"{of_definition(written)}"
        )
    try:
        return function(*arguments)
    except Exception as error:
        where = of_error(error, function)
        message = f"{name} of {kind.__name__}: {_explained(error, where)}{where}"
        named = type(error) in (AttributeError, TypeError)
        raise (type(error) if named else ValueError)(message) from error


def _explained(error: Exception, where: Place) -> str:
    """Say an error of Python in the words of the contract."""
    text = str(error)
    called = re.search(r"\b(np|numpy|math|torch|jnp)\.(\w+)\(", where.text)
    if isinstance(error, TypeError) and "xp.where" not in text:
        if called and called[2] in _FUNCTIONS:
            return f"{called[0][:-1]} takes numbers only; write xp.{called[2]}"
        if called or "ufunc" in text or "Term" in text:
            return f"{text}; equations may take xp.{' '.join(_FUNCTIONS)}"
    if isinstance(error, AttributeError) and "'Tape'" in text:
        return f"xp offers {' '.join(_FUNCTIONS)}, but not {error.name}; write it with these"
    return text


def _refuse_other_than_terms(kind: type, name: str, found: Any) -> None:
    """Refuse what is no tuple of traced terms or plain numbers."""
    function = getattr(kind, name)
    if found is None or (isinstance(found, tuple) and any(entry is None for entry in found)):
        raise TypeError(
            f"{name} of {kind.__name__} returns nothing; let it end in return"
            f"{of_definition(function)}"
        )
    if not isinstance(found, tuple):
        raise TypeError(
            f"{name} of {kind.__name__} must return a tuple, but {_kind_of(found)} arrived; for "
            f"one entry write (x,){of_definition(function, 'return')}"
        )
    for entry in found:
        if not isinstance(entry, Term | float | int):
            raise TypeError(
                f"{name} of {kind.__name__} must return terms made of states and parameters, but "
                f"{_kind_of(entry)} arrived{of_definition(function, 'return')}"
            )


def _kind_of(entry: Any) -> str:
    return "a term" if isinstance(entry, Term) else f"{type(entry).__name__} {entry!r}"


def _named(kind: type, part: str, name: Any, options: tuple[str, ...], what: str) -> None:
    """Refuse an unknown name with the nearest known one and the line that has it."""
    try:
        choice(name, options, what)
    except ValueError as error:
        raise ValueError(f"{kind.__name__}: {error}{_declared(kind, part)}") from None


def _declared(kind: type, part: str) -> Place:
    return of_text(kind, rf"^\s+{part}\s*[:=]")


def _is_property(kind: type) -> bool:
    return isinstance(inspect.getattr_static(kind, "step"), property)


class _Parameters:
    """Stands for ``p`` while the equations are traced; knows the nearest name."""

    def __init__(self, owner: str, tape: Tape, names: tuple[str, ...]) -> None:
        self._owner, self._names = owner, names
        for name in names:
            setattr(self, name, tape.term(f"p_{name}"))

    def __getattr__(self, name: str) -> Any:
        try:
            choice(name, self._names, "parameter")
        except ValueError as error:
            raise AttributeError(str(error), name=name, obj=self) from None
