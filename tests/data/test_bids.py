"""BIDS folders: one recording by its entities, with its sidecars."""

import json
import warnings
from pathlib import Path

import mne
import mne_bids
import nibabel as nib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surrobrain.data import bids
from surrobrain.data.inspection import inspect
from surrobrain.data.read import read
from surrobrain.errors import BadRecording

LABEL = st.text("abcXYZ019", min_size=1, max_size=6)


@settings(max_examples=50, deadline=None)
@given(sub=LABEL, others=st.dictionaries(st.sampled_from(["ses", "task", "run"]), LABEL))
def test_entities_undo_the_name(sub: str, others: dict[str, str]) -> None:
    pairs = {"sub": sub, **others}
    name = "_".join(f"{key}-{value}" for key, value in pairs.items()) + "_bold.nii.gz"
    assert bids.entities(name) == {**pairs, "suffix": "bold", "extension": ".nii.gz"}


@pytest.mark.parametrize("name", ["bold.nii.gz", "task-rest_bold.json", "README", "sub.csv", ""])
def test_other_names_have_no_entities(name: str) -> None:
    assert bids.entities(name) == {}


@pytest.fixture
def timeseries(tmp_path: Path) -> Path:
    """Two subjects, two tasks, as a derivative of time series."""
    rng = np.random.default_rng(0)
    for sub in ("01", "02"):
        for task in ("rest", "movie"):
            folder = tmp_path / f"sub-{sub}" / "func"
            folder.mkdir(parents=True, exist_ok=True)
            stem = f"sub-{sub}_task-{task}_timeseries"
            values = rng.normal(size=(20, 2))
            header = "A\tB"
            np.savetxt(folder / f"{stem}.tsv", values, delimiter="\t", header=header, comments="")
    (tmp_path / "dataset_description.json").write_text("{}")
    (tmp_path / "task-rest_timeseries.json").write_text('{"RepetitionTime": 2.0}')
    (tmp_path / "task-movie_timeseries.json").write_text('{"RepetitionTime": 1.0}')
    return tmp_path


def test_metadata_is_inherited_and_the_nearest_wins(timeseries: Path) -> None:
    rest = read(timeseries, which={"sub": "01", "task": "rest"})
    movie = read(timeseries, which={"sub": "sub-02", "task": "movie"})
    assert (rest.sfreq, movie.sfreq) == (0.5, 1.0)
    near = timeseries / "sub-01" / "func" / "sub-01_task-rest_timeseries.json"
    near.write_text('{"RepetitionTime": 0.5}')
    assert read(timeseries, which={"sub": "01", "task": "rest"}).sfreq == 2.0
    assert read(near.with_suffix(".tsv")).sfreq == 2.0


def test_several_recordings_are_told_apart(timeseries: Path) -> None:
    with pytest.raises(ValueError, match=r"4 recordings fit no entities.*sub: 01, 02; task: movie"):
        read(timeseries)
    with pytest.raises(
        ValueError, match=r"2 recordings fit .*tell them apart by task: movie, rest"
    ):
        read(timeseries, which={"sub": "01"})


def test_unknown_entities_name_the_nearest(timeseries: Path) -> None:
    with pytest.raises(ValueError, match=r"value of sub '03'.*available: 01, 02"):
        read(timeseries, which={"sub": "03"})
    with pytest.raises(ValueError, match="did you mean 'task'"):
        read(timeseries, which={"tasks": "rest"})
    (timeseries / "sub-02" / "func" / "sub-02_task-rest_timeseries.tsv").unlink()
    with pytest.raises(ValueError, match=r"no recording in .* has .* together"):
        read(timeseries, which={"sub": "02", "task": "rest"})


def test_raw_data_beside_derivatives_are_not_confused(timeseries: Path) -> None:
    copy = timeseries / "derivatives" / "x" / "sub-01" / "func"
    copy.mkdir(parents=True)
    (copy / "sub-01_task-rest_desc-clean_timeseries.tsv").write_text("A\tB\n1\t2\n")
    assert len(bids.recordings(timeseries)) == 4
    assert len(bids.recordings(timeseries / "derivatives" / "x")) == 1


