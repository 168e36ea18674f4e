"""Files cut off anywhere or with bytes changed end in one clear kind of error."""

import warnings
from collections.abc import Callable
from pathlib import Path

import h5py
import mne
import nibabel as nib
import numpy as np
import pytest
from scipy.io import savemat

from surrobrain.data.inspection import inspect
from surrobrain.data.read import read

SIGNALS = np.random.default_rng(0).normal(size=(64, 4)) * 1e-5


def save_edf(path: Path) -> None:
    raw = mne.io.RawArray(SIGNALS.T, mne.create_info(4, 32.0, "eeg"), verbose="error")
    mne.export.export_raw(path, raw, verbose="error")


def save_fif(path: Path) -> None:
    raw = mne.io.RawArray(SIGNALS.T, mne.create_info(4, 32.0, "eeg"), verbose="error")
    raw.save(path, verbose="error")


def save_brainvision(path: Path) -> None:
    raw = mne.io.RawArray(SIGNALS.T, mne.create_info(4, 32.0, "eeg"), verbose="error")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Encountered data in 'double' format")
        mne.export.export_raw(path, raw, verbose="error")


def save_hdf5(path: Path) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        file["ts"] = SIGNALS.T


def save_nifti(path: Path) -> None:
    image = nib.Nifti1Image(SIGNALS.T.reshape(2, 2, 1, 64), np.eye(4))
    image.header.set_xyzt_units("mm", "sec")
    nib.save(image, path)


def save_atlas(path: Path) -> None:
    labels = np.arange(1, 5, dtype=np.int16).reshape(2, 2, 1)
    nib.save(nib.Nifti1Image(labels, np.eye(4)), path)


WRITERS: dict[str, Callable[[Path], object]] = {
    "x.npy": lambda path: np.save(path, SIGNALS),
    "x.npz": lambda path: np.savez_compressed(path, ts=SIGNALS),
    "v5.mat": lambda path: savemat(path, {"ts": SIGNALS}),
    "v7.mat": lambda path: savemat(path, {"ts": SIGNALS}, do_compression=True),
    "v73.mat": save_hdf5,
    "x.nii": save_nifti,
    "x.nii.gz": save_nifti,
    "x.edf": save_edf,
    "x_raw.fif": save_fif,
}


@pytest.mark.parametrize("name", WRITERS)
def test_cut_off_anywhere(tmp_path: Path, name: str) -> None:
    whole, cut = tmp_path / name, tmp_path / "cut" / name
    WRITERS[name](whole)
    cut.parent.mkdir()
    content = whole.read_bytes()
    refused = 0
    for share in np.linspace(0.0, 0.98, 15):
        cut.write_bytes(content[: int(share * len(content))])
        refused += outcome(cut, tmp_path) is None
    assert refused >= 10  # what was cut off may have been padding


@pytest.mark.parametrize("name", WRITERS)
def test_changed_bytes(tmp_path: Path, name: str) -> None:
    whole = tmp_path / name
    WRITERS[name](whole)
    content = whole.read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(25):
        changed = bytearray(content)
        for place in rng.integers(0, min(len(changed), 2000), size=6).tolist():
            changed[place] = int(rng.integers(256))
        whole.write_bytes(bytes(changed))
        outcome(whole, tmp_path)


def outcome(path: Path, folder: Path) -> object:
    """Read and inspect a file; any error but a ValueError fails the test."""
    save_atlas(folder / "atlas.nii")
    assert inspect(path).kind is not None
    try:
        return read(path, sfreq=32.0, orientation=bare(path), atlas=folder / "atlas.nii")
    except ValueError:
        return None


def bare(path: Path) -> str | None:
    return "time_by_region" if path.suffix in (".npy", ".npz", ".mat") else None


def test_edf_that_was_cut_off_is_not_silently_shorter(tmp_path: Path) -> None:
    save_edf(tmp_path / "x.edf")
    content = (tmp_path / "x.edf").read_bytes()
    (tmp_path / "x.edf").write_bytes(content[:-200])
    with pytest.raises(ValueError, match="does not match the file size"):
        read(tmp_path / "x.edf")


def test_brainvision_cut_off_within_a_sample(tmp_path: Path) -> None:
    save_brainvision(tmp_path / "x.vhdr")
    content = (tmp_path / "x.eeg").read_bytes()
    for length in (0, 1, 7, len(content) // 2 + 3, len(content) - 1):
        (tmp_path / "x.eeg").write_bytes(content[:length])
        with pytest.raises(ValueError, match=r"x\.eeg ends in the middle|cannot be read as"):
            read(tmp_path / "x.vhdr")
