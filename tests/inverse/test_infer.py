import dataclasses
import os
import signal
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import NotConverged
from surrobrain.inverse.feature import Feature, together
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.infer import infer, objective_of
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.methods.neural_posterior import Flow
from surrobrain.inverse.problem import Problem
from surrobrain.inverse.simulated_features import SimulatedFeatures
from surrobrain.statistics.calibration import expected_coverage, rank_uniformity, ranks
from tests.inverse.ornstein_uhlenbeck import UNKNOWNS, free_network, spreads

ROOT = Path(__file__).parents[2]
SECONDS = 20.0


@pytest.fixture(scope="module")
def recording():
    return sb.simulate(free_network().network, duration=SECONDS, seed=7)


@pytest.fixture(scope="module")
def reference(recording):
    """The same posterior for all methods to be compared with."""
    return infer(free_network(), recording, features=spreads(), method=Inference("laplace"))


def same(found, reference, *, shift, ratio):
    assert (np.abs(found.mean - reference.mean) < shift * reference.sd).all()
    assert (np.abs(np.log(found.sd / reference.sd)) < np.log(ratio)).all()


def test_the_answer_says_what_a_reader_must_know(reference):
    assert reference.names == ("coupling", "noise")
    assert reference.method == "laplace"
    assert reference.draws.shape == (1000, 2)
    assert reference.interval(0.5).shape == (2, 2)
    assert (reference.interval(0.5)[0] > reference.interval(0.9)[0]).all()
    assert (np.abs(reference.z(np.array([0.5, 1.0]))) < 3).all()
    assert (reference.shrinkage > 0.8).all()
    assert (reference.failed, reference.warnings) == (0.0, ())
    assert reference.of("noise").mean() == pytest.approx(reference.mean[1])
    with pytest.raises(ValueError, match="no unknown 'nois'; did you mean 'noise'"):
        reference.of("nois")


def test_both_ways_to_expected_features_agree(recording, reference):
    method = Inference("laplace", through="simulation")
    found = infer(free_network(), recording, features=spreads(), method=method)
    same(found, reference, shift=0.6, ratio=1.4)


def test_simulations_near_the_recording_agree(recording, reference):
    method = Inference("smc_abc", n_simulations=4000)
    found = infer(free_network(), recording, features=spreads(), method=method)
    same(found, reference, shift=0.7, ratio=1.6)


@pytest.mark.slow
@pytest.mark.parametrize("method", ["neural_posterior", "nuts", "variational"])
def test_the_other_methods_agree(recording, reference, method):
    found = infer(free_network(), recording, features=spreads(), method=method)
    same(found, reference, shift=0.5, ratio=1.4)