def test_folder_without_recordings(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="holds no recording in BIDS naming"):
        read(tmp_path)
    assert inspect(tmp_path).kind == "unreadable"


def test_inspection_of_a_folder(timeseries: Path) -> None:
    found = inspect(timeseries)
    assert found.kind == "BIDS folder"
    assert found.facts["recordings"] == "4"
    assert found.facts["task"] == "movie, rest"
    assert "which={'sub': '01', 'task': 'movie'}" in found.hints[0]


def test_bold_with_an_atlas(tmp_path: Path) -> None:
    folder = tmp_path / "sub-01" / "func"
    folder.mkdir(parents=True)
    signals = np.random.default_rng(0).normal(size=(4, 30)).astype(np.float32)
    image = nib.Nifti1Image(signals.reshape(2, 2, 1, 30), np.eye(4))
    nib.save(image, folder / "sub-01_task-rest_bold.nii.gz")
    labels = np.arange(1, 5, dtype=np.int16).reshape(2, 2, 1)
    nib.save(nib.Nifti1Image(labels, np.eye(4)), tmp_path / "atlas.nii.gz")
    sidecar = folder / "sub-01_task-rest_bold.json"
    sidecar.write_text(json.dumps({"RepetitionTime": 0.8}))
    recording = read(tmp_path, which={"sub": "01"}, atlas=tmp_path / "atlas.nii.gz")
    assert recording.sfreq == 1.25
    np.testing.assert_allclose(recording.values, signals.T, rtol=1e-5)
    facts = inspect(folder / "sub-01_task-rest_bold.nii.gz").facts
    assert facts["rate"] == "1.25 Hz (TR 0.8 s)"


@pytest.fixture
def ieeg(tmp_path: Path) -> Path:
    """Intracranial data set, written by mne-bids as BrainVision, one channel marked as bad."""
    info = mne.create_info(["LA1", "LA2", "LA3", "EKG"], 512.0, ["seeg"] * 3 + ["ecg"])
    info["line_freq"] = 50.0
    values = np.random.default_rng(0).normal(size=(4, 2048)) * 1e-4
    raw = mne.io.RawArray(values, info, verbose="error")
    raw.info["bads"] = ["LA2"]
    path = mne_bids.BIDSPath(subject="01", task="rest", datatype="ieeg", root=tmp_path / "ds")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        mne_bids.write_raw_bids(
            raw, path, allow_preload=True, format="BrainVision", verbose="error"
        )
    return tmp_path / "ds"


def test_channel_types_and_bad_channels_of_bids(ieeg: Path) -> None:
    recording = read(ieeg, which={"sub": "01"})
    assert recording.names == ("LA1", "LA3")
    assert (recording.modality, recording.unit, recording.sfreq) == ("SEEG", "V", 512.0)
    truth = np.random.default_rng(0).normal(size=(4, 2048)) * 1e-4
    assert np.abs(recording.values - truth[[0, 2]].T).max() <= 1e-10
    facts = inspect(next(ieeg.rglob("*_ieeg.vhdr"))).facts
    assert facts["bad channels"] == "LA2"
    assert facts["channels"] == "1 ecg, 3 seeg"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("name\tstatus\nLA1\tgood\n", "lacks the columns 'name' and 'type'"),
        ("name\ttype\nZ1\tSEEG\n", "they must belong together"),
    ],
)
def test_channel_tables_that_do_not_fit(ieeg: Path, table: str, message: str) -> None:
    next(ieeg.rglob("*_channels.tsv")).write_text(table)
    with pytest.raises(BadRecording, match=message):
        read(ieeg)
    assert message in " ".join(inspect(next(ieeg.rglob("*_ieeg.vhdr"))).problems)
