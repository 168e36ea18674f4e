"""A sweep is many single runs: whatever the lane, the thread or the company."""

import dataclasses
import functools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import joblib
import numpy as np
import pytest

import surrobrain as sb
from surrobrain.data.connectome import Connectome
from surrobrain.data.examples import ring
from surrobrain.mechanistic.engine import Lanes
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.nodes.wong_wang import WongWang
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import Sweep, sweep

sweep_module = sys.modules[sweep.__module__]  # the package offers the function by this name
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
    with joblib.parallel_config(n_jobs=1):
        alone = sweep(network(None), POINTS, duration=0.3, seed=7)
    np.testing.assert_array_equal(alone.values, swept(None).values)
    few = {name: values[:3] for name, values in POINTS.items()}
    np.testing.assert_array_equal(
        sweep(network(None), few, duration=0.3, seed=7).values, swept(None).values[:3]
    )
    many = {name: np.tile(values, 5) for name, values in POINTS.items()}
    with joblib.parallel_config(n_jobs=3):
        company = sweep(network(None), many, duration=0.3, seed=7)
    np.testing.assert_array_equal(company.values[:11], swept(None).values)


def test_joblib_says_how_many_threads_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    pool = sweep_module.ThreadPoolExecutor
    monkeypatch.setattr(
        sweep_module, "ThreadPoolExecutor", lambda n: asked.append(n) or pool(max_workers=n)
    )
    for n_jobs in (1, 3):
        with joblib.parallel_config(n_jobs=n_jobs):
            sweep(network(None), POINTS, duration=0.1)
    sweep(network(None), POINTS, duration=0.1)
    assert asked == [1, 3, joblib.cpu_count()]


def test_points_of_the_exact_stepper_are_its_single_runs() -> None:
    model = Network(Linear(), ring(5), stepper="exact", observer=Identity(20.0), settle=0.0)
    strengths = np.linspace(0, 0.4, 11)
    noisy = sweep(
        model, {"coupling": strengths, "noise": np.linspace(0.5, 1.5, 11)}, duration=1.0, seed=4
    )
    first = dataclasses.replace(model, coupling=0.0, noise=0.5)
    np.testing.assert_allclose(noisy.values[0], first.run(20, seed=4).values, atol=1e-12)
    slow = sweep(model, {"tau": np.linspace(0.1, 1.0, 11)}, duration=1.0)
    assert noisy.values.shape == slow.values.shape == (11, 20, 5)
    with pytest.raises(ValueError, match="'exact' runs on the processor alone, but device='cpu'"):
        sweep(model, {"coupling": strengths}, duration=1.0, device="cpu")


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


def standard_deviations(values: np.ndarray) -> np.ndarray:
    return values.std(axis=0)


def test_a_folder_gives_the_same_bits_as_memory(tmp_path: Path) -> None:
    model = network(None)
    kept = sweep(model, POINTS, duration=0.5, seed=1, summary=standard_deviations)
    stored = sweep(
        model, POINTS, duration=0.5, seed=1, summary=standard_deviations, out=tmp_path / "s"
    )
    np.testing.assert_array_equal(stored.values, kept.values)
    assert sorted(p.name for p in (tmp_path / "s").iterdir()) == [
        "points", "sweep.json", "values.npy",
    ]  # fmt: skip
    again = sweep(
        model, POINTS, duration=0.5, seed=1, summary=standard_deviations, out=tmp_path / "s"
    )
    np.testing.assert_array_equal(again.values, kept.values)


def test_another_sweep_is_refused_and_says_what_differs(tmp_path: Path) -> None:
    model = network(None)
    sweep(model, POINTS, duration=0.2, seed=1, out=tmp_path / "s")
    with pytest.raises(ValueError, match="another sweep, which differs in: duration, seed"):
        sweep(model, POINTS, duration=0.3, seed=2, out=tmp_path / "s")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="is not empty and holds no sweep"):
        sweep(model, POINTS, duration=0.2, out=tmp_path / "full")


