"""One run of BOLD from one file: volumes, surfaces, grayordinates, arrays."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import existing_file, finite, positive
from surrobrain.data import bids
from surrobrain.data.atlas import open_atlas, volume_sfreq
from surrobrain.data.found import damage_is_bad
from surrobrain.data.read import read
from surrobrain.lazy import need
from surrobrain.llm_networks.brain_space import BrainSpace

__all__ = ["Run", "read_run", "same_grid", "sphere_of"]


@dataclass(frozen=True, eq=False)
class Run:
    """What one file holds, before it is cleaned.

    Parameters
    ----------
    values : array, shape (n_times, n_targets)
        As stored.
    tr : float
        In seconds.
    space : BrainSpace
        Where the columns lie.
    names : tuple of str
        Of parcels.
    origin : str
        Of the file, for complaints.
    """

    values: Float[np.ndarray, "times targets"]
    tr: float
    space: BrainSpace
    names: tuple[str, ...]
    origin: str


def read_run(source: Any, *, tr: float | None, mask: Any, atlas: Any) -> Run:
    """Read one run; arguments are those of `read_bold`."""
    if isinstance(source, np.ndarray):
        return _array(source, tr)
    if isinstance(source, tuple):
        return _surfaces(source, tr)
    path = existing_file(source)
    name = path.name.lower()
    if name.endswith(".dtseries.nii"):
        return _dense(path, tr)
    if name.endswith((".nii", ".nii.gz")) and not name.endswith(".ptseries.nii"):
        return _volume(path, tr, mask, atlas)
    if name.endswith(".gii"):
        raise ValueError(
            f"{path.name} is one hemisphere; give both as a pair, (left.func.gii, right.func.gii)"
        )
    recording = read(path, sfreq=None if tr is None else 1 / tr, on_bad="keep")
    space = BrainSpace("parcels", recording.n_regions)
    values = np.asarray(finite(recording.values, path.name), dtype=np.float64)
    return Run(values, 1 / recording.sfreq, space, tuple(recording.names), path.name)


def same_grid(first: Any, second: Any, *, names: tuple[str, str]) -> None:
    """Refuse two images whose voxels do not coincide."""
    shapes = first.shape[:3], second.shape[:3]
    if shapes[0] != shapes[1] or not np.allclose(first.affine, second.affine, atol=1e-3):
        raise ValueError(
            f"{names[0]} and {names[1]} lie on different grids (shapes {shapes[0]} and "
            f"{shapes[1]}, or the affines differ); resample one to the other first"
        )


def sphere_of(n_vertices: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the spheres of fsaverage5 that come with nilearn, left and right."""
    if n_vertices != 10242:
        raise ValueError(
            f"a hemisphere of {n_vertices} vertices is not fsaverage5 (10242), the only sphere at "
            "hand; resample it first"
        )
    fetch = need("nilearn.datasets", extra="fmri").fetch_surf_fsaverage
    found = fetch("fsaverage5")
    from nibabel.gifti.gifti import GiftiImage
    from nibabel.loadsave import load

    def points(path: str) -> np.ndarray:
        image = load(path)
        assert isinstance(image, GiftiImage)
        return np.asarray(image.darrays[0].data, dtype=np.float64)

    return points(found["sphere_left"]), points(found["sphere_right"])


def _array(values: np.ndarray, tr: float | None) -> Run:
    if tr is None:
        raise ValueError("an array does not say its TR; give tr in seconds")
    if values.ndim != 2:
        raise ValueError(
            f"an array of shape {values.shape} arrived; give one of shape (n_times, n_targets)"
        )
    space = BrainSpace("parcels", values.shape[1])
    values = finite(values, "BOLD").astype(np.float64)
    return Run(values, positive(tr, "tr", unit="s"), space, (), "an array")


def _tr(path: Path, tr: float | None, stated: float | None) -> float:
    found = tr or bids.metadata(path).get("RepetitionTime") or stated
    if not found:
        raise ValueError(f"{path.name} does not say its TR; give tr in seconds")
    return positive(found, "tr", unit="s")


