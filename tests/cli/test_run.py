"""``surrobrain run`` on what people have: short, gapped, EEG files, BIDS; killed for real."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mne
import numpy as np
import pytest
from mne_bids import BIDSPath, write_raw_bids
from safetensors.numpy import load_file

from surrobrain.cli.main import main
from surrobrain.runs import read_events, verify


def _coupled(n_times: int, n_regions: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    step = 0.6 * np.eye(n_regions) + 0.1 * rng.random((n_regions, n_regions)) / n_regions
    values = np.zeros((n_times, n_regions))
    for t in range(1, n_times):
        values[t] = step @ values[t - 1] + rng.normal(size=n_regions)
    return values


def _run(folder: Path, recording: Path, *more: str) -> int:
    return main(["run", str(recording), "--out", str(folder / "out"), "--quiet", *more])


@pytest.mark.parametrize(
    ("n_times", "n_regions", "gaps", "more"),
    [
        (60, 6, 0, []),
        pytest.param(300, 3, 15, ["--on-bad", "mask"], marks=pytest.mark.slow),
        pytest.param(200, 1, 0, [], marks=pytest.mark.slow),
        pytest.param(200, 2, 0, ["--memory", "3"], marks=pytest.mark.slow),
        pytest.param(
            200, 4, 0, ["--model", "ornstein_uhlenbeck", "--penalty", "energy=0.1"],
            marks=pytest.mark.slow,
        ),
    ],
    ids=["short", "gapped", "one region", "two regions", "another model"],
)  # fmt: skip
def test_what_people_have_ends_in_a_report(tmp_path, capsys, n_times, n_regions, gaps, more):
    values = _coupled(n_times, n_regions)
    if gaps:
        values[gaps::gaps] = np.nan
    np.save(tmp_path / "bold.npy", values)
    reading = ["--tr", "2", "--orientation", "time_by_region", "--json"]
    assert _run(tmp_path, tmp_path / "bold.npy", *reading, *more) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    found = json.loads(printed.out)
    assert verify(found["folder"]) == []
    assert Path(found["report"]).stat().st_size > 0


@pytest.mark.slow
def test_the_structure_penalty_takes_the_connectome(tmp_path, capsys):
    wiring, rng = np.eye(5, k=1) + np.eye(5, k=-1), np.random.default_rng(0)
    values = np.zeros((800, 5))
    for t in range(1, 800):
        values[t] = (0.3 * np.eye(5) + 0.25 * wiring) @ values[t - 1] + rng.normal(size=5)
    np.save(tmp_path / "bold.npy", values)
    np.save(tmp_path / "sc.npy", wiring)
    reading = ["--tr", "2", "--orientation", "time_by_region", "--json"]
    wired = ["--connectome", str(tmp_path / "sc.npy"), "--penalty", "structure=1"]
    more = [*wired, "--model", "linear_var"]
    assert _run(tmp_path, tmp_path / "bold.npy", *reading, *more) == 0
    comparison = json.loads(capsys.readouterr().out)["comparisons"][0]
    assert comparison["name"] == "effective connectivity, with the structural connectome"
    assert comparison["value"] > comparison["baselines"]["linear autoregression"]


def _raw() -> mne.io.RawArray:
    info = mne.create_info(["A1", "A2", "A3", "B1"], 100.0, "seeg")
    return mne.io.RawArray(1e-5 * _coupled(500, 4).T, info, verbose="error")


@pytest.mark.slow
def test_a_bids_folder_is_known_by_its_subject(tmp_path, capsys):
    path = BIDSPath(subject="07", task="rest", datatype="ieeg", root=tmp_path / "bids")
    write_raw_bids(_raw(), path, format="BrainVision", allow_preload=True, verbose="error")
    which = ["--which", "sub=07", "--which", "task=rest", "--which", "seeg", "--json"]
    assert _run(tmp_path, tmp_path / "bids", *which) == 0
    assert json.loads(capsys.readouterr().out)["scores"]["rows"]
    config = json.loads((tmp_path / "out" / "config.json").read_text())
    assert config["inputs"]["recording"]["subject"] == "sub-07"
    assert config["recording"]["modality"] == "SEEG"


@pytest.mark.slow
def test_an_edf_file_ends_in_a_report(tmp_path, capsys):
    mne.export.export_raw(tmp_path / "rest.edf", _raw(), verbose="error")
    assert _run(tmp_path, tmp_path / "rest.edf", "--memory", "2") == 0
    assert "report.html" in capsys.readouterr().out


@pytest.mark.slow
def test_killed_while_training_a_run_goes_on_to_the_same_bits(tmp_path):
    np.save(tmp_path / "x.npy", np.sin(np.cumsum(_coupled(3000, 4), axis=0) / 9))
    script = Path(sys.executable).parent / "surrobrain"
    typed = [script, "run", tmp_path / "x.npy", "--sfreq", "10", "--orientation", "time_by_region"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    subprocess.run([*typed, "--out", tmp_path / "whole"], check=True, **quiet)
    victim = subprocess.Popen([*typed, "--out", tmp_path / "killed"], **quiet)
    while not (tmp_path / "killed" / "fit.checkpoint").exists():
        assert victim.poll() is None, "the run ended before it could be killed"
        time.sleep(0.005)
    os.kill(victim.pid, signal.SIGKILL)
    victim.communicate()
    assert not (tmp_path / "killed" / "MANIFEST.sha256").exists()
    subprocess.run([*typed, "--out", tmp_path / "killed"], check=True, **quiet)
    assert [e["event"] for e in read_events(tmp_path / "killed").entries][:2] == [
        "started", "resumed",
    ]  # fmt: skip
    assert verify(tmp_path / "killed") == []
    one, other = (
        load_file(tmp_path / k / "model" / "model.safetensors") for k in ("whole", "killed")
    )
    assert one.keys() == other.keys()
    assert all(np.array_equal(one[name], other[name]) for name in one)
