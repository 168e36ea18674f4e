"""NIfTI with an atlas, and CIFTI ptseries."""

from collections.abc import Callable
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nibabel.cifti2.cifti2_axes import BrainModelAxis, ParcelsAxis, SeriesAxis

from surrobrain.data.inspection import inspect
from surrobrain.data.read import read
from surrobrain.errors import BadRecording

AFFINE = np.diag([4.0, 4.0, 4.0, 1.0])


@pytest.fixture
def atlas(tmp_path: Path) -> Path:
    """Three labels, 1, 2 and 7, on a small grid."""
    labels = np.zeros((6, 6, 6), dtype=np.int16)
    labels[:2], labels[2:4], labels[4:5] = 1, 2, 7
    nib.save(nib.Nifti1Image(labels, AFFINE), tmp_path / "atlas.nii.gz")
    return tmp_path / "atlas.nii.gz"


def save_bold(
    path: Path, atlas: Path, signals: np.ndarray, *, unit: str = "sec", tr: float = 0.72
) -> Path:
    """Write an image in which every voxel of a label carries the signal of that label."""
    image = nib.nifti1.load(atlas)
    labels = np.asarray(image.dataobj).astype(int)
    column = np.zeros(labels.max() + 1, dtype=int)
    present = [label for label in np.unique(labels) if label]
    column[present] = np.arange(1, len(present) + 1)
    padded = np.vstack([np.zeros(len(signals)), signals.T]).astype(np.float32)
    bold = nib.Nifti1Image(padded[column[labels]], image.affine)
    bold.header.set_zooms((*image.header.get_zooms()[:3], tr))
    bold.header.set_xyzt_units("mm", unit)
    nib.save(bold, path)
    return path


def test_mean_of_every_label(tmp_path: Path, atlas: Path, signals: np.ndarray) -> None:
    path = save_bold(tmp_path / "x.nii.gz", atlas, signals[:, :3])
    recording = read(path, atlas=atlas)
    np.testing.assert_allclose(recording.values, signals[:, :3], rtol=1e-5, atol=1e-6)
    assert recording.names == ("label_1", "label_2", "label_7")
    assert (recording.sfreq, recording.modality) == (1 / 0.72, "fMRI")


def test_names_from_a_table_beside_the_atlas(
    tmp_path: Path, atlas: Path, signals: np.ndarray
) -> None:
    path = save_bold(tmp_path / "x.nii.gz", atlas, signals[:, :3])
    table = tmp_path / "atlas.tsv"
    table.write_text("index\tname\n7\tV1\n1\tM1\n2\tA1\n")
    assert read(path, atlas=atlas).names == ("M1", "A1", "V1")
    assert read(path, atlas=atlas, names=["p", "q", "r"]).names == ("p", "q", "r")
    table.write_text("name\nV1\nM1\nA1\n")
    with pytest.raises(BadRecording, match="lacks the column 'index'"):
        read(path, atlas=atlas)


@pytest.mark.parametrize(("unit", "tr", "sfreq"), [("msec", 720.0, 1 / 0.72), ("sec", 2.0, 0.5)])
def test_unit_of_the_time_step(
    tmp_path: Path, atlas: Path, signals: np.ndarray, unit: str, tr: float, sfreq: float
) -> None:
    path = save_bold(tmp_path / "x.nii", atlas, signals[:, :3], unit=unit, tr=tr)
    assert read(path, atlas=atlas).sfreq == pytest.approx(sfreq, rel=1e-9)


def test_time_step_without_unit_is_not_trusted(
    tmp_path: Path, atlas: Path, signals: np.ndarray
) -> None:
    path = save_bold(tmp_path / "x.nii", atlas, signals[:, :3], unit="unknown")
    with pytest.raises(ValueError, match="give sfreq in Hz"):
        read(path, atlas=atlas)
    (tmp_path / "x.json").write_text('{"RepetitionTime": 2.0}')
    assert read(path, atlas=atlas).sfreq == 0.5


