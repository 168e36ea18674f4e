"""Gradients of every node equal finite differences, and their run is that of the engine."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import pytest

import surrobrain as sb
from surrobrain import catalog
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters

torch = pytest.importorskip("torch")

FIVE = 5
RNG = np.random.default_rng(1)
WEIGHTS = RNG.uniform(0.1, 1.0, (FIVE, FIVE)) * (RNG.uniform(size=(FIVE, FIVE)) < 0.7)
np.fill_diagonal(WEIGHTS, 0.0)
LENGTHS = RNG.uniform(20.0, 100.0, (FIVE, FIVE))
QUICK = ("stuart_landau",)
TABLED = ("adaptive_linear_nonlinear",)  # differences must not cross the lines of its tables
NODES = [
    name if name in QUICK else pytest.param(name, marks=pytest.mark.slow)
    for name in catalog.names("surrobrain.mechanistic.nodes")
]


def network(node: object, **changes: object) -> Network:
    step = node.step
    base = Network(
        node, sb.Connectome(WEIGHTS, LENGTHS), coupling=0.2, noise=0.02, dt=step, settle=0.0,
        observer=sb.observers.Identity(1 / (20 * step)), speed=0.1 / (30 * step),
        delays="interpolated",
    )  # fmt: skip
    return dataclasses.replace(base, **changes)


def values_of(model: Network, free: Sequence[str]) -> dict[str, np.ndarray]:
    special = {
        "coupling": model.coupling_form.strength, "noise": model.noise_kind.sigma,
        "weights": model.connectome.weights, "speed": model.speed,
        "initial": model.run(0).state.values, "inputs": np.full((20, FIVE), 0.1),
    }  # fmt: skip
    return {k: np.array(special.get(k, getattr(model.node, k, None)), float) for k in free}


def compare(
    model: Network, free: Sequence[str], *, n_times: int = 20, rel: float = 2e-5, h: float = 1e-5
) -> None:
    """Hold the gradient of a random linear loss to central differences along random directions."""
    start, rng = model.run(0).state, np.random.default_rng(2)
    run = sb.differentiable(model, n_times, free=free, state=start, seed=3)
    values = values_of(model, free)
    tensors = {k: torch.tensor(v, requires_grad=True) for k, v in values.items()}
    samples = run(**tensors)
    if "inputs" not in free:
        expected = model.run(n_times, state=start, seed=3).values
        np.testing.assert_allclose(samples.detach().numpy(), expected, rtol=1e-11, atol=1e-13)
    slope = torch.tensor(rng.normal(size=samples.shape)) / samples.detach().abs().max()
    (slope * samples).sum().backward()
    for name, value in values.items():
        way = rng.normal(size=value.shape) * (value != 0 if name == "weights" else 1.0)
        way = way * np.maximum(np.abs(value), 1e-2)
        moved = []
        for step in (h, -h):
            there = {k: torch.tensor(v + step * way if k == name else v) for k, v in values.items()}
            moved.append((slope * run(**there)).sum().item())
        difference = (moved[0] - moved[1]) / (2 * h)
        found = float((tensors[name].grad.numpy() * way).sum())
        assert found == pytest.approx(difference, rel=rel, abs=1e-9), name


@pytest.mark.parametrize("name", NODES)
def test_gradients_of_every_node_through_delays(name: str) -> None:
    node = catalog.load("surrobrain.mechanistic.nodes", name)()
    first = next(iter(parameters(node)))
    h = 1e-6 if name in TABLED else 1e-5
    compare(
        network(node), ["coupling", "noise", "weights", "speed", "initial", first], rel=2e-4, h=h
    )


def test_gradients_through_haemodynamics_without_delays() -> None:
    model = network(
        sb.WongWang(I0=np.linspace(0.29, 0.31, FIVE)), speed=None, dt=1e-3,
        observer=sb.observers.BOLD(0.1),
    )  # fmt: skip
    compare(model, ["coupling", "noise", "weights", "initial", "w", "I0"])


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"noise": sb.noises.Colored(0.5, tau=0.2)}, id="colored"),
        pytest.param(
            {"noise": sb.noises.Multiplicative(0.3), "stepper": "milstein"},
            id="milstein",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"coupling": sb.couplings.Sigmoidal(0.4, midpoint=0.2, slope=3.0)},
            id="sigmoidal",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_gradients_through_other_noises_and_couplings(changes: dict) -> None:
    compare(network(sb.StuartLandau(), **changes), ["coupling", "noise", "weights", "a", "inputs"])


@pytest.mark.slow
def test_gradients_over_many_blocks_and_in_single_precision() -> None:
    double = network(sb.Linear(), observer=sb.observers.Identity(1.0), noise=0.1)
    assert double.steps_per_sample * 20 > 4 * 256
    compare(double, ["coupling", "noise", "weights", "speed", "initial", "tau"])
    grads = []
    for dtype in ("float64", "float32"):
        model = dataclasses.replace(double, dtype=dtype)
        run = sb.differentiable(model, 20, free=["weights"], seed=1)
        weights = torch.tensor(WEIGHTS, requires_grad=True)
        run(weights).pow(2).sum().backward()
        grads.append(weights.grad.numpy())
    np.testing.assert_allclose(grads[1], grads[0], rtol=1e-3, atol=1e-4 * np.abs(grads[0]).max())


def test_a_parameter_is_recovered_by_descent() -> None:
    """What gradients are for: from the recording of a network back to its coupling."""
    model = network(sb.Linear(), speed=None, noise=1.0)
    truth = model.run(200, seed=5).values
    run = sb.differentiable(model, 200, free=["coupling"], state=model.initial_state, seed=5)
    coupling = torch.tensor(0.05, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [coupling],
        line_search_fn="strong_wolfe",
        max_iter=60,
        tolerance_grad=1e-14,
        tolerance_change=1e-16,
    )

    def loss() -> object:
        optimizer.zero_grad()
        value = (run(coupling) - torch.tensor(truth)).pow(2).mean()
        value.backward()
        return value

    optimizer.step(loss)
    assert coupling.item() == pytest.approx(0.2, abs=1e-6)


@pytest.mark.parametrize(
    ("changes", "free", "message"),
    [
        ({"stepper": "heun"}, ["coupling"], "steps of one stage, but stepper='heun'"),
        ({"delays": "rounded"}, ["speed"], "only where delays are interpolated"),
        ({}, ["couplign"], "did you mean 'coupling'"),
        ({"observer": sb.observers.LeadField(np.ones((2, FIVE)))}, ["tau"], "shows channels"),
    ],
)
def test_what_has_no_gradient_is_named(changes: dict, free: list, message: str) -> None:
    base = network(sb.Linear())
    if "observer" in changes:
        changes = {**changes, "dt": None, "speed": None}
    with pytest.raises(ValueError, match=message):
        sb.differentiable(dataclasses.replace(base, **changes), 5, free=free)
    with pytest.raises(TypeError, match=r"takes coupling, but nothing arrived"):
        sb.differentiable(base, 5, free=["coupling"])()