def _volume(path: Path, tr: float | None, mask: Any, atlas: Any) -> Run:
    from nibabel.nifti1 import load

    with damage_is_bad(path, "NIfTI"):
        image = load(path)
    if len(image.shape) != 4:
        raise ValueError(f"{path.name} has shape {image.shape}, but BOLD has (x, y, z, n_times)")
    if (mask is None) == (atlas is None):
        raise ValueError(
            f"{path.name} is a volume; give a mask, for voxels, or an atlas, for parcels"
        )
    labels_image, label_names = open_atlas(mask if atlas is None else atlas)
    which = "the mask" if atlas is None else "the atlas"
    same_grid(image, labels_image, names=(path.name, which))
    labels = np.asarray(labels_image.dataobj)
    inside = labels != 0
    if not inside.any():
        raise ValueError(f"{which} is zero everywhere; it must mark the voxels that are meant")
    with damage_is_bad(path, "NIfTI"):
        values = np.asarray(image.dataobj, dtype=np.float32)[inside].T
    finite(values, path.name)
    voxels = np.argwhere(inside)
    affine = np.asarray(image.affine, dtype=np.float64)
    places = voxels @ affine[:3, :3].T + affine[:3, 3]
    rate = volume_sfreq(image)
    step = _tr(path, tr, None if rate is None else 1 / rate)
    if atlas is None:
        space = BrainSpace("volume", len(voxels), places, voxels, np.array(image.shape[:3]), affine)
        return Run(values, step, space, (), path.name)
    known, place = np.unique(labels[inside], return_inverse=True)
    mean = _averaging(place, len(known))
    names = tuple(label_names.get(int(k), f"label_{int(k)}") for k in known)
    space = BrainSpace("parcels", len(known), mean(places))
    return Run(mean(values.T).T, step, space, names, path.name)


def _averaging(place: np.ndarray, n: int) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that averages the rows of every label."""
    from scipy.sparse import csr_array

    count = np.bincount(place, minlength=n)
    weights = csr_array((1 / count[place], (place, np.arange(len(place)))), shape=(n, len(place)))
    return lambda rows: np.asarray(weights @ rows.astype(np.float64))


def _surfaces(pair: tuple, tr: float | None) -> Run:
    from nibabel.gifti.gifti import GiftiImage
    from nibabel.loadsave import load

    values, step = [], None
    for each in pair:
        path = existing_file(each)
        with damage_is_bad(path, "GIFTI"):
            image = load(path)
        if not isinstance(image, GiftiImage) or len(image.darrays) < 2:
            raise ValueError(f"{path.name} holds no time series of a surface")
        values.append(np.stack([np.asarray(a.data, dtype=np.float32) for a in image.darrays]))
        stated = image.darrays[0].metadata.get("TimeStep") or image.meta.get("TimeStep")
        step = _tr(path, tr, float(stated) / 1000 if stated else None)
    left, right = (v.shape[1] for v in values)
    if left != right or len(values[0]) != len(values[1]):
        raise ValueError(f"the hemispheres differ: {values[0].shape} and {values[1].shape}")
    assert step is not None
    finite(values[0], existing_file(pair[0]).name)
    finite(values[1], existing_file(pair[1]).name)
    vertices = np.tile(np.arange(left), 2)
    right_side = np.repeat([0, 1], left)
    space = BrainSpace(
        "surface", 2 * left, _on_sphere(vertices, right_side, left), vertices=vertices,
        right=right_side,
    )  # fmt: skip
    return Run(np.concatenate(values, axis=1), step, space, (), existing_file(pair[0]).name)


def _dense(path: Path, tr: float | None) -> Run:
    from nibabel.cifti2.cifti2 import load
    from nibabel.cifti2.cifti2_axes import BrainModelAxis, SeriesAxis

    with damage_is_bad(path, "CIFTI"):
        image = load(path)
        series, models = image.header.get_axis(0), image.header.get_axis(1)
        values = np.asarray(image.get_fdata(dtype=np.float32))
    if not (isinstance(series, SeriesAxis) and isinstance(models, BrainModelAxis)):
        raise ValueError(f"{path.name} holds no dense time series")
    cortex = np.flatnonzero(models.surface_mask)
    if not len(cortex):
        raise ValueError(f"{path.name} has no cortex; give the volume as NIfTI with a mask")
    vertices = np.asarray(models.vertex, dtype=np.int64)[cortex]
    right = np.array(
        ["RIGHT" in str(name) for name in np.asarray(models.name)[cortex]], dtype=np.int64
    )
    n_full = max(models.nvertices.values())
    space = BrainSpace(
        "surface", len(cortex), _on_sphere(vertices, right, n_full), vertices=vertices, right=right
    )
    scale = {"SECOND": 1.0}.get(str(series.unit))
    step = _tr(path, tr, float(series.step) * scale if scale else None)
    return Run(finite(values[:, cortex], path.name), step, space, (), path.name)


def _on_sphere(vertices: np.ndarray, right: np.ndarray, n_full: int) -> np.ndarray | None:
    if n_full != 10242:
        return None
    spheres = np.stack(sphere_of(n_full))
    return spheres[right, vertices]
