"""Every mistake in a node of one's own gets an error that shows its line."""

import linecache
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import param
from surrobrain.mechanistic.node_check import check_node

HERE = r"\n  .*test_node_check.py, line \d+\n    "
NODES = "surrobrain.mechanistic.nodes"


@dataclass(frozen=True)
class Good:
    tau: float = param(0.1, "s", bounds=(1e-3, 10.0))
    gain: float = param(1.0, "1", bounds=(0.0, 10.0))

    states: ClassVar = ("x", "y")
    time_unit: ClassVar = "s"
    initial: ClassVar = {"x": 0.0, "y": 0.0}
    limits: ClassVar = {"x": (-1.0, 1.0)}
    noise: ClassVar = ("x",)
    diffusive: ClassVar = False
    forbids: ClassVar = frozenset()
    settle: ClassVar = 1.0

    @property
    def step(self) -> float:
        return 1e-3

    @staticmethod
    def drift(xp, state, coupling, p):
        x, y = state
        return (xp.tanh(p.gain * coupling[0]) - x) / p.tau, x - y

    @staticmethod
    def source(xp, state, p):
        return (state[0],)

    @staticmethod
    def output(xp, state, p):
        return state[0]


def node(**parts: object) -> object:
    """Return a good node with some parts replaced, as a class of its own."""
    made = type("Mine", (Good,), {"__doc__": "Mine.", **parts})
    return dataclass(frozen=True)(made)()


def refusal(kind: type[Exception], **parts: object) -> str:
    with pytest.raises(kind) as caught:
        check_node(node(**parts))
    return str(caught.value)


def equation(function: Callable) -> staticmethod:
    return staticmethod(function)


@pytest.mark.parametrize("name", catalog.names(NODES))
def test_the_catalog_passes(name: str) -> None:
    check_node(catalog.load(NODES, name)())


def test_good_nodes_pass_and_run() -> None:
    check_node(Good())
    check_node(node())
    values = Network(Good(), Connectome(np.zeros((2, 2))), noise=1.0).run(3).values
    assert values.shape == (3, 2)


@pytest.mark.parametrize(
    "name",
    ["states", "time_unit", "initial", "limits", "noise", "diffusive", "forbids", "settle", "step",
     "drift", "source", "output"],
)  # fmt: skip
def test_missing_attribute(name: str) -> None:
    parts = {k: v for k, v in vars(Good).items() if k != name and not k.startswith("__")}
    parts["__annotations__"] = {"tau": float, "gain": float}
    parts |= {key: param(0.1, "1", bounds=(0.0, 1.0)) for key in ("tau", "gain")}
    made = dataclass(frozen=True)(type("Mine", (), parts))
    with pytest.raises(AttributeError, match=f"^Mine lacks {name};"):
        check_node(made())


def test_missing_attribute_shows_the_class() -> None:
    @dataclass(frozen=True)
    class Bare:
        states: ClassVar = ("x",)
        time_unit: ClassVar = "s"

    with pytest.raises(AttributeError, match=rf"Bare lacks initial;.*{HERE}class Bare:"):
        check_node(Bare())


def test_not_a_frozen_dataclass() -> None:
    class Plain:
        states = ("x",)

    with pytest.raises(TypeError, match=rf"@dataclass\(frozen=True\).*{HERE}class Plain:"):
        check_node(Plain())


def test_field_without_param() -> None:
    @dataclass(frozen=True)
    class Loose(Good):
        rate: float = 3.0

    with pytest.raises(TypeError, match=rf"rate of Loose .*param\(.*{HERE}rate: float = 3.0"):
        check_node(Loose())


def test_declaration_that_became_a_field() -> None:
    @dataclass(frozen=True)
    class Loose(Good):
        time_unit: str = "s"

    with pytest.raises(TypeError, match=rf'ClassVar.*{HERE}time_unit: str = "s"'):
        check_node(Loose())


