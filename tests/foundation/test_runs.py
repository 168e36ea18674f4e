import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from surrobrain.runs import Run, read_events, verify

CONFIG = {"model": "MLP", "memory": 3, "penalties": ["energy"], "rate": 0.5}


@pytest.fixture
def finished(tmp_path: Path) -> Path:
    run = Run.create(tmp_path / "run", config=CONFIG, seed=7)
    run.event("fitted", steps=120, loss=0.25)
    run.metrics([{"metric": "rmse", "value": 0.5}, {"metric": "r2", "value": 0.75, "floor": None}])
    run.add("model/weights.npy", np.eye(2))
    run.add("model/layers.safetensors", {"w": np.ones((2, 3), np.float32)})
    run.add("report.html", "<p>done</p>")
    return run.finish()


def test_a_finished_run_holds_what_it_should(finished):
    names = {p.relative_to(finished).as_posix() for p in finished.rglob("*") if p.is_file()}
    assert names == {
        "config.json", "environment.json", "events.jsonl", "metrics.csv", "MODEL_CARD.md",
        "MANIFEST.sha256", "report.html", "model/weights.npy", "model/layers.safetensors",
    }  # fmt: skip
    assert json.loads((finished / "config.json").read_text()) == {**CONFIG, "seed": 7}
    assert json.loads((finished / "environment.json").read_text())["seed"] == 7
    assert (finished / "metrics.csv").read_text() == "metric,value,floor\nrmse,0.5,\nr2,0.75,\n"
    np.testing.assert_array_equal(np.load(finished / "model/weights.npy"), np.eye(2))
    assert [e["event"] for e in read_events(finished).entries] == ["started", "fitted", "finished"]
    assert verify(finished) == []


def test_the_model_card_says_what_was_asked_how_it_scored_and_what_it_is_not(finished):
    card = (finished / "MODEL_CARD.md").read_text()
    assert '- model: "MLP"' in card
    assert "| rmse | 0.5 |  |" in card
    assert "Not a medical device" in card
    assert "seed 7" in card


def test_a_card_of_your_own_is_kept(tmp_path):
    run = Run.create(tmp_path, config={}, seed=0)
    run.add("MODEL_CARD.md", "mine")
    assert (run.finish() / "MODEL_CARD.md").read_text() == "mine"


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="sha256sum is absent")
def test_the_manifest_is_read_by_sha256sum(finished):
    call = ["sha256sum", "--check", "MANIFEST.sha256"]
    told = subprocess.run(call, cwd=finished, check=True, capture_output=True, text=True).stdout
    files = {p.relative_to(finished).as_posix() for p in finished.rglob("*") if p.is_file()}
    assert set(told.splitlines()) == {f"{name}: OK" for name in files - {"MANIFEST.sha256"}}


def test_verify_names_every_problem(finished):
    (finished / "report.html").write_text("<p>better</p>")
    (finished / "metrics.csv").unlink()
    (finished / "extra.txt").write_text("")
    (finished / ".report.html.x1.part").write_text("ha")
    assert verify(finished) == [
        ".report.html.x1.part is left over from an interrupted write",
        "metrics.csv is missing",
        "extra.txt is not in the manifest",
        "report.html has changed since the run was finished",
    ]


def test_an_interrupted_run_is_recognized(tmp_path):
    Run.create(tmp_path / "run", config=CONFIG, seed=0)
    assert verify(tmp_path / "run") == ["MANIFEST.sha256 is missing: the run was not finished"]


def test_an_interrupted_run_goes_on(tmp_path):
    Run.create(tmp_path, config=CONFIG, seed=0).event("step", k=1)
    (tmp_path / ".metrics.csv.x1.part").write_text("torn")
    run = Run.create(tmp_path, config=CONFIG, seed=0)
    run.event("step", k=2)
    events = read_events(run.finish()).entries
    assert [e["event"] for e in events] == ["started", "step", "resumed", "step", "finished"]
    assert verify(tmp_path) == []