@pytest.mark.slow
def test_truths_of_the_prior_lie_anywhere_in_their_posteriors():
    """Simulation-based calibration."""
    free, n_draws, n_tests = free_network(), 99, 14
    truths = free.sample(n_tests, seed=9)
    draws = []
    for k, u in enumerate(truths):
        recording = sb.simulate(free.at(u), duration=SECONDS, seed=1000 + k)
        found = infer(free, recording, features=spreads(), method="laplace", seed=k)
        draws.append(found.u[:: max(1, len(found.u) // n_draws)][:n_draws])
    draws = np.stack(draws)
    assert (rank_uniformity(ranks(draws, truths), n_draws) > 0.005).all()
    level = np.array([0.8])
    slack = 3.3 * np.sqrt(0.16 / n_tests)
    assert (np.abs(expected_coverage(draws, truths, level) - 0.8) < slack).all()


@pytest.mark.slow
def test_truths_lie_anywhere_in_the_posteriors_of_one_flow(recording):
    """Simulation-based calibration of a flow that is trained once and asked 400 times."""
    free, method, n_draws = free_network(), Inference(n_simulations=2000), 99
    problem = SimulatedFeatures(objective_of(free, recording, together(spreads()), method, 0))
    u, truths = free.sample(2000, seed=0), free.sample(400, seed=5)
    numbers = problem.simulate(u, seed=0)
    flow = Flow(numbers, problem.observed, 2, method)
    flow.train(u, numbers, seed=0)
    draws = []
    for k, row in enumerate(problem.simulate(truths, seed=99)):
        flow.tell(row)
        draws.append(flow.draw(n_draws, seed=k))
    draws = np.stack(draws)
    assert (rank_uniformity(ranks(draws, truths), n_draws) > 0.005).all()
    level = np.array([0.8])
    assert (np.abs(expected_coverage(draws, truths, level) - 0.8) < 3.3 * 0.02).all()


def test_unknowns_that_cannot_run_side_by_side_are_run_one_by_one(tmp_path):
    unknowns = {"speed": sb.priors.LogNormal(8.0, 1.5)}
    chain = sb.Connectome(np.eye(3, k=-1), lengths=40.0 * (1 - np.eye(3)))
    network = sb.Network(sb.Linear(), chain, coupling=0.9, noise=1.0, speed=8.0)
    free = sb.FreeNetwork(network, unknowns)
    recording = sb.simulate(network, duration=2.0, seed=0)
    method = Inference("smc_abc", n_simulations=100, n_draws=50)
    options = {"features": sb.features.moments(), "method": method, "folder": tmp_path}
    first = infer(free, recording, **options)
    blocks = {p: p.stat().st_mtime_ns for p in tmp_path.glob("*/block_*.npy")}
    assert blocks
    again = infer(free, recording, **options)
    assert np.array_equal(first.u, again.u)
    assert {p: p.stat().st_mtime_ns for p in tmp_path.glob("*/block_*.npy")} == blocks


def test_a_network_with_its_features_is_a_problem(recording):
    objective = objective_of(
        free_network(), recording, sb.features.moments() + spreads(), Inference("smc_abc"), 0
    )
    problem = SimulatedFeatures(objective)
    assert isinstance(problem, Problem)
    us = free_network().sample(3, seed=0)
    assert problem.simulate(us, seed=1).shape == (3, len(problem.observed))
    assert not np.array_equal(problem.simulate(us, seed=1), problem.simulate(us, seed=2))


SCRIPT = """
import os, signal, sys
from pathlib import Path
import surrobrain as sb
from surrobrain.inverse.feature import Feature
from surrobrain.inverse.infer import infer
from surrobrain.inverse.inference import Inference
from tests.inverse.ornstein_uhlenbeck import free_network, spreads

log, mortal = Path("log"), len(sys.argv) > 1

def compute(samples, sfreq):
    with open(log, "a") as stream:
        stream.write("x")
    if mortal and log.stat().st_size > 150:
        os.kill(os.getpid(), signal.SIGKILL)
    return spreads().compute(samples, sfreq)

recording = sb.simulate(free_network().network, duration=2.0, seed=7)
method = Inference("neural_posterior", n_simulations=256, n_draws=20)
infer(free_network(), recording, features=Feature("s", compute), method=method, folder="kept")
"""


def test_a_run_that_was_killed_goes_on_where_it_stopped(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    paths = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}

    def run(*arguments):
        command = [sys.executable, "script.py", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True
        )

    assert run("mortal").returncode == -signal.SIGKILL
    (kept,) = (tmp_path / "kept").iterdir()
    blocks = {p.name: np.load(p) for p in kept.glob("block_*.npy")}
    finished = sum(len(block) for block in blocks.values())
    assert 0 < finished < 256
    before = (tmp_path / "log").stat().st_size
    done = run()
    assert done.returncode == 0, done.stderr
    computed = (tmp_path / "log").stat().st_size - before
    assert computed == 256 - finished + 2  # 2: the recording, and what features are
    values = np.load(kept / "values.npy")
    assert np.isfinite(values).all()
    for name, block in blocks.items():
        first = int(name[6:15])
        assert np.array_equal(values[first : first + len(block)], block)


def test_a_dask_cluster_runs_the_simulations_and_gives_the_same_draws(recording, tmp_path):
    from dask.distributed import Client, LocalCluster

    def compute(samples, sfreq):
        (tmp_path / str(os.getpid())).touch()
        return spreads().compute(samples, sfreq)

    short = recording.crop(0.0, 2.0)
    options = {
        "features": Feature("spreads", compute), "seed": 3,
        "method": Inference("smc_abc", n_simulations=300, n_draws=50),
    }  # fmt: skip
    here = infer(free_network(), short, **options)
    assert {path.name for path in tmp_path.iterdir()} == {str(os.getpid())}
    quiet = {"dashboard_address": ":0", "silence_logs": 60}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, **quiet) as cluster,
        Client(cluster) as client,
        joblib.parallel_config(backend="dask"),
    ):
        workers = {str(pid) for pid in client.run(os.getpid).values()}
        there = infer(free_network(), short, **options)
    np.testing.assert_array_equal(there.u, here.u)
    assert workers & {path.name for path in tmp_path.iterdir()}


def test_a_posterior_is_looked_at_as_closely_as_a_fit(recording, reference):
    told = sb.trust(reference, recording, truth={"coupling": 0.5, "noise": 1.0}, budget=0)
    assert told.existence.fitted[0] > 0.05
    assert told.stability.spectrum.rank == 2
    assert told.uniqueness.profile.shape[0] == 2
    assert (told.uniqueness.profile.min(axis=1) > told.uniqueness.chance).all()
    near = "identified" if reference.shrinkage[0] >= 0.9 else "weakly identified"
    assert told.verdicts == (near, "identified")  # the first lies about at the border
    np.testing.assert_allclose(told.shrinkage, reference.shrinkage)
    assert (np.abs(told.z_scores) < 3).all()
    blind = sb.trust(dataclasses.replace(reference, objective=None))
    assert (blind.existence, blind.uniqueness, blind.stability) == (None, None, None)


def test_what_does_not_go_is_said_at_once(recording):
    free = free_network()
    with pytest.raises(ValueError, match=r"no method of inference 'nut'; did you mean 'nuts'"):
        infer(free, recording, method="nut")
    with pytest.raises(
        ValueError, match=r"available: laplace, neural_posterior, nuts, smc_abc, var"
    ):
        infer(free, recording, method="gibbs")
    with pytest.raises(ValueError, match=r"give Inference\(duration=\.\.\.\)"):
        infer(free, features=sb.features.functional_connectivity(target=np.eye(3)))
    with pytest.raises(ValueError, match=r"shows 3 regions but the recording has 2"):
        infer(free, recording.pick(list(recording.names[:2])))
    empty = Feature("nothing", lambda samples, sfreq: samples.mean(-2) * np.nan)
    with pytest.raises(ValueError, match=r"the feature nothing of the recording is not finite"):
        infer(free, recording, features=empty)
    sigmoidal = sb.couplings.Sigmoidal()
    inner = free_network({"coupling.midpoint": UNKNOWNS["noise"]}, coupling=sigmoidal)
    with pytest.raises(ValueError, match=r"laplace needs gradients, but coupling\.midpoint has no"):
        infer(inner, recording, method="laplace")
    following = FreeNetwork(free.network, UNKNOWNS, then=lambda network: network)
    with pytest.raises(ValueError, match=r"nuts needs gradients, but what follows from"):
        infer(following, recording, method="nuts")
    with pytest.raises(ValueError, match="n_simulations must be at least 100"):
        Inference(n_simulations=10)


def test_a_network_without_noise_has_no_likelihood():
    free = free_network({"coupling": UNKNOWNS["coupling"]}, noise=0.0)
    recording = sb.simulate(free_network().network, duration=2.0, seed=0)
    with pytest.raises(NotConverged, match="nothing is uncertain"):
        infer(free, recording, features=sb.features.moments(), method="laplace")


def test_a_network_that_does_not_rest_as_it_is_may_rest_elsewhere(recording, reference):
    free = free_network(coupling=5.0)
    free = FreeNetwork(free.network, {**UNKNOWNS, "coupling": sb.priors.Uniform(0.0, 2.0)})
    found = infer(free, recording, features=spreads(), method="laplace")
    same(found, reference, shift=1.0, ratio=1.5)


def test_the_part_of_the_prior_that_diverges_is_left_out():
    explosive = {"coupling": sb.priors.Uniform(0.0, 8.0)}
    free = free_network(explosive)
    recording = sb.simulate(free_network().network, duration=2.0, seed=0)
    found = infer(
        free, recording, features=spreads(), method=Inference("smc_abc", n_simulations=600)
    )
    assert 0.1 < found.failed < 0.9
    assert "failed and were left out" in found.warnings[0]
    assert found.interval(0.9)[1, 0] < 2.0  # there it grows by e^5 already