def test_image_without_atlas_or_time(tmp_path: Path, atlas: Path, signals: np.ndarray) -> None:
    path = save_bold(tmp_path / "x.nii", atlas, signals[:, :3])
    with pytest.raises(ValueError, match=r"\(6, 6, 6, 120\); it becomes regions by atlas="):
        read(path)
    with pytest.raises(BadRecording, match=r"needs \(x, y, z, n_times\)"):
        read(atlas, atlas=atlas)
    with pytest.raises(FileNotFoundError, match=r"did you mean 'atlas.nii.gz'"):
        read(path, atlas=tmp_path / "atlass.nii.gz")


def test_atlas_of_another_place_is_refused(
    tmp_path: Path, atlas: Path, signals: np.ndarray
) -> None:
    path = save_bold(tmp_path / "x.nii", atlas, signals[:, :3])
    moved = nib.nifti1.load(atlas)
    shift = AFFINE.copy()
    shift[0, 3] = 12.0
    nib.save(nib.Nifti1Image(np.asarray(moved.dataobj), shift), tmp_path / "moved.nii")
    with pytest.raises(
        BadRecording, match=r"1 of 3 atlas labels have no voxel in x\.nii, the first 7"
    ):
        read(path, atlas=tmp_path / "moved.nii")


def test_probabilistic_atlas_is_refused(tmp_path: Path, atlas: Path, signals: np.ndarray) -> None:
    path = save_bold(tmp_path / "x.nii", atlas, signals[:, :3])
    chances = np.random.default_rng(0).random((6, 6, 6)).astype(np.float32)
    nib.save(nib.Nifti1Image(chances, AFFINE), tmp_path / "p.nii")
    with pytest.raises(BadRecording, match="must hold whole numbers"):
        read(path, atlas=tmp_path / "p.nii")


def test_schaefer_atlas_on_its_own_grid(tmp_path: Path, shared: Callable[[str], Path]) -> None:
    atlas = shared("atlases/mni152") / "Schaefer200_space-MNI152NLin6_res-4x4x4.nii.gz"
    truth = np.random.default_rng(0).normal(size=(12, 200))
    path = save_bold(tmp_path / "x.nii", atlas, truth)
    recording = read(path, atlas=atlas)
    np.testing.assert_allclose(recording.values, truth, rtol=1e-5, atol=1e-6)
    fine = atlas.with_name("Schaefer200_space-MNI152NLin6_res-2x2x2.nii.gz")
    resampled = read(path, atlas=fine)
    close = [np.corrcoef(a, b)[0, 1] for a, b in zip(truth.T, resampled.values.T, strict=True)]
    assert np.median(close) > 0.95


def save_cifti(path: Path, axes: tuple, values: np.ndarray) -> Path:
    nib.save(nib.cifti2.Cifti2Image(values, axes), path)
    return path


def parcels(names: list[str]) -> ParcelsAxis:
    spots = np.arange(len(names) * 3, dtype=np.int16).reshape(-1, 1, 3)
    return ParcelsAxis(names, list(spots), [{} for _ in names], AFFINE, (30, 30, 30))


def test_ptseries(tmp_path: Path, signals: np.ndarray) -> None:
    values = signals.astype(np.float32)
    axes = (SeriesAxis(0.0, 0.72, 120), parcels(list("abcde")))
    recording = read(save_cifti(tmp_path / "x.ptseries.nii", axes, values))
    np.testing.assert_array_equal(recording.values, values)
    assert recording.names == tuple("abcde")
    assert recording.sfreq == pytest.approx(1 / 0.72)
    assert inspect(tmp_path / "x.ptseries.nii").facts["shape"] == "120 samples x 5 regions"


def test_dense_series_is_refused(tmp_path: Path, signals: np.ndarray) -> None:
    dense = BrainModelAxis.from_mask(np.ones((1, 1, 5)), affine=AFFINE)
    path = save_cifti(tmp_path / "x.dtseries.nii", (SeriesAxis(0, 1, 120), dense), signals)
    with pytest.raises(BadRecording, match="not time by parcels; parcellate it first"):
        read(path)


def test_series_along_something_else(tmp_path: Path, signals: np.ndarray) -> None:
    axes = (SeriesAxis(0, 1, 120, unit="HERTZ"), parcels(list("abcde")))
    with pytest.raises(BadRecording, match="not along seconds"):
        read(save_cifti(tmp_path / "x.ptseries.nii", axes, signals))