KILLED = """
import sys
from pathlib import Path
import joblib
import numpy as np
import surrobrain as sb
from surrobrain.mechanistic.sweep import sweep

model = sb.Network(sb.Linear(), sb.examples.ring(30), noise=1.0, settle=0.0)
with joblib.parallel_config(n_jobs=1):
    sweep(model, {"coupling": np.linspace(0, 0.5, 160)}, duration=20.0, seed=3,
          out=Path(sys.argv[1]))
"""


def test_a_killed_sweep_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)])
    until = time.monotonic() + 60
    while len(list(folder.glob("block_*.npy"))) < 2 and process.poll() is None:
        assert time.monotonic() < until
        time.sleep(0.005)
    process.kill()
    process.wait()
    done = len(list(folder.glob("block_*.npy")))
    assert 2 <= done < 10, "killed in the middle"
    model = Network(Linear(), ring(30), noise=1.0, settle=0.0)
    points = {"coupling": np.linspace(0, 0.5, 160)}
    resumed = sweep(model, points, duration=20.0, seed=3, out=folder)
    whole = sweep(model, points, duration=20.0, seed=3)
    np.testing.assert_array_equal(resumed.values, whole.values)
    assert not list(folder.glob("*.part"))


def test_a_diverged_point_is_told_and_stops_nothing() -> None:
    model = Network(Linear(), ring(3), noise=1.0, settle=0.0)
    found = sweep(model, {"coupling": np.array([0.1, 1e6, 0.2])}, duration=5.0)
    assert (found.diverged > 0).tolist() == [False, True, False]


def test_virtual_patients_of_the_epilepsy_benchmark(shared: Callable[[str], Path]) -> None:
    """One point per patient, one excitability per region: who is recruited, and when."""
    folder = shared("connectomes/vep84")
    truth = json.loads((folder / "ground_truth.json").read_text())["sbi_like"]
    weights = np.load(folder / "weights_raw.npy")
    weights = weights / weights.max()
    weights[27, [6, 34]] = 4.0
    weights[np.ix_([5, 11], [6, 34])] = 1.0
    np.fill_diagonal(weights, 0.0)
    eta = np.full((2, 84), -3.65)
    for k, patient in enumerate(("c1", "c3")):
        eta[k, truth[patient]["pz"]] = -2.4
        eta[k, truth[patient]["ez"]] = -1.6
    model = Network(
        Starting(tau0=10.0), sb.Connectome(weights), coupling=1.0, dt=1e-4, settle=0.0,
        observer=Identity(10_000.0),
    )  # fmt: skip
    x = sweep(model, {"x0": eta}, duration=0.014).values
    for k, patient in enumerate(("c1", "c3")):
        recruited = np.flatnonzero((x[k] > 0).any(axis=0))
        assert recruited.tolist() == truth[patient]["computed_recruited"]
        onset = (np.argmax(x[k][:, recruited] > 0, axis=0) + 1) / 10
        np.testing.assert_allclose(onset, truth[patient]["computed_onset_x_gt_0"], atol=0.11)


@dataclasses.dataclass(frozen=True)
class Starting(Epileptor2D):
    """The two-dimensional Epileptor from where the benchmark starts it, seen by its x."""

    initial = MappingProxyType({"x": -2.5, "z": 3.5})

    @staticmethod
    def output(xp: object, state: tuple, p: object) -> object:
        return state[0]


def test_a_dask_cluster_gives_the_same_bits_and_goes_on_where_it_stopped(tmp_path):
    from dask.distributed import Client, LocalCluster

    network = Network(WongWang(), ring(4), noise=0.01, observer=Identity(50.0), settle=0.1)
    network.run(1)  # what was compiled here is not sent
    vary = {"coupling": np.linspace(0, 1, 40)}
    here = sweep(network, vary, duration=0.5, seed=3).values
    quiet = {"dashboard_address": ":0", "silence_logs": 60}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster,
        Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        there = sweep(network, vary, duration=0.5, seed=3).values
        folder = tmp_path / "sweep"
        sweep(network, vary, duration=0.5, seed=3, out=folder)
        values = np.load(folder / "values.npy")
        whole = sweep(network, vary, duration=0.5, seed=3, out=folder).values  # nothing left to do
    for found in (there, values, whole):
        np.testing.assert_array_equal(found, here)