def test_a_leftover_of_the_first_write_does_not_block_a_new_run(tmp_path):
    (tmp_path / ".config.json.x1.part").write_text("{")
    assert verify(Run.create(tmp_path, config={}, seed=0).finish()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: Run.create(f, config=CONFIG, seed=0).finish(), "finished run.*another folder"),
        (lambda f: Run.create(f, config=CONFIG, seed=1), "another configuration"),
        (lambda f: Run.create(f, config={"model": "VAR"}, seed=0), "another configuration"),
        (lambda f: (f / "thesis.tex").touch(), "not a run; choose a new or an empty folder"),
    ],
)
def test_what_is_there_is_never_overwritten(tmp_path, change, message):
    change(tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.iterdir()}
    with pytest.raises(FileExistsError, match=message):
        Run.create(tmp_path, config=CONFIG, seed=0)
    assert {p: p.read_bytes() for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "write",
    [
        lambda run: run.event("late"),
        lambda run: run.metrics([{"a": 1}]),
        lambda run: run.add("late.txt", "x"),
        lambda run: run.finish(),
    ],
    ids=["event", "metrics", "add", "finish"],
)
def test_a_finished_run_is_sealed(finished, write):
    with pytest.raises(ValueError, match="finished and sealed"):
        write(Run(finished))
    assert verify(finished) == []


def test_a_line_torn_by_a_kill_is_reported_and_costs_no_other(tmp_path):
    run = Run.create(tmp_path, config={}, seed=0)
    with open(tmp_path / "events.jsonl", "a") as stream:
        stream.write('{"at": "2026-01-01T00:0')
    assert read_events(tmp_path).torn == (2,)
    run.event("after")
    log = read_events(run.finish())
    assert [e["event"] for e in log.entries] == ["started", "after", "finished"]
    assert log.torn == (2,)
    assert verify(tmp_path) == ["line 2 of events.jsonl is torn, by a kill or a full disk"]


def test_events_survive_a_kill(tmp_path):
    script = (
        "import os, signal\n"
        "from surrobrain.runs import Run\n"
        "run = Run.create('run', config={}, seed=0)\n"
        "for k in range(5): run.event('step', k=k)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", script], cwd=tmp_path)
    assert killed.returncode == -signal.SIGKILL
    log = read_events(tmp_path / "run")
    assert [e.get("k") for e in log.entries] == [None, 0, 1, 2, 3, 4]
    assert log.torn == ()


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    run = Run.create(tmp_path, config={}, seed=0)
    run.metrics([{"rmse": 1.0}])

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        run.metrics([{"rmse": 2.0}])
    monkeypatch.undo()
    assert (tmp_path / "metrics.csv").read_text() == "rmse\n1.0\n"
    assert list(tmp_path.glob(".*.part")) == []


def test_a_disk_that_fills_up_within_a_line_costs_that_line_alone(tmp_path):
    script = (
        "import os, resource\n"
        "from surrobrain.runs import Run\n"
        "run = Run.create('run', config={}, seed=0)\n"
        "size = os.path.getsize('run/events.jsonl')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, -1))\n"
        "try: run.event('long', text='x' * 50)\n"
        "except OSError: pass\n"
        "else: raise SystemExit('the short write went unnoticed')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (-1, -1))\n"
        "run.event('after')\n"
    )
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True)
    log = read_events(tmp_path / "run")
    assert [e["event"] for e in log.entries] == ["started", "after"]
    assert log.torn == (2,)


@pytest.mark.parametrize(
    "name", ["../x", "/tmp/x", "a/../../x", "a\nb", "a\\b", "MANIFEST.sha256", "config.json"]
)
def test_names_outside_the_run_are_refused(tmp_path, name):
    with pytest.raises(ValueError, match=r"choose another name|plain name"):
        Run.create(tmp_path, config={}, seed=0).add(name, "x")


def test_content_of_another_kind_is_refused(tmp_path):
    with pytest.raises(TypeError, match=r"model\.pt cannot hold a object"):
        Run.create(tmp_path, config={}, seed=0).add("model.pt", object())


@pytest.mark.parametrize(
    "write",
    [
        lambda f: Run.create(f, config={"input": {"file": "/data/Miller_1970.edf"}}, seed=0),
        lambda f: Run.create(f, config={}, seed=0).event("read", file="C:\\ward\\miller.edf"),
        lambda f: Run.create(f, config={}, seed=0).add("x.json", ["~/miller.edf"]),
    ],
    ids=["config", "event", "json"],
)
def test_paths_do_not_get_into_a_run(tmp_path, write):
    with pytest.raises(ValueError, match="is a path, which can tell who and where"):
        write(tmp_path)
    assert not any(b"iller" in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_numbers_that_json_lacks_are_refused_before_anything_is_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        Run.create(tmp_path / "run", config={"rate": float("nan")}, seed=0)
    assert not (tmp_path / "run").exists()