def test_wrong_time_unit() -> None:
    @dataclass(frozen=True)
    class Slow(Good):
        time_unit: ClassVar = "sec"

    message = rf"no time unit 'sec'.*available: ms, s{HERE}time_unit: ClassVar = \"sec\""
    with pytest.raises(ValueError, match=message):
        check_node(Slow())


def test_parameter_in_another_unit_of_time() -> None:
    @dataclass(frozen=True)
    class Mixed(Good):
        tau: float = param(10.0, "ms", bounds=(1.0, 100.0))

    message = rf"tau of Mixed is in ms, but its equations count in s.*{HERE}tau: float = param"
    with pytest.raises(ValueError, match=message):
        check_node(Mixed())


@pytest.mark.parametrize(
    ("part", "value"),
    [("noise", ("z",)), ("limits", {"z": (0.0, 1.0)}), ("initial", {"x": 0, "y": 0, "z": 0})],
)
def test_unknown_state(part: str, value: object) -> None:
    message = refusal(ValueError, **{part: value})
    assert message.startswith(f"Mine: there is no state for {part} 'z'")
    assert "available: x, y" in message


def test_unknown_state_shows_the_line() -> None:
    @dataclass(frozen=True)
    class Noisy(Good):
        noise: ClassVar = ("xx",)

    with pytest.raises(ValueError, match=rf"did you mean 'x'.*{HERE}noise: ClassVar = \(\"xx\",\)"):
        check_node(Noisy())


def test_text_where_a_tuple_belongs() -> None:
    assert '("x",)' in refusal(TypeError, noise="x")
    assert "tuple of distinct names" in refusal(ValueError, states="xy")
    assert "tuple of distinct names" in refusal(ValueError, states=("x", "x"))


def test_initial_without_a_state() -> None:
    assert "initial of Mine lacks y;" in refusal(ValueError, initial={"x": 0.0})


def test_unknown_kind_of_weights() -> None:
    assert "did you mean 'negative'" in refusal(ValueError, forbids=frozenset({"negativ"}))


def test_step_that_is_no_time() -> None:
    def step(self) -> float:
        return 0.0

    message = refusal(ValueError, step=property(step))
    assert "step must be above 0 s" in message
    assert message.endswith("return 0.0")


def test_missing_derivative() -> None:
    @equation
    def drift(xp, state, coupling, p):
        x, y = state
        return (coupling[0] - x - y,)

    message = refusal(ValueError, drift=drift)
    assert "returns 1 derivatives for the 2 states x, y" in message
    assert message.endswith("return (coupling[0] - x - y,)")


def test_derivative_that_is_no_tuple() -> None:
    @equation
    def drift(xp, state, coupling, p):
        return coupling[0] - state[0]

    message = refusal(TypeError, drift=drift)
    assert "must return a tuple, but a term arrived; for one entry write (x,)" in message
    assert message.endswith("return coupling[0] - state[0]")


def test_nothing_returned() -> None:
    @equation
    def drift(xp, state, coupling, p):
        _ = state[0] - coupling[0]

    message = refusal(TypeError, drift=drift)
    assert "returns nothing" in message
    assert message.endswith("def drift(xp, state, coupling, p):")
    assert "returns nothing" in refusal(TypeError, output=equation(lambda xp, state, p: None))


@pytest.mark.parametrize(
    ("part", "returned", "said"),
    [
        ("source", ["x"], "must return a tuple, but list"), ("source", ("x",), "but str 'x'"),
        ("output", (1.0,), "returns a tuple"), ("output", np.zeros(3), "but ndarray"),
    ],
)  # fmt: skip
def test_source_and_output_that_are_no_terms(part: str, returned: object, said: str) -> None:
    assert said in refusal(TypeError, **{part: equation(lambda xp, state, p: returned)})


