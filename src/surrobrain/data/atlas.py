"""From a 4-D image and a label atlas to one mean signal per region."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.data.found import Found, damage_is_bad
from surrobrain.data.names import region_names
from surrobrain.errors import BadRecording
from surrobrain.lazy import need

__all__ = ["average_regions", "open_atlas", "volume_sfreq"]

SECONDS = {"sec": 1.0, "msec": 1e-3, "usec": 1e-6}


def average_regions(image: Any, atlas: object, *, source: str) -> Found:
    """Average the voxels of every label of an atlas.

    Parameters
    ----------
    image : nibabel image, shape (x, y, z, n_times)
        In the same space as the atlas; another grid is resampled to (nearest neighbour).
    atlas : path or nibabel image
        Whole numbers, 0 outside. A table ``atlas.tsv`` beside it with columns ``index`` and
        ``name`` (BIDS) names the labels; otherwise they are ``label_1`` ...
    source : str
        File name for messages.

    Returns
    -------
    Found
        One column per label, in ascending order of the labels.

    Raises
    ------
    BadRecording
        The image is not 4-D, or a label of the atlas has no voxel in it.
    """
    if atlas is None:
        raise ValueError(
            f"{source} is an image of shape {image.shape}; it becomes regions by "
            "atlas='labels.nii.gz', a label image in the same space"
        )
    if len(image.shape) != 4:
        raise BadRecording(
            f"{source} has shape {image.shape}, but a recording needs (x, y, z, n_times)"
        )
    atlas_image, label_names = open_atlas(atlas)
    labels = np.unique(np.asarray(atlas_image.dataobj))
    labels = labels[labels != 0]
    if not len(labels) or (labels != np.round(labels)).any():
        raise BadRecording("the atlas must hold whole numbers, 0 outside and one per region")
    values, kept = _masked(image, atlas_image, source)
    lost = sorted(set(labels.astype(int).tolist()) - set(kept))
    if lost:
        raise BadRecording(
            f"{len(lost)} of {len(labels)} atlas labels have no voxel in {source}, the first "
            f"{lost[0]}; is the atlas in the same space as the image?"
        )
    names = tuple(label_names.get(label, f"label_{label}") for label in kept)
    return Found(values, "time_by_region", volume_sfreq(image), names, "fMRI")


def volume_sfreq(image: Any) -> float | None:
    """Return the rate (Hz) of a 4-D image, when its header gives a time step with a unit."""
    zooms, unit = image.header.get_zooms(), image.header.get_xyzt_units()[1]
    if len(zooms) < 4 or unit not in SECONDS or not zooms[3] > 0:
        return None
    # the header keeps single precision: 0.72 s would give 1.38888886 Hz
    return 1.0 / (float(str(np.float32(zooms[3]))) * SECONDS[unit])


def open_atlas(atlas: object) -> tuple[Any, dict[int, str]]:
    """Return the image of an atlas, and the names of its labels where a table lies beside it."""
    from nibabel.nifti1 import load

    if not isinstance(atlas, (str, Path)):
        return atlas, {}
    path = existing_file(atlas)
    with damage_is_bad(path, "an atlas image"):
        image = load(path)
    table = path.parent / f"{path.name.partition('.nii')[0]}.tsv"
    if not table.is_file():
        return image, {}
    names = region_names(table)
    numbers = [line.split("\t") for line in table.read_text(encoding="utf-8-sig").splitlines()]
    if "index" not in numbers[0]:
        raise BadRecording(f"{table.name} lacks the column 'index'; it says which label is meant")
    column = numbers[0].index("index")
    return image, dict(zip((int(row[column]) for row in numbers[1:]), names, strict=True))


def _masked(image: Any, atlas: Any, source: str) -> tuple[np.ndarray, list[int]]:
    maskers = need("nilearn.maskers", extra="fmri")
    masker = maskers.NiftiLabelsMasker(atlas, standardize=None, resampling_target="data")
    with damage_is_bad(Path(source), "NIfTI"), warnings.catch_warnings():
        # nilearn announces every resampling and every label lost by it; both are judged above
        warnings.simplefilter("ignore", UserWarning)
        values = masker.fit_transform(image)
    return np.asarray(values), [int(masker.region_ids_[k]) for k in range(values.shape[1])]
