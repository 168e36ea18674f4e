"""A table looked up by NumPy, torch and the compiled loop is one function, with one slope."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.interpolate import RegularGridInterpolator

import surrobrain as sb
from surrobrain.mechanistic import oracle
from surrobrain.mechanistic.engine import Engine
from surrobrain.mechanistic.kernels.template import write_loop
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Value, param
from surrobrain.mechanistic.table import Table, lookup

N_X, N_Y = 7, 5
HILLS = Table(np.random.default_rng(0).normal(size=(N_X, N_Y)), -1.0, 0.5, 2.0, 0.25, "hills")
VALLEYS = dataclasses.replace(HILLS, values=-(HILLS.values**2), name="valleys")
X, Y = HILLS.x_start + HILLS.x_step * np.arange(N_X), HILLS.y_start + 0.25 * np.arange(N_Y)


@dataclasses.dataclass(frozen=True)
class Rambler:
    """Two states that look their slopes up where they are."""

    pull: Value = param(0.1, "1", bounds=(0.0, 10.0))

    states: ClassVar[tuple[str, ...]] = ("x", "y")
    time_unit: ClassVar[str] = "s"
    initial: ClassVar[Mapping[str, float]] = {"x": 0.3, "y": 2.4}
    limits: ClassVar[Mapping[str, tuple[float, float]]] = {}
    noise: ClassVar[tuple[str, ...]] = ("x", "y")
    diffusive: ClassVar[bool] = False
    forbids: ClassVar[frozenset[str]] = frozenset()
    settle: ClassVar[float] = 0.0
    step: ClassVar[float] = 0.01

    @staticmethod
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        """Climb hills and valleys."""
        x, y = state
        hill, valley = (lookup(xp, table, x, y) for table in (HILLS, VALLEYS))
        return hill + p.pull * coupling[0], valley - (y - 2.5)

    @staticmethod
    def source(xp: Any, state: tuple, p: Any) -> tuple:
        """Send what is looked up."""
        return (lookup(xp, VALLEYS, *state),)

    @staticmethod
    def output(xp: Any, state: tuple, p: Any) -> Any:
        """Show what is looked up."""
        return lookup(xp, HILLS, *state)


def network(**changes: Any) -> Network:
    weights = np.random.default_rng(1).uniform(size=(5, 5))
    base = Network(
        Rambler(), sb.Connectome(weights), noise=1.0, dt=0.01, settle=0.0,
        observer=sb.observers.Identity(20.0),
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def points(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Inside, on the grid, on the edges and beyond them."""
    rng = np.random.default_rng(2)
    x, y = rng.uniform(X[0] - 1, X[-1] + 1, n), rng.uniform(Y[0] - 1, Y[-1] + 1, n)
    grid = [part.reshape(-1) for part in np.meshgrid(X, Y)]
    return np.concatenate([x, grid[0]]), np.concatenate([y, grid[1]])


def test_numpy_is_bilinear_and_holds_its_edges() -> None:
    x, y = points(500)
    inside = np.stack([np.clip(x, X[0], X[-1]), np.clip(y, Y[0], Y[-1])], axis=1)
    expected = RegularGridInterpolator((X, Y), HILLS.values)(inside)
    np.testing.assert_allclose(lookup(np, HILLS, x, y), expected, rtol=0, atol=1e-14)
    assert np.isnan(lookup(np, HILLS, np.array([np.nan, 0.0]), np.array([2.3, np.nan]))).all()


def test_torch_is_the_same_and_its_slope_is_that_of_the_cell() -> None:
    torch = pytest.importorskip("torch")
    x, y = points(500)
    there = [torch.tensor(v, requires_grad=True) for v in (x, y)]
    found = lookup(torch, HILLS, *there)
    np.testing.assert_allclose(found.detach(), lookup(np, HILLS, x, y), rtol=0, atol=1e-14)
    found.sum().backward()
    free = slice(0, 500)  # the rest lies on corners, where two sides differ
    for k, tensor in enumerate(there):
        h = np.array([1e-7, 0.0])[[k, 1 - k]]
        ahead, back = (lookup(np, HILLS, x + s * h[0], y + s * h[1]) for s in (1, -1))
        slope = ((ahead - back) / 2e-7)[free]
        np.testing.assert_allclose(tensor.grad.numpy()[free], slope, rtol=0, atol=1e-6)
    outside = (x < X[0]) | (x > X[-1])
    assert (there[0].grad.numpy()[outside] == 0).all()


@pytest.mark.parametrize("stepper", ["euler", "rk4"])
def test_the_compiled_loop_is_the_same(stepper: str) -> None:
    model = network(stepper=stepper)
    expected = oracle.run(model, 100, seed=3)
    found = model.run(100, seed=3).values
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-11)
    single = dataclasses.replace(model, dtype="float32").run(20, seed=3).values
    np.testing.assert_allclose(single, expected[:20], rtol=0, atol=1e-4)


def test_lanes_side_by_side_look_up_the_same() -> None:
    model = network()
    swept = sb.sweep(model, {"coupling": np.array([0.5, 1.0])}, duration=2.0, seed=4)
    for lane, coupling in enumerate((0.5, 1.0)):
        expected = oracle.run(network(coupling=coupling), 40, seed=4, lane=lane)
        np.testing.assert_allclose(swept.values[lane], expected, rtol=0, atol=1e-11)


def test_gradients_pass_through() -> None:
    torch = pytest.importorskip("torch")
    model = network(noise=0.1)
    run = sb.differentiable(model, 4, free=["initial", "pull"], state=model.initial_state)
    start, pull = model.initial_state.values, np.array(0.1)
    slopes = torch.tensor(np.random.default_rng(5).normal(size=(4, 5)))

    def objective(values: np.ndarray, pull: np.ndarray) -> Any:
        tensors = [torch.tensor(v, requires_grad=True) for v in (values, pull)]
        return (slopes * run(*tensors)).sum(), tensors

    total, tensors = objective(start, pull)
    total.backward()
    way = np.random.default_rng(6).normal(size=start.shape)
    moved = [objective(start + h * way, pull)[0].item() for h in (1e-6, -1e-6)]
    assert (tensors[0].grad.numpy() * way).sum() == pytest.approx(
        (moved[0] - moved[1]) / 2e-6, rel=1e-6
    )
    moved = [objective(start, pull + h)[0].item() for h in (1e-6, -1e-6)]
    assert tensors[1].grad.item() == pytest.approx((moved[0] - moved[1]) / 2e-6, rel=1e-6)


def test_the_source_of_a_loop_holds_no_values_of_the_table() -> None:
    layout = Engine(network()).layout
    assert set(layout.tables) == {"hills", "valleys"}
    assert layout.table_starts["valleys"] - layout.table_starts["hills"] == HILLS.values.size
    assert repr(float(HILLS.values[0, 0])) not in write_loop(layout)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"values": np.ones((1, 4))}, r"two points in each direction, but shape \(1, 4\)"),
        ({"values": np.full((2, 2), np.nan)}, "values of the table hills"),
        ({"x_step": 0.0}, "x_step of the table hills"),
        ({"name": "two words"}, "plain name, but 'two words'"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(HILLS, **change)


def test_two_tables_of_one_name_are_refused() -> None:
    def drift(xp: Any, state: tuple, coupling: tuple, p: Any) -> tuple:
        return lookup(xp, HILLS, *state), lookup(xp, dataclasses.replace(HILLS), *state)

    twice: Callable = type("Twice", (Rambler,), {"drift": staticmethod(drift)})
    with pytest.raises(ValueError, match=r"two tables of one node are called hills"):
        network(node=twice())