def test_misspelled_parameter() -> None:
    @equation
    def drift(xp, state, coupling, p):
        x, y = state
        return (coupling[0] - x) / p.taau, x - y

    message = refusal(AttributeError, drift=drift)
    assert message.startswith("drift of Mine: there is no parameter 'taau'; did you mean 'tau'?")
    assert "test_node_check.py, line " in message
    assert message.endswith("return (coupling[0] - x) / p.taau, x - y")


def test_branch_on_a_state() -> None:
    @equation
    def drift(xp, state, coupling, p):
        x, y = state
        if x > 0:
            return y, x
        return x, y

    message = refusal(TypeError, drift=drift)
    assert "write xp.where(condition, a, b)" in message
    assert message.endswith("if x > 0:")


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (lambda x: np.exp(x), "np.exp"),
        (lambda x: math.exp(x), "math.exp"),
    ],
)
def test_function_of_another_package(function: Callable, line: str) -> None:
    message = refusal(TypeError, output=equation(lambda xp, state, p: function(state[0])))
    assert f"{line} takes numbers only; write xp.exp" in message
    assert f"{line}(x)" in message.splitlines()[-1]


def test_function_that_xp_lacks() -> None:
    message = refusal(
        TypeError, output=equation(lambda xp, state, p: np.arctan2(state[0], state[1]))
    )
    assert "equations may take xp.exp log sqrt" in message
    message = refusal(AttributeError, output=equation(lambda xp, state, p: xp.clip(state[0], 0, 1)))
    assert "but not clip" in message


def helper(xp: object, x: object) -> object:
    return math.tanh(x)  # type: ignore[arg-type]


def test_the_line_may_lie_in_a_helper() -> None:
    message = refusal(TypeError, output=equation(lambda xp, state, p: helper(xp, state[0])))
    assert "write xp.tanh" in message
    assert message.splitlines()[-1].strip().startswith("return math.tanh(x)")


def test_wrong_number_of_states_or_channels() -> None:
    @equation
    def drift(xp, state, coupling, p):
        x, y, _ = state
        return x, y

    message = refusal(ValueError, drift=drift)
    assert "not enough values to unpack" in message
    assert message.endswith("x, y, _ = state")
    message = refusal(ValueError, drift=equation(lambda xp, state, coupling, p: (coupling[1], 0.0)))
    assert "index out of range" in message


def test_forgotten_staticmethod() -> None:
    def drift(xp, state, coupling, p):
        return state

    message = refusal(TypeError, drift=drift)
    assert "write @staticmethod above it" in message
    assert message.endswith("def drift(xp, state, coupling, p):")


BROKEN = """
from dataclasses import dataclass, field
@dataclass(frozen=True)
class Typed(Good):
    noise: ClassVar = ("x",)

    @staticmethod
    def drift(xp, state, coupling, p):
        return state[0] * p.gian, state[1]
"""


def typed(file: str) -> object:
    scope = {"Good": Good, "ClassVar": ClassVar, "__name__": "nowhere"}
    exec(compile(BROKEN, file, "exec"), scope)
    return scope["Typed"]()


def test_without_source_the_line_number_remains() -> None:
    with pytest.raises(AttributeError, match=r"did you mean 'gain'\?[^\n]*\n  <typed>, line 9$"):
        check_node(typed("<typed>"))


def test_a_notebook_cell_shows_its_line() -> None:
    name = "<ipython-input-7-abc>"
    linecache.cache[name] = (len(BROKEN), None, BROKEN.splitlines(keepends=True), name)
    with pytest.raises(AttributeError, match=r"line 9\n    return state\[0\] \* p\.gian"):
        check_node(typed(name))


def test_a_class_is_looked_over_once() -> None:
    calls = []

    def source(xp, state, p):
        calls.append(1)
        return (state[0],)

    mine = node(source=staticmethod(source))
    for tau in (0.1, 0.2, 0.3):
        check_node(replace(mine, tau=tau))
    assert len(calls) == 1
