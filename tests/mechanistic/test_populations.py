"""Several kinds of nodes in one network: each as it would be alone, and together as they say."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import oracle, torch_lanes
from surrobrain.mechanistic.engine import own_lane
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import Node
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
from surrobrain.mechanistic.nodes.epileptor import Epileptor
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.nodes.kuramoto import Kuramoto
from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin
from surrobrain.mechanistic.nodes.wendling import Wendling
from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.populations import populations
from surrobrain.mechanistic.sweep import sweep
from surrobrain.models import load_model, save_model

NAMES = ("A", "B", "C", "D", "E")


def wired(*, apart: bool = False) -> Connectome:
    """Five regions, asymmetric; B and D are cut off from A, C and E where they are apart."""
    rng = np.random.default_rng(3)
    weights = rng.uniform(0.1, 1.0, (5, 5)) * (1 - np.eye(5))
    if apart:
        second = np.isin(np.arange(5), (1, 3))
        weights = weights * (second[:, None] == second[None, :])
    return Connectome(weights, rng.uniform(10.0, 60.0, (5, 5)), NAMES)


def mixed(first: Node, second: Node) -> Node:
    return populations(
        {"cortex": (first, ["A", "C", "E"]), "nucleus": (second, ["B", 3])}, names=NAMES
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (JansenRit(p=np.array([120.0, 200.0, 220.0])), Wendling(B=np.array([40.0, 20.0]))),
        (WongWang(), DynamicMeanField()), (MontbrioPazoRoxin(), WilsonCowan()),
        (WongWang(I0=0.33), WilsonCowan()),  # seconds and milliseconds
    ],
)  # fmt: skip
@pytest.mark.parametrize("delayed", [False, True])
def test_apart_they_are_two_networks(first: Node, second: Node, delayed: bool) -> None:
    dt = min(first.step, second.step)
    common = {
        "coupling": 0.2, "observer": Identity(1 / (20 * dt)), "dt": dt, "settle": 0.0,
        "speed": 0.03 / (20 * dt) if delayed else None,
    }  # fmt: skip
    whole = wired(apart=True)
    together = oracle.run(Network(mixed(first, second), whole, **common), 25)
    for node, regions in ((first, [0, 2, 4]), (second, [1, 3])):
        own = np.ix_(regions, regions)
        alone = Connectome(whole.weights[own], whole.lengths[own])
        values = oracle.run(Network(node, alone, **common), 25)
        scale = np.abs(values).max()
        np.testing.assert_allclose(together[:, regions], values, rtol=0, atol=1e-12 * scale)
        assert values.std(axis=0).max() > 0


def test_with_noise_too() -> None:
    node, whole = MontbrioPazoRoxin(), wired(apart=True)
    together = Network(
        mixed(node, WilsonCowan()), whole, noise=0.1, settle=0.0, dt=5e-6, observer=Identity(1e4)
    )
    alone = Network(node, whole, noise=0.1, settle=0.0, dt=5e-6, observer=Identity(1e4))
    np.testing.assert_allclose(
        oracle.run(together, 20, seed=4)[:, [0, 2, 4]],
        oracle.run(alone, 20, seed=4)[:, [0, 2, 4]],
        rtol=1e-11,
    )


def test_together_they_hear_each_other() -> None:
    """Wendling's column without fast inhibition is Jansen and Rit's: so is the mixed network."""
    both = mixed(JansenRit(p=150.0), Wendling(G=0.0, p=150.0))
    common = {"coupling": 10.0, "speed": 5.0, "settle": 0.0}
    found = Network(both, wired(), **common).run(200).values
    expected = Network(JansenRit(p=150.0), wired(), **common).run(200).values
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    cut = Network(both, wired(apart=True), **common).run(200).values
    assert np.abs(cut - found).max() > 0.1


@pytest.mark.parametrize("delayed", [False, True])
def test_compiled_equals_numpy_and_torch(delayed: bool) -> None:
    network = Network(
        mixed(WongWang(), WilsonCowan()), wired(), coupling=0.2, noise=0.05, stepper="heun",
        observer=Identity(2000.0), speed=20.0 if delayed else None, settle=0.0,
    )  # fmt: skip
    compiled = network.run(40, seed=3).values
    place = torch_lanes.place_of("cpu", "float64")
    lanes = torch_lanes.run(network, own_lane(network), 40, seed=3, place=place)
    for expected in (oracle.run(network, 40, seed=3), lanes[0]):
        np.testing.assert_allclose(compiled, expected, rtol=0, atol=1e-10 * np.abs(expected).max())
    assert (compiled.std(axis=0) > 0).all()


def test_noise_leaves_what_nobody_sees_near_its_start() -> None:
    node = mixed(WongWang(), MontbrioPazoRoxin())
    values = Network(node, wired(), noise=0.3, settle=0.0, dt=2e-5).run(1000).state.values
    V = values[node.states.index("nucleus_V")]
    assert np.isfinite(values).all()
    assert np.abs(V[[0, 2, 4]] + 2).max() < 5 * 0.3
    assert np.abs(V[[0, 2, 4]] + 2).max() > 0


def test_parameters_states_and_step_are_those_of_the_parts() -> None:
    node = mixed(JansenRit(A=np.array([3.0, 4.0, 5.0])), Wendling(B=np.arange(20.0, 25.0)))
    np.testing.assert_array_equal(node.in_nucleus, [0, 1, 0, 1, 0])
    np.testing.assert_array_equal(node.cortex_A[[0, 2, 4]], [3, 4, 5])
    np.testing.assert_array_equal(node.nucleus_B, np.arange(20.0, 25.0))
    assert node.states[:2] == ("cortex_y0", "cortex_y1")
    assert node.noise == ("cortex_y4", "nucleus_z1")
    assert node.forbids == {"negative"}
    slow = mixed(WongWang(), MontbrioPazoRoxin())
    assert (slow.time_unit, slow.step, slow.settle) == ("s", 2.5e-6, 5.0)
    assert dataclasses.replace(slow, nucleus_tau=10.0).step == pytest.approx(2.5e-5)


def test_parameters_of_a_part_can_be_swept() -> None:
    network = Network(mixed(WongWang(), WongWang(I0=0.31)), wired(apart=True), settle=1.0)
    found = sweep(network, {"nucleus_I0": np.array([0.30, 0.31])}, duration=0.1).values
    np.testing.assert_array_equal(found[0][:, [0, 2, 4]], found[1][:, [0, 2, 4]])
    assert np.abs(found[0][:, 1] - found[1][:, 1]).min() > 1e-3


def split(first: Node, second: Node, at: int = 3) -> dict:
    return {"a": (first, NAMES[:at]), "b": (second, NAMES[at:])}


def test_survives_a_file(tmp_path: Path) -> None:
    node = mixed(WongWang(I0=np.array([0.3, 0.31, 0.32])), WilsonCowan())
    network = Network(node, wired(), coupling=0.2, noise=0.1, settle=0.0)
    save_model(network, tmp_path / "mixed")
    again = load_model(tmp_path / "mixed")
    assert again.node.states == node.states
    expected, found = (oracle.run(one, 1, seed=1) for one in (network, again))
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (split(JansenRit(), JansenRit(), at=5), "population b has no regions"),
        ({"a": (JansenRit(), NAMES[:4])}, "but E is in no population"),
        ({"a": (JansenRit(), NAMES), "b": (JansenRit(), ["C"])}, "but C is in 2: a, b"),
        ({"a": (JansenRit(), [*NAMES, "X"])}, "there is no region 'X'"),
        ({"a b": (JansenRit(), NAMES)}, "plain name, but 'a b' arrived"),
        (split(JansenRit(), Kuramoto()), "JansenRit sends 1 .*Kuramoto 2"),
        (split(Epileptor(), JansenRit()), "Epileptor exchanges differences"),
        (split(JansenRit(A=np.ones(2)), JansenRit()), r"a_A has shape \(2,\)"),
    ],
)
def test_what_does_not_fit_is_refused(parts: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        populations(parts, names=NAMES)
