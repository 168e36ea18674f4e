"""EDF, BrainVision and FIF, written by MNE and read back; Raw objects in memory."""

import warnings
from pathlib import Path

import mne
import numpy as np
import pytest

from surrobrain.data.read import read
from surrobrain.errors import BadRecording


def make_raw(
    names: list[str], types: list[str] | str = "eeg", sfreq: float = 256.0, n_times: int = 1024
) -> mne.io.RawArray:
    """Signals of the size of an EEG (20 microvolt) or MEG (1 picotesla)."""
    info = mne.create_info(names, sfreq, types)
    info["subject_info"] = {"first_name": "Ada", "last_name": "Example", "his_id": "secret"}
    rng = np.random.default_rng(1)
    kinds = [types] * len(names) if isinstance(types, str) else types
    scale = np.array([[1e-12 if kind in ("mag", "grad") else 2e-5] for kind in kinds])
    return mne.io.RawArray(rng.normal(size=(len(names), n_times)) * scale, info, verbose="error")


def write(raw: mne.io.BaseRaw, path: Path) -> Path:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Encountered data in 'double' format")
        if path.suffix == ".fif":
            raw.save(path, verbose="error")
        else:
            mne.export.export_raw(path, raw, verbose="error")
    return path


@pytest.mark.parametrize(
    ("name", "error"), [("x.edf", 4e-9), ("x.vhdr", 1e-11), ("x_raw.fif", 1e-11)]
)
def test_round_trip_in_volts(tmp_path: Path, name: str, error: float) -> None:
    raw = make_raw(["Fp1", "Cz", "Oz"])
    recording = read(write(raw, tmp_path / name))
    assert np.abs(recording.values - raw.get_data().T).max() <= error
    assert recording.names == ("Fp1", "Cz", "Oz")
    assert (recording.sfreq, recording.modality, recording.unit) == (256.0, "EEG", "V")


def test_single_precision_of_fif(tmp_path: Path) -> None:
    raw = make_raw(["a", "b"])
    values = read(write(raw, tmp_path / "x_raw.fif")).values
    np.testing.assert_allclose(values, raw.get_data().T, rtol=1e-6)
    assert np.abs(values - raw.get_data().T).max() <= 4e-8 * np.abs(raw.get_data()).max()


def test_rate_that_is_no_whole_number(tmp_path: Path) -> None:
    assert read(write(make_raw(["a"], sfreq=2034.5), tmp_path / "x_raw.fif")).sfreq == 2034.5
    assert read(make_raw(["a"], sfreq=999.41)).sfreq == 999.41


@pytest.mark.parametrize("name", ["x.edf", "x.vhdr", "x_raw.fif"])
def test_spans_marked_bad(tmp_path: Path, name: str) -> None:
    raw = make_raw(["a", "b"])
    raw.set_annotations(mne.Annotations([1.0, 2.0], [0.5, 0.25], ["BAD_move", "blink"]))
    path = write(raw, tmp_path / name)
    with pytest.raises(BadRecording, match=r"BAD_move from 1\.000 to 1\.500 s.*on_bad='mask'"):
        read(path)
    masked = read(path, on_bad="mask")
    assert np.flatnonzero(~masked.valid).tolist() == list(range(256, 384))
    assert read(path, on_bad="keep").valid.all()


@pytest.mark.parametrize("dated", [False, True])
def test_marks_agree_with_mne_after_cropping(dated: bool) -> None:
    raw = make_raw(["a", "b"])
    if dated:
        raw.set_meas_date(1_000_000_000)
    raw.set_annotations(mne.Annotations([1.0, 3.2], [0.5, 0.3], ["bad", "BAD_2"]))
    raw.crop(0.75, 3.4)
    theirs = np.isnan(raw.get_data(reject_by_annotation="NaN", verbose="error")).any(axis=0)
    ours = ~read(raw, on_bad="mask").valid
    assert np.flatnonzero(theirs != ours).size <= 1  # MNE counts the sample at the end of a span
    assert ours.sum() > 100


def test_bad_channels_are_left_out() -> None:
    raw = make_raw(["a", "b", "c"])
    raw.info["bads"] = ["b"]
    assert read(raw).names == ("a", "c")
    raw.info["bads"] = ["a", "b", "c"]
    with pytest.raises(BadRecording, match=r"no brain channel is left.*3 marked as bad"):
        read(raw)


def test_other_channels_are_left_out() -> None:
    recording = read(make_raw(["F3", "EOG1", "ECG", "STI"], ["eeg", "eog", "ecg", "stim"]))
    assert recording.names == ("F3",)


def test_kinds_with_different_units_are_not_mixed() -> None:
    raw = make_raw(["M1", "G1", "E1"], ["mag", "grad", "eeg"])
    with pytest.raises(ValueError, match=r"several kinds \(eeg, grad, mag\).*which='eeg'"):
        read(raw)
    recording = read(raw, which="mag")
    assert (recording.names, recording.modality, recording.unit) == (("M1",), "MEG", "T")
    assert read(raw, which="grad").unit == "T/m"
    with pytest.raises(ValueError, match="did you mean 'mag'"):
        read(raw, which="meg")


@pytest.mark.parametrize(("kind", "modality"), [("seeg", "SEEG"), ("ecog", "ECoG"), ("dbs", "DBS")])
def test_intracranial_kinds(kind: str, modality: str) -> None:
    recording = read(make_raw(["LA1", "LA2"], kind))
    assert (recording.modality, recording.unit) == (modality, "V")


def test_nothing_personal_is_kept(tmp_path: Path) -> None:
    recording = read(write(make_raw(["a", "b"]), tmp_path / "x_raw.fif"))
    kept = {name: value for name, value in vars(recording).items() if name != "values"}
    assert set(kept) == {"names", "sfreq", "modality", "unit", "inputs"}
    assert kept["inputs"] is None
    assert "Ada" not in repr(kept)


def test_the_callers_raw_is_unchanged() -> None:
    raw = make_raw(["a", "b"])
    raw.set_annotations(mne.Annotations([1.0], [0.5], ["BAD"]))
    before = raw.get_data().copy()
    read(raw, on_bad="mask")
    np.testing.assert_array_equal(raw.get_data(), before)


def test_brainvision_without_its_signals(tmp_path: Path) -> None:
    path = write(make_raw(["a", "b"]), tmp_path / "x.vhdr")
    (tmp_path / "x.eeg").unlink()
    with pytest.raises(BadRecording, match="cannot be read as BrainVision"):
        read(path)


def test_constant_channel_is_named() -> None:
    raw = make_raw(["a", "flat"])
    raw._data[1] = 1e-6
    with pytest.raises(BadRecording, match="region flat is constant"):
        read(raw)
