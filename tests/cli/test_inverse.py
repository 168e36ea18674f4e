"""``surrobrain fit``, ``infer`` and ``trust``: typed, killed for real, gone on with."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import surrobrain as sb
from surrobrain.cli.main import main
from surrobrain.runs import read_events, verify

READING = ["--sfreq", "10", "--orientation", "time_by_region"]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    ring = sb.examples.ring(5)
    network = sb.Network(
        sb.Linear(), ring, coupling=0.3, noise=1.0, observer=sb.observers.Identity(10.0), dt=0.01
    )
    np.save("x.npy", sb.simulate(network, duration=100.0, seed=1).values)
    np.save("sc.npy", ring.weights)
    network_ = ["--connectome", "sc.npy", "--normalize", "none"]
    return ["linear", "x.npy", *READING, *network_, "--param", "noise=1", "--param", "dt=0.01"]


def _printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict:
    assert main([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


COUPLING = ["--free", "coupling=uniform:0:0.45"]
ALIKE = ["--feature", "functional_connectivity:distance=squared"]
LINEAR = ["--method", "lbfgs", "--through", "linearization"]


def test_from_a_recording_to_what_can_be_trusted(typed, capsys):
    fit = _printed(capsys, "fit", *typed, *COUPLING, *ALIKE, *LINEAR, "--starts", "2")
    assert fit["values"]["coupling"] == pytest.approx(0.3, abs=0.06)
    assert fit["loss"] < fit["prior_loss"]
    assert verify(fit["folder"]) == []
    said = _printed(
        capsys, "trust", fit["folder"], "--recording", "x.npy", *READING, "--out", "trust.html"
    )
    assert said["unknowns"][0]["verdict"] == "identified"
    assert "What the data decide" in Path("trust.html").read_text()
    again = _printed(capsys, "fit", *typed, *COUPLING, *ALIKE, *LINEAR)
    assert again["folder"] == "surrobrain-fit-2"  # a finished run is never overwritten


def test_two_unknowns_inferred_and_one_of_them_idle(typed, capsys):
    free = [*COUPLING, "--free", "noise=log_normal:1:1.5"]
    found = _printed(capsys, "infer", *typed, *free, *ALIKE, "--method", "laplace")
    shrinkage = {row["unknown"]: row["shrinkage"] for row in found["unknowns"]}
    assert shrinkage["coupling"] > 0.9
    assert abs(shrinkage["noise"]) < 0.15  # correlations do not know the size of the noise
    said = _printed(capsys, "trust", found["folder"], "--simulations", "8", "--budget", "0")
    verdicts = {row["unknown"]: row["verdict"] for row in said["unknowns"]}
    assert verdicts == {"coupling": "identified", "noise": "not identified"}


def test_a_value_per_region(typed, capsys):
    each = ["--param", "coupling=0.2", "--free-each", "tau=uniform:0.05:0.2"]
    found = _printed(capsys, "fit", *typed, *each, *ALIKE, *LINEAR)
    assert len(found["values"]) == 5


@pytest.mark.slow
def test_killed_while_searching_a_fit_ends_with_the_same_bits(typed, tmp_path):
    script = Path(sys.executable).parent / "surrobrain"
    command = [script, "fit", *typed, *COUPLING, "--iterations", "60", "--starts", "3"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    subprocess.run([*command, "--out", "whole"], check=True, **quiet)
    victim = subprocess.Popen([*command, "--out", "killed"], **quiet)
    while not (tmp_path / "killed" / "fit.checkpoint").exists():
        assert victim.poll() is None, "the run ended before it could be killed"
        time.sleep(0.005)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert not (tmp_path / "killed" / "MANIFEST.sha256").exists()
    assert main(["trust", "killed"]) == 3
    subprocess.run([*command, "--out", "killed"], check=True, **quiet)
    assert [e["event"] for e in read_events(tmp_path / "killed").entries][:2] == [
        "started", "resumed",
    ]  # fmt: skip
    one, other = (load_file(Path(k) / "answer" / "answer.safetensors") for k in ("whole", "killed"))
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_learned_model_is_fitted_and_has_nothing_to_trust(typed, capsys):
    found = _printed(
        capsys, "fit", "mlp", "x.npy", *READING, "--memory", "2", "--epochs", "2", "--out", "m"
    )
    assert found["errors"]["model"] <= found["errors"]["persistence"]
    assert main(["evaluate", "x.npy", "m/model", *READING, "--metric", "r2"]) == 0
    capsys.readouterr()
    assert main(["trust", "m"]) == 3
    assert "holds a learned model" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        ([], 2, "nothing is unknown: give for instance --free"),
        (["--free", "coupling=uniform:0"], 2, "the prior of coupling is uniform:NUMBER:NUMBER"),
        (["--free", "coupling=uniform:0:much"], 2, "holds 'much', which is no number"),
        (["--free", "coupling=unifrom:0:1"], 3, "uniform"),
        (["--free", "cuopling=uniform:0:1"], 3, "coupling"),
        ([*COUPLING, "--free-each", "coupling=uniform:0:1"], 2, "both --free and --free-each"),
        ([*COUPLING, "--feature", "spectrum:bands=3"], 2, "bands"),
        ([*COUPLING, "--memory", "3"], 2, "--memory is for learned models"),
    ],
)
def test_what_is_typed_wrongly_is_said_before_anything_is_written(typed, capsys, more, code, said):
    assert main(["fit", *typed, *more, "--out", "new"]) == code
    assert said in capsys.readouterr().err
    assert not Path("new").exists()


def test_another_recording_is_no_ground_to_judge_a_fit(typed, capsys):
    assert main(["fit", *typed, *COUPLING, *ALIKE, *LINEAR, "--out", "f"]) == 0
    np.save("y.npy", np.load("x.npy")[:-1])
    assert main(["trust", "f", "--recording", "y.npy", *READING]) == 3
    assert "not the recording that was fitted" in capsys.readouterr().err


def test_a_connectome_of_other_regions_is_refused_before_anything_is_written(typed, capsys):
    np.save("sc.npy", np.load("sc.npy")[:4, :4])
    assert main(["fit", *typed, *COUPLING, "--out", "new"]) == 3
    assert "connectome has 4 regions but the recording has 5" in capsys.readouterr().err
    assert not Path("new").exists()
