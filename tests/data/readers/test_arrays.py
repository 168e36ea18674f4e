"""npy, npz and both kinds of mat: what was stored comes back, and nothing is guessed."""

from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat
from scipy.sparse import csc_array

from surrobrain.data.read import read
from surrobrain.data.read_connectome import read_connectome
from surrobrain.errors import BadRecording

NAMES = ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize("transposed", [False, True])
def test_npy_either_way_round(tmp_path: Path, signals: np.ndarray, transposed: bool) -> None:
    np.save(tmp_path / "x.npy", signals.T if transposed else signals)
    orientation = "region_by_time" if transposed else "time_by_region"
    recording = read(tmp_path / "x.npy", sfreq=2.0, orientation=orientation)
    np.testing.assert_array_equal(recording.values, signals)
    by_names = read(tmp_path / "x.npy", sfreq=2.0, names=NAMES)
    np.testing.assert_array_equal(by_names.values, signals)
    assert by_names.names == tuple(NAMES)


def test_npy_without_orientation_shows_both_readings(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals.T)
    with pytest.raises(
        ValueError, match=r"\(5, 120\).*5 samples of 120 .*120 samples of 5 regions"
    ):
        read(tmp_path / "x.npy", sfreq=2.0)


def test_square_npy_is_not_decided_by_names(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals[:5])
    with pytest.raises(ValueError, match="does not say which axis is time"):
        read(tmp_path / "x.npy", sfreq=2.0, names=NAMES)


def test_npy_names_that_fit_neither_axis(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals)
    with pytest.raises(ValueError, match=r"3 names arrived for x.npy, whose shape is \(120, 5\)"):
        read(tmp_path / "x.npy", sfreq=2.0, names=NAMES[:3])


