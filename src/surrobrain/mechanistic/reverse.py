"""Reverse mode on a tape: how strongly each input acts on what the code computes."""

from collections.abc import Iterable, Mapping

from surrobrain.mechanistic.tape import Tape

__all__ = ["reverse"]


def reverse(
    tape: Tape, seeds: Iterable[tuple[str, str]], inputs: Iterable[str]
) -> tuple[list[str], dict[str, str]]:
    """Return statements that go back through a tape, and what holds the result for each input.

    Parameters
    ----------
    tape : Tape
        Straight-line code; its values must be in scope where the statements stand.
    seeds : iterable of (name, text)
        A variable of the tape, and the derivative of the objective by it. A variable may come
        more than once.
    inputs : iterable of str
        Names of the variables whose derivatives are wanted.

    Returns
    -------
    lines : list of str
        Statements in the order in which they are to run.
    found : dict of str to str
        For each input that acts at all, the name of its derivative.

    Notes
    -----
    Where a choice or an absolute value has a corner, the derivative is that of the side that was
    taken. Comparisons, whole parts and entries of a table have none: the slope of a look-up is
    that of the straight lines between the entries.

    Examples
    --------
    >>> tape = Tape()
    >>> x = tape.term("x")
    >>> y = tape.exp(x * x)
    >>> lines, found = reverse(tape, [(y.name, "seed")], ["x"])
    >>> print("; ".join(lines), "->", found["x"])
    a0 = seed; a1 = a0 * t1; a2 = a1 * x; a3 = a2 + a1 * x -> a3
    """
    book = _Book()
    for name, text in seeds:
        book.add(name, text)
    for (operation, *arguments), name in reversed(list(tape.operations.items())):
        if name in book.held:
            for argument, text in _shares(operation, arguments, name, book.held[name]):
                book.add(argument, text)
    return book.lines, {name: book.held[name] for name in inputs if name in book.held}


class _Book:
    """What has been found for each variable so far."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.held: dict[str, str] = {}

    def add(self, name: str, text: str) -> None:
        if name.startswith("f("):  # a constant
            return
        fresh = f"a{len(self.lines)}"
        before = f"{self.held[name]} + " if name in self.held else ""
        self.lines.append(f"{fresh} = {before}{text}")
        self.held[name] = fresh


_UNARY: Mapping[str, str] = {
    "neg": "-{g}",
    "exp": "{g} * {y}",
    "log": "{g} / {x}",
    "sqrt": "f(0.5) * {g} / {y}",
    "sin": "{g} * cos({x})",
    "cos": "-{g} * sin({x})",
    "tanh": "{g} * (f(1.0) - {y} * {y})",
    "abs": "({g} if {x} > f(0.0) else -{g})",
}


_FLAT = ("floor", "element", "<", "<=", ">", ">=")


def _shares(operation: str, arguments: list[str], y: str, g: str) -> list[tuple[str, str]]:
    """Return what each argument of an operation gets of the derivative by its result."""
    if operation in _UNARY:
        return [(arguments[0], _UNARY[operation].format(g=g, x=arguments[0], y=y))]
    if operation in _FLAT:
        return []
    a, b, *rest = arguments
    if operation == "where":
        c = rest[0]
        return [(b, f"({g} if {a} else f(0.0))"), (c, f"(f(0.0) if {a} else {g})")]
    if operation == "pow":
        power = f"{g} * {b} * pow({a}, {b} - f(1.0))"
        return [(a, power), (b, f"({g} * {y} * log({a}) if {a} > f(0.0) else f(0.0))")]
    table = {
        "+": [(a, g), (b, g)],
        "-": [(a, g), (b, f"-{g}")],
        "*": [(a, f"{g} * {b}"), (b, f"{g} * {a}")],
        "/": [(a, f"{g} / {b}"), (b, f"-{g} * {y} / {b}")],
    }
    return table[operation]
