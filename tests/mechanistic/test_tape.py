"""The tape writes what the equations compute, once each, and refuses what it cannot write."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.mechanistic.tape import Tape


def value_of(equation, **variables: float) -> float:
    tape = Tape()
    result = equation(tape, *(tape.term(name) for name in variables))
    names = {"f": float, **vars(math), "abs": abs, **variables}
    exec("\n".join(tape.lines()), names)
    return names[result.name]


def every_operation(xp, x, y):
    total = x + y - 2.0 + (3.0 - x) * 2 / (1.0 + y * y) - x / 4 + 1 / (2 + xp.abs(x))
    total = total + xp.exp(-xp.abs(x)) + xp.log(2 + xp.sin(y)) * xp.cos(x) + xp.tanh(x)
    total = total + xp.sqrt(x**2 + 1) + x**5 + (1 + y * y) ** 0.3 + xp.sign(x)
    return xp.where(x < y, total, xp.where(x >= 1, -total, total * np.float64(0.5)))


@given(st.floats(-3, 3), st.floats(-3, 3))
def test_computes_like_numpy(x: float, y: float) -> None:
    expected = every_operation(np, np.float64(x), np.float64(y))
    assert value_of(every_operation, x=x, y=y) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_writes_equal_operations_once() -> None:
    tape = Tape()
    x = tape.term("x")
    _ = tape.exp(x * 2) + tape.exp(x * 2)
    assert len(tape.lines()) == 3


def test_branch_on_a_state_names_the_line_and_the_remedy() -> None:
    def drift(xp, x):
        return -x if x > 0 else x

    tape = Tape()
    with pytest.raises(TypeError, match=r"drift .*test_tape.py, line \d+\).*xp\.where"):
        drift(tape, tape.term("x"))


def test_numpy_functions_on_terms_are_refused() -> None:
    with pytest.raises(TypeError):
        np.exp(Tape().term("x"))