def test_rate_is_asked_for(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", signals)
    with pytest.raises(ValueError, match=r"sfreq = 1 / TR"):
        read(tmp_path / "x.npy", names=NAMES)


@pytest.mark.parametrize(("key", "value"), [("RepetitionTime", 0.8), ("SamplingFrequency", 1.25)])
def test_json_beside_states_the_rate(
    tmp_path: Path, signals: np.ndarray, key: str, value: float
) -> None:
    np.save(tmp_path / "x.npy", signals)
    (tmp_path / "x.json").write_text(f'{{"{key}": {value}}}')
    assert read(tmp_path / "x.npy", names=NAMES).sfreq == 1.25
    assert read(tmp_path / "x.npy", names=NAMES, sfreq=3.0).sfreq == 3.0


def test_two_rates_are_shown(tmp_path: Path, signals: np.ndarray) -> None:
    np.savez(tmp_path / "x.npz", signals=signals, sfreq=2.0, names=np.array(NAMES))
    (tmp_path / "x.json").write_text('{"RepetitionTime": 0.8}')
    with pytest.raises(ValueError, match=r"1.25 Hz by RepetitionTime, 2 Hz by the file itself"):
        read(tmp_path / "x.npz")
    assert read(tmp_path / "x.npz", sfreq=2.0).sfreq == 2.0


@pytest.mark.parametrize(
    "content",
    ['{"RepetitionTime": 0}', '{"RepetitionTime": "two"}', '{"RepetitionTime": null}', "[1]", "{"],
)
def test_bad_json_is_refused(tmp_path: Path, signals: np.ndarray, content: str) -> None:
    np.save(tmp_path / "x.npy", signals)
    (tmp_path / "x.json").write_text(content)
    with pytest.raises((ValueError, TypeError), match=r"RepetitionTime must|JSON"):
        read(tmp_path / "x.npy", names=NAMES)


def test_modality_from_the_name(tmp_path: Path, signals: np.ndarray) -> None:
    for name, modality in [("bold", "fMRI"), ("me_eeg", "EEG"), ("x", "activity")]:
        np.save(tmp_path / f"{name}.npy", signals)
        assert read(tmp_path / f"{name}.npy", names=NAMES, sfreq=1.0).modality == modality


def test_integers_become_floats(tmp_path: Path, signals: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", (signals * 100).astype(np.int16))
    values = read(tmp_path / "x.npy", names=NAMES, sfreq=1.0).values
    np.testing.assert_array_equal(values, (signals * 100).astype(np.int16))


def test_pickle_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(BadRecording, match="unpickling runs code"):
        read(tmp_path / "x.npy", sfreq=1.0)
    np.savez(tmp_path / "x.npz", bold=np.array([[{}, {}], [{}, {}]], dtype=object))
    with pytest.raises(BadRecording, match="unpickling runs code"):
        read(tmp_path / "x.npz", sfreq=1.0)


@pytest.mark.parametrize("shape", [(7,), (3, 4, 5), ()])
def test_other_shapes_are_refused(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "x.npy", np.ones(shape))
    with pytest.raises(BadRecording, match="needs two axes"):
        read(tmp_path / "x.npy", sfreq=1.0)


def test_one_sample_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(5.0)[None])
    with pytest.raises(BadRecording, match="at least 2 samples, but 1 arrived"):
        read(tmp_path / "x.npy", sfreq=1.0, names=NAMES)


def test_bad_regions_are_named(tmp_path: Path, signals: np.ndarray) -> None:
    signals[11, 2] = np.nan
    np.save(tmp_path / "x.npy", signals)
    with pytest.raises(BadRecording, match="region C is NaN at sample 11"):
        read(tmp_path / "x.npy", sfreq=1.0, names=NAMES)
    dropped = read(tmp_path / "x.npy", sfreq=1.0, names=NAMES, on_bad="drop")
    assert dropped.names == ("A", "B", "D", "E")
    assert not read(tmp_path / "x.npy", sfreq=1.0, names=NAMES, on_bad="mask").valid[11]


def test_npz_carries_rate_and_names(tmp_path: Path, signals: np.ndarray) -> None:
    np.savez(tmp_path / "x.npz", bold=signals.T, sfreq=4.0, names=np.array(NAMES))
    recording = read(tmp_path / "x.npz")
    assert (recording.sfreq, recording.names) == (4.0, tuple(NAMES))
    np.testing.assert_array_equal(recording.values, signals)


def test_npz_with_several_arrays_asks(tmp_path: Path, signals: np.ndarray) -> None:
    np.savez(tmp_path / "x.npz", rest=signals, task=signals * 2)
    with pytest.raises(ValueError, match=r"rest \(120, 5\), task \(120, 5\).*which='rest'"):
        read(tmp_path / "x.npz", sfreq=1.0, names=NAMES)
    task = read(tmp_path / "x.npz", sfreq=1.0, names=NAMES, which="task")
    np.testing.assert_array_equal(task.values, signals * 2)
    with pytest.raises(ValueError, match="did you mean 'task'"):
        read(tmp_path / "x.npz", sfreq=1.0, names=NAMES, which="tasks")


def test_npz_without_a_matrix(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=np.ones(3))
    with pytest.raises(BadRecording, match=r"holds no matrix .*only a \(3,\)"):
        read(tmp_path / "x.npz", sfreq=1.0)


def save_mat(version: str, path: Path, **arrays: np.ndarray) -> None:
    """Write mat files as MATLAB does: version 7.3 is HDF5 behind a header, columns first."""
    if version != "7.3":
        savemat(path, arrays, do_compression=version == "7")
        return
    with h5py.File(path, "w", userblock_size=512) as file:
        for name, values in arrays.items():
            if values.dtype.kind == "U":  # a cell array: references to character codes
                codes = [np.array([[ord(c)] for c in word], dtype=np.uint16) for word in values]
                cells = [file.create_dataset(f"#refs#/{k}", data=c) for k, c in enumerate(codes)]
                references = np.array([[cell.ref for cell in cells]], dtype=h5py.ref_dtype)
                file.create_dataset(name, data=references, dtype=h5py.ref_dtype)
            else:
                file[name] = np.atleast_2d(values).T
    with open(path, "r+b") as stream:
        stream.write(b"MATLAB 7.3 MAT-file".ljust(512))


@pytest.mark.parametrize("version", ["5", "7", "7.3"])
def test_mat_of_every_version(tmp_path: Path, signals: np.ndarray, version: str) -> None:
    path = tmp_path / "x.mat"
    cells = np.array(NAMES) if version == "7.3" else np.array(NAMES, dtype=object)
    save_mat(version, path, ts=signals, sfreq=np.array([[0.5]]), names=cells, note=np.eye(1))
    recording = read(path, which="ts")
    np.testing.assert_array_equal(recording.values, signals)
    assert (recording.sfreq, recording.names) == (0.5, tuple(NAMES))
    assert read(path).n_regions == 5


@pytest.mark.parametrize("version", ["5", "7.3"])
def test_mat_keeps_the_direction_of_connections(tmp_path: Path, version: str) -> None:
    weights = np.arange(9.0).reshape(3, 3)
    save_mat(version, tmp_path / "x.mat", SC=weights, D=np.ones((3, 3)), count=np.ones((1, 1)))
    connectome = read_connectome(tmp_path / "x.mat", which="SC", lengths="D")
    np.testing.assert_array_equal(connectome.weights, weights)
    assert connectome.lengths is not None
    assert connectome.lengths[0, 1] == 1.0


def test_mat_with_sparse_weights(tmp_path: Path) -> None:
    weights = np.diag([1.0, 2.0], k=1)
    savemat(tmp_path / "x.mat", {"SC": csc_array(weights)})
    np.testing.assert_array_equal(read_connectome(tmp_path / "x.mat").weights, weights)


def test_mat_struct_is_not_an_array(tmp_path: Path) -> None:
    savemat(tmp_path / "x.mat", {"subject": {"ts": np.ones((4, 4))}})
    with pytest.raises(BadRecording, match=r"holds no matrix .*only nothing"):
        read(tmp_path / "x.mat", sfreq=1.0)
