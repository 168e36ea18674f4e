"""Every node of the catalog: declared fully, and the same system in NumPy, torch and compiled."""

import dataclasses
import functools

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import oracle, torch_lanes
from surrobrain.mechanistic.engine import own_lane
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node, check_parameters, parameters
from surrobrain.mechanistic.observers.identity import Identity

FOLDER = "surrobrain.mechanistic.nodes"
every_node = pytest.mark.parametrize("name", catalog.names(FOLDER))


@functools.cache
def network(name: str, *, delayed: bool) -> Network:
    """Five regions, asymmetric weights and delays, 25 steps per sample, noise on."""
    node = catalog.load(FOLDER, name)()
    rng = np.random.default_rng(1)
    weights = rng.uniform(0.1, 1.0, (5, 5)) * (1 - np.eye(5))
    lengths = rng.uniform(5.0, 100.0, (5, 5))
    return Network(
        node, Connectome(weights, lengths), coupling=0.2, noise=0.05,
        observer=Identity(1 / (25 * node.step)),
        speed=0.1 / (40 * node.step) if delayed else None, dt=node.step, settle=0.0,
    )  # fmt: skip


@every_node
def test_declares_everything(name: str) -> None:
    node = catalog.load(FOLDER, name)()
    assert isinstance(node, Node)
    assert dataclasses.is_dataclass(node)
    assert node.__dataclass_params__.frozen
    assert node.time_unit in ("s", "ms")
    assert set(node.initial) == set(node.states)
    assert {*node.limits, *node.noise} <= set(node.states)
    assert node.forbids <= {"negative", "asymmetric"}
    assert node.step > 0
    for field in dataclasses.fields(node):
        assert field.metadata["param"].unit
    check_parameters(node, ("a", "b"))
    documented = type(node).__doc__
    assert all(parameter in documented for parameter in parameters(node))
    assert any(str(year) in documented for year in range(1900, 2030)), "cite the source"


@every_node
def test_has_one_derivative_per_state(name: str) -> None:
    node = catalog.load(FOLDER, name)()
    state = tuple(np.full(3, node.initial[k]) for k in node.states)
    source = node.source(np, state, node)
    coupling = tuple(np.zeros(3) for _ in source)
    derivatives = node.drift(np, state, coupling, node)
    assert len(derivatives) == len(node.states)
    assert all(np.shape(dx) == (3,) for dx in derivatives)
    assert np.shape(node.output(np, state, node)) == (3,)


@every_node
@pytest.mark.parametrize("delayed", [False, True])
def test_compiled_equals_numpy(name: str, delayed: bool) -> None:
    model = network(name, delayed=delayed)
    assert (model.reach > 16) == (delayed or hasattr(model.node, "pathways"))
    compiled = model.run(40, seed=3).values
    expected = oracle.run(model, 40, seed=3)
    np.testing.assert_allclose(compiled, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert (compiled.std(axis=0) > 0).all()


@every_node
def test_torch_equals_numpy(name: str) -> None:
    model = network(name, delayed=True)
    expected = oracle.run(model, 40, seed=3)
    place = torch_lanes.place_of("cpu", "float64")
    computed = torch_lanes.run(model, own_lane(model), 40, seed=3, place=place)[0]
    np.testing.assert_allclose(computed, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@every_node
def test_parameters_per_region_equal_one_for_all(name: str) -> None:
    shared = network(name, delayed=False)
    arrays = {key: np.full(5, value) for key, value in parameters(shared.node).items()}
    regional = dataclasses.replace(shared, node=dataclasses.replace(shared.node, **arrays))
    expected = shared.run(10, seed=1).values
    scale = np.abs(expected).max()
    np.testing.assert_allclose(regional.run(10, seed=1).values, expected, atol=1e-11 * scale)
