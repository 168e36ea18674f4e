"""A sweep is many single runs: whatever the lane, the thread or the company."""

import functools

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.engine import Lanes
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import Sweep, sweep

POINTS = {
    "coupling": np.linspace(0, 0.3, 11), "noise": np.linspace(0.01, 0.06, 11),
    "I0": np.linspace(0.29, 0.31, 11),
}  # fmt: skip


@functools.cache
def network(speed: float | None) -> Network:
    rng = np.random.default_rng(3)
    weights = rng.uniform(0, 1, (7, 7)) * (1 - np.eye(7))
    connectome = Connectome(weights, rng.uniform(10.0, 200.0, (7, 7)))
    return Network(
        WongWang(w=np.linspace(0.85, 0.95, 7)), connectome, observer=Identity(100.0), speed=speed,
        settle=0.05,
    )  # fmt: skip


@functools.cache
def swept(speed: float | None) -> Sweep:
    return sweep(network(speed), POINTS, duration=0.3, seed=7)


@pytest.mark.parametrize("speed", [None, 10.0])
def test_point_equals_the_single_run_of_its_lane(speed: float | None) -> None:
    model = network(speed)
    for k in (0, 5, 10):
        single = Network(
            WongWang(w=model.node.w, I0=POINTS["I0"][k]), model.connectome, observer=model.observer,
            speed=speed, settle=0.05,
        )  # fmt: skip
        strength = np.full((1, 7), POINTS["coupling"][k])
        lane = Lanes(k, strength, np.full((1, 1, 7), POINTS["noise"][k]), {})
        values, _ = single._engine.run(
            single.initial_state, 30, skip=single.settling_samples, lanes=lane, seed=7
        )
        np.testing.assert_allclose(swept(speed).values[k], values[0], rtol=0, atol=1e-12)


def test_threads_and_company_do_not_matter() -> None:
    alone = sweep(network(None), POINTS, duration=0.3, seed=7, threads=1)
    np.testing.assert_array_equal(alone.values, swept(None).values)
    few = {name: values[:3] for name, values in POINTS.items()}
    np.testing.assert_array_equal(
        sweep(network(None), few, duration=0.3, seed=7).values, swept(None).values[:3]
    )
    many = {name: np.tile(values, 5) for name, values in POINTS.items()}
    np.testing.assert_array_equal(
        sweep(network(None), many, duration=0.3, seed=7, threads=3).values[:11],
        swept(None).values,
    )


def test_lanes_have_independent_noise() -> None:
    same = {"noise": np.full(20, 0.02)}
    values = sweep(network(None), same, duration=20.0).values[:, 500:, 0]
    related = np.corrcoef(values)[np.triu_indices(20, 1)]
    assert np.abs(related).mean() < 0.25
    assert not swept(None).diverged.any()


@pytest.mark.parametrize(
    ("vary", "message"),
    [
        ({}, "nothing is varied"),
        ({"couplin": np.ones(2)}, "did you mean 'coupling'"),
        ({"coupling": np.ones(2), "noise": np.ones(3)}, "one entry per point"),
        ({"noise": np.array([-1.0])}, "noise must be at least 0"),
        ({"tau": np.array([0.1, -1.0])}, "tau of WongWang must be between"),
    ],
)
def test_bad_points_are_named(vary: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        sweep(network(None), vary, duration=0.1)
