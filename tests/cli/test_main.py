"""The command line: answers, exit codes, one-line errors."""

import contextlib
import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from surrobrain.cli.main import main
from surrobrain.cli.options import run_folder
from surrobrain.data.recording import Recording
from surrobrain.data.write import write
from surrobrain.models import load_model
from surrobrain.runs import MANIFEST, verify


@pytest.fixture
def files(tmp_path: Path) -> Path:
    return _write_files(tmp_path)


def _write_files(folder: Path) -> Path:
    """Write a recording of a linear system, a connectome, and several broken files."""
    rng = np.random.default_rng(0)
    weights = rng.random((5, 5)) * (1 - np.eye(5))
    values = np.zeros((400, 5))
    for t in range(1, 400):
        values[t] = (0.6 * np.eye(5) + 0.05 * weights) @ values[t - 1] + rng.normal(size=5)
    np.save(folder / "bold.npy", values)
    np.save(folder / "sc.npy", weights)
    np.save(folder / "other_sc.npy", weights[:4, :4])
    broken = values.copy()
    broken[7, 2] = np.nan
    np.save(folder / "nan.npy", broken)
    (folder / "text.npy").write_text("this is not an array")
    return folder


_reading = ["--tr", "0.72", "--orientation", "time_by_region"]


def _run(files: Path, recording: str, *more: str) -> int:
    return main(["run", str(files / recording), *_reading, "--out", str(files / "out"), *more])


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> tuple[Path, dict]:
    """One run of the whole way, on data with a connectome, and what it printed."""
    folder = _write_files(tmp_path_factory.mktemp("finished"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = _run(folder, "bold.npy", "--connectome", str(folder / "sc.npy"), "--json")
    assert code == 0
    return folder, json.loads(printed.getvalue())


def test_run_ends_in_a_report_and_a_verified_run_folder(finished):
    _, found = finished
    assert Path(found["report"]).read_text().lstrip().lower().startswith("<!doctype html")
    assert verify(found["folder"]) == []
    assert {row["name"] for row in found["scores"]["rows"]} >= {"rmse", "fc"}
    assert load_model(Path(found["folder"]) / "model").n_regions == 5


def test_a_finished_run_is_not_overwritten(finished, capsys):
    folder, found = finished
    before = Path(found["report"]).read_bytes()
    assert _run(folder, "bold.npy", "--quiet") == 3
    assert "finished run" in capsys.readouterr().err
    assert Path(found["report"]).read_bytes() == before


@pytest.mark.parametrize(
    ("recording", "more", "words"),
    [
        ("bald.npy", [], "did you mean 'bold.npy'"),
        ("nan.npy", [], "region_2 is NaN at sample 7"),
        ("nan.npy", [], "--on-bad drop"),
        ("text.npy", [], "text.npy"),
        (
            "bold.npy",
            ["--connectome", "other_sc.npy"],
            "recording has 5 regions but connectome has 4",
        ),
        ("bold.npy", ["--model", "mpl"], "no architecture 'mpl'; did you mean 'mlp'"),
        ("bold.npy", ["--penalty", "sparcity=1"], "no penalty 'sparcity'; did you mean 'sparsity'"),
        ("bold.npy", ["--penalty", "structure=1"], "needs a connectome"),
        ("bold.npy", ["--target", "region_9"], "no region 'region_9'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_3(files, capsys, monkeypatch, recording, more, words):
    monkeypatch.chdir(files)
    assert _run(files, recording, *more) == 3
    error = capsys.readouterr().err
    assert words in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert "Traceback" not in error


def test_debug_shows_the_traceback(files):
    with pytest.raises(FileNotFoundError):
        _run(files, "bald.npy", "--debug")


def test_wrong_typing_is_exit_code_2(files, capsys):
    assert main(["run"]) == 2
    assert main(["rnu"]) == 2
    assert main(["run", str(files / "bold.npy"), "--tr", "1", "--sfreq", "1"]) == 2
    assert "not both" in capsys.readouterr().err


def test_inspect_says_what_is_wrong(files, capsys):
    assert main(["inspect", str(files / "nan.npy"), "--json"]) == 3
    assert "sample 7" in json.dumps(json.loads(capsys.readouterr().out)["problems"])
    assert main(["inspect", str(files / "bold.npy")]) == 3
    said = capsys.readouterr().out
    assert "rate is not stated" in said
    assert "which axis" in said


def test_inspect_finds_nothing_wrong_with_what_we_write(files, capsys):
    path = write(Recording(np.load(files / "bold.npy"), 2.0), files / "good.npz")
    assert main(["inspect", str(path)]) == 0
    assert "400 samples x 5 regions" in capsys.readouterr().out


def test_sweep_names_the_best_point_beside_the_connectome(files, capsys, tmp_path):
    np.save(tmp_path / "fc.npy", np.corrcoef(np.random.default_rng(0).normal(size=(5, 40))))
    typed = [
        "sweep", "linear", "--connectome", str(files / "sc.npy"), "--param", "noise=1",
        "--vary", "coupling=0:0.4:3", "--vary", "tau=0.1,0.2", "--duration", "20",
        "--target", str(tmp_path / "fc.npy"), "--out", str(tmp_path / "sweep"),
    ]  # fmt: skip
    assert main([*typed, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert (first["n_points"], first["diverged"]) == (6, 0)
    assert set(first["best"]) == {"coupling", "tau"}
    assert -1 <= first["structure_r"] <= 1
    assert main(typed) == 0
    said = capsys.readouterr().out
    assert f"best FC r {first['best_r']:.3f}" in said
    assert "weights of the connectome alone" in said
    assert main([*typed[:7], "couplign=1", *typed[8:]]) != 0
    assert "coupling" in capsys.readouterr().err


def test_sweep_on_a_device_gives_the_numbers_of_the_compiled_loop(files, capsys, tmp_path):
    typed = [
        "sweep", "linear", "--connectome", str(files / "sc.npy"), "--param", "noise=1",
        "--vary", "coupling=0:0.4:3", "--duration", "1",
    ]  # fmt: skip
    assert main([*typed, "--out", str(tmp_path / "loop")]) == 0
    assert main([*typed, "--out", str(tmp_path / "batch"), "--device", "cpu"]) == 0
    found, expected = (np.load(tmp_path / name / "values.npy") for name in ("batch", "loop"))
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert json.loads((tmp_path / "batch" / "sweep.json").read_text())["device"] == "cpu"
    capsys.readouterr()
    assert main([*typed, "--out", str(tmp_path / "x"), "--device", "gpu"]) != 0
    assert "there is no device 'gpu'" in capsys.readouterr().err


def test_an_observer_that_needs_a_matrix_sends_you_to_python(files, capsys):
    typed = ["simulate", "jansen_rit", "--connectome", str(files / "sc.npy"), "--out", "x.npz"]
    assert main([*typed, "--observer", "lead_field"]) == 2
    assert "sb.observers.LeadField(gain=...)" in capsys.readouterr().err


def test_simulate_then_evaluate(files, capsys):
    out = str(files / "simulated.npz")
    typed = [
        "simulate",
        "linear",
        "--connectome",
        str(files / "sc.npy"),
        "--param",
        "noise=1",
        "--param",
        "coupling=0.2",
    ]
    assert main([*typed, "--sfreq", "10", "--duration", "40", "--out", out]) == 0
    assert "400 samples x 5 regions" in capsys.readouterr().out
    assert main(["evaluate", out, out, "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows["fc"]["value"] == pytest.approx(1.0)
    assert "rmse" not in rows  # a recording does not forecast
    assert main(["evaluate", out, out, "--metric", "fc", "--json"]) == 0
    assert [row["name"] for row in json.loads(capsys.readouterr().out)["rows"]] == ["fc"]


def test_catalog_lists_every_part(capsys):
    assert main(["catalog", "--json"]) == 0
    kinds = json.loads(capsys.readouterr().out)
    assert "wong_wang" in kinds["nodes"]
    for kind in kinds:
        assert main(["catalog", kind, "--json"]) == 0
        for entry in json.loads(capsys.readouterr().out):
            assert entry["summary"], entry["name"]


def test_catalog_tells_units_of_a_node(capsys):
    assert main(["catalog", "nodes", "wong_wang"]) == 0
    assert "nA" in capsys.readouterr().out


def test_the_console_script_is_installed():
    script = Path(sys.executable).parent / "surrobrain"
    done = subprocess.run([script, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("surrobrain")


def test_a_finished_default_folder_is_left_alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_folder(None, "demo") == Path("demo")
    for name in ("demo", "demo-2"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MANIFEST).touch()
    (tmp_path / "demo-3").mkdir()  # interrupted: to go on with
    assert run_folder(None, "demo") == Path("demo-3")
    assert run_folder("mine", "demo") == Path("mine")
