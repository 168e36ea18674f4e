"""Traces equations once: every operation appends one line of straight code."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, no_type_check

if TYPE_CHECKING:
    from surrobrain.mechanistic.table import Table

__all__ = ["Tape", "Term"]

_INFIX = ("+", "-", "*", "/", "<", "<=", ">", ">=")


def _operator(symbol: str, *, swapped: bool = False) -> Callable[["Term", Any], "Term"]:
    """Return the method that writes one arithmetic operation or comparison."""

    def write(self: "Term", other: Any) -> "Term":
        left, right = (other, self) if swapped else (self, other)
        return self.tape.emit(symbol, left, right)

    return write


def _function(name: str) -> Callable[["Tape", Any], "Term"]:
    """Return the method that writes the call of an elementary function."""

    def write(self: "Tape", x: Any) -> "Term":
        return self.emit(name, x)

    return write


class Term:
    """A traced scalar. Arithmetic on it writes to its tape instead of computing."""

    __slots__ = ("name", "tape")
    __array_ufunc__ = None  # NumPy scalars then leave the operation to us

    def __init__(self, tape: "Tape", name: str) -> None:
        """Name a variable of the straight-line code."""
        self.tape, self.name = tape, name

    __add__, __radd__ = _operator("+"), _operator("+", swapped=True)
    __sub__, __rsub__ = _operator("-"), _operator("-", swapped=True)
    __mul__, __rmul__ = _operator("*"), _operator("*", swapped=True)
    __truediv__, __rtruediv__ = _operator("/"), _operator("/", swapped=True)
    __lt__, __le__ = _operator("<"), _operator("<=")
    __gt__, __ge__ = _operator(">"), _operator(">=")

    def __neg__(self) -> "Term":
        """Write a change of sign."""
        return self.tape.emit("neg", self)

    def __pow__(self, exponent: Any) -> "Term":
        """Write a power; small whole ones as products."""
        if not isinstance(exponent, int) or not 1 <= exponent <= 16:
            return self.tape.emit("pow", self, exponent)
        if exponent == 1:
            return self
        half = self ** (exponent // 2)
        return half * half * self if exponent % 2 else half * half

    @no_type_check  # a checking wrapper would hide who asked
    def __bool__(self) -> bool:
        """Refuse to branch, and say where it was tried."""
        asker = sys._getframe(1)
        raise TypeError(
            f"{asker.f_code.co_qualname} ({asker.f_code.co_filename}, line {asker.f_lineno}) "
            "branches on a state or parameter, which has no value while the equations are "
            "traced; write xp.where(condition, a, b) instead of if, and, or, "
            "min, max"
        )


class Tape:
    """Straight-line code of some equations, and the ``xp`` that writes it.

    Equal operations are written once. Terms of equal name are equal.

    Examples
    --------
    >>> tape = Tape()
    >>> x, p = tape.term("x"), tape.term("p")
    >>> result = tape.exp(-p * x) + 1 / tape.exp(-p * x)
    >>> print("; ".join(tape.lines()), "->", result.name)
    t0 = -p; t1 = t0 * x; t2 = exp(t1); t3 = f(1.0) / t2; t4 = t2 + t3 -> t4
    """

    def __init__(self) -> None:
        self.operations: dict[tuple[str, ...], str] = {}
        self.tables: dict[str, Table] = {}

    def term(self, name: str) -> Term:
        """Return the term that stands for a variable of the loop."""
        return Term(self, name)

    def emit(self, operation: str, *arguments: Any) -> Term:
        """Write one operation, or find it when it was written before."""
        key = (operation, *(self.text(argument) for argument in arguments))
        return Term(self, self.operations.setdefault(key, f"t{len(self.operations)}"))

    def text(self, value: Any) -> str:
        """Return the text of a term, or of a constant in the precision ``f`` of the loop."""
        return value.name if isinstance(value, Term) else f"f({float(value)!r})"

    def lines(self) -> list[str]:
        """Return the statements in order; ``f`` turns a literal into the loop's number type."""
        return [f"{name} = {_expression(*key)}" for key, name in self.operations.items()]

    exp, log, sqrt = _function("exp"), _function("log"), _function("sqrt")
    floor = _function("floor")
    sin, cos, tanh, abs = _function("sin"), _function("cos"), _function("tanh"), _function("abs")

    def sign(self, x: Any) -> Term:
        """Write -1, 0 or 1."""
        return self.where(x > 0, 1.0, self.where(x < 0, -1.0, 0.0 * x))

    def where(self, condition: Any, a: Any, b: Any) -> Term:
        """Write a choice; both sides are computed, as in NumPy."""
        return self.emit("where", condition, a, b)

    def element(self, table: "Table", index: Any) -> Term:
        """Write the reading of one entry of a table, which the loop finds in its workspace."""
        if self.tables.setdefault(table.name, table) is not table:
            raise ValueError(
                f"two tables of one node are called {table.name}; give each a name of its own"
            )
        return self.emit("element", self.term("w"), self.term(f"TABLE_{table.name}"), index)


def _expression(operation: str, *arguments: str) -> str:
    if operation in _INFIX:
        return f"{arguments[0]} {operation} {arguments[1]}"
    if operation == "neg":
        return f"-{arguments[0]}"
    if operation == "where":
        return f"{arguments[1]} if {arguments[0]} else {arguments[2]}"
    return f"{operation}({', '.join(arguments)})"
