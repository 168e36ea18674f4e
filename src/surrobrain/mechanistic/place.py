"""Where in somebody's source a mistake is: file, line and the line itself."""

import inspect
import linecache
import re
from collections.abc import Callable
from dataclasses import dataclass
from types import CodeType, TracebackType
from typing import Any

import surrobrain.mechanistic.tape as tape_module

__all__ = ["Place", "of_definition", "of_error", "of_text"]


@dataclass(frozen=True)
class Place:
    """One line of source; its text is empty where the source is not at hand."""

    file: str = ""
    line: int = 0
    text: str = ""

    def __str__(self) -> str:
        """Return what an error message ends with."""
        named = f"\n  {self.file}, line {self.line}" if self.line else ""
        return named + (f"\n    {self.text}" if self.text else "")


def of_error(error: BaseException, function: Callable[..., Any]) -> Place:
    """Return the last line of a function, or of what it called itself, that led to an error."""
    code = _code(function)
    place, inside = None, False
    step: TracebackType | None = error.__traceback__
    while step is not None:
        here = step.tb_frame.f_code
        inside = inside or here is code
        if inside and _is_foreign(here.co_filename):
            break
        if inside:
            place = _line(here.co_filename, step.tb_lineno)
        step = step.tb_next
    return place or of_definition(function)


def of_definition(function: Callable[..., Any], pattern: str = "") -> Place:
    """Return the last line of a function that matches, or the one that names it."""
    code = _code(function)
    if code is None:
        return Place()
    try:
        lines, first = inspect.getsourcelines(code)
    except (OSError, TypeError):
        return _line(code.co_filename, code.co_firstlineno)
    chosen = [k for k, text in enumerate(lines) if pattern and re.search(pattern, text)]
    named = [k for k, text in enumerate(lines) if text.lstrip().startswith("def ")]
    k = (chosen or named[:1] or [0])[-1]
    return Place(code.co_filename, first + k, lines[k].strip())


def of_text(kind: type, pattern: str) -> Place:
    """Return the first line of a class that matches, or the one that names it."""
    try:
        lines, first = inspect.getsourcelines(kind)
        file = inspect.getsourcefile(kind) or ""
    except (OSError, TypeError):  # typed in, or made by a program
        return Place()
    wanted = (re.compile(pattern), re.compile(r"^\s*class\b"))
    found = (k for part in wanted for k, text in enumerate(lines) if part.search(text))
    k = next(found, 0)
    return Place(file, first + k, lines[k].strip())


def _line(file: str, line: int) -> Place:
    return Place(file, line, linecache.getline(file, line).strip())


def _code(function: Callable[..., Any]) -> CodeType | None:
    return getattr(inspect.unwrap(function), "__code__", None)


def _is_foreign(file: str) -> bool:
    """Tell whether a file is the tape's or belongs to an installed package or a type checker."""
    return file == tape_module.__file__ or "site-packages" in file or file.startswith("<@beartype")
