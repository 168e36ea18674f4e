"""Which part of the cortical surface belongs to which region, from what a person has of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import existing_file
from surrobrain.data.names import region_names
from surrobrain.data.surface import Surface
from surrobrain.errors import BadRecording
from surrobrain.lazy import need

__all__ = ["Cortex", "cortex"]

_N = 10242  # vertices of a hemisphere of fsaverage5
_REACH = 25.0  # mm from a region's center within which cortex is counted as the region's
_SIDES = {"l": "l", "lh": "l", "left": "l", "r": "r", "rh": "r", "right": "r"}
_FILLERS = {"ctx", "7networks", "17networks"}
_WAYS = (
    "give two .annot or .label.gii files of fsaverage5, left first; one .npy of "
    f"{2 * _N} numbers; or a .csv of the columns name, x, y, z"
)


@dataclass(frozen=True, eq=False)
class Cortex:
    """Both hemispheres, parcellated into the regions of a model.

    Parameters
    ----------
    left, right : Surface
        Inflated fsaverage5; parcel k is region k - 1.
    names : tuple of str
        Regions of the model.
    unseen : tuple of str
        Regions without cortex, such as subcortical ones.
    """

    left: Surface
    right: Surface
    names: tuple[str, ...]
    unseen: tuple[str, ...]


def cortex(files: Sequence[str | Path], names: Sequence[str]) -> Cortex:
    """Find the cortex of every region on the surface fsaverage5, which nilearn brings along.

    Parameters
    ----------
    files : sequence of path
        One of: two annotations (``lh.x.annot``, ``rh.x.annot``) or two label files
        (``x.label.gii``), left first, whose labels are matched with the names; one ``.npy`` of
        20484 whole numbers, left hemisphere first, where k stands for the k-th region and 0 for
        none; or one ``.csv`` with the columns name, x, y, z (mm, MNI): every vertex goes to the
        nearest center within 25 mm, which shows where regions lie but not their borders; rows whose
        column ``cortical``, if there is one, is 0 are left out.
    names : sequence of str
        Regions of the model.

    Returns
    -------
    Cortex

    Raises
    ------
    MissingDependency
        nilearn is not installed (extra ``fmri``).
    BadRecording
        The files are of another kind or another surface, or none of their labels is a region.

    Notes
    -----
    Labels and names match where their words do, whatever parts them: ``ctx-lh-cuneus``,
    ``L_cuneus`` and the label ``cuneus`` of ``lh.aparc.annot`` are one region. Vertices without
    a matching region stay gray.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.files import write_npy
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_npy(Path(folder) / "halves.npy", np.repeat([1, 2], 10242))
    ...     found = cortex([file], ["left", "right", "thalamus"])
    >>> found.unseen
    ('thalamus',)
    """
    paths = [existing_file(file) for file in files]
    endings = {path.suffix.lower() for path in paths}
    if len(paths) == 2 and endings in ({".annot"}, {".gii"}):
        parcels = np.concatenate(
            [_labeled(path, side, names) for path, side in zip(paths, "lr", strict=True)]
        )
    elif len(paths) == 1 and endings == {".npy"}:
        parcels = _numbered(paths[0], len(names))
    elif len(paths) == 1 and endings == {".csv"}:
        parcels = _nearest(paths[0], names)
    else:
        told = ", ".join(path.name for path in paths) or "nothing"
        raise BadRecording(f"{told} is no parcellation of the surface; {_WAYS}")
    if not parcels.any():
        raise BadRecording(
            f"no label of {paths[0].name} is a region of the model, such as {names[0]}; {_WAYS}"
        )
    there = set(parcels.tolist())
    left, right = (
        Surface(*_mesh(f"infl_{side}"), part)
        for side, part in zip(("left", "right"), np.split(parcels, 2), strict=True)
    )
    unseen = tuple(name for k, name in enumerate(names, start=1) if k not in there)
    return Cortex(left, right, tuple(names), unseen)


def _mesh(kind: str) -> tuple[Float[np.ndarray, "vertices 3"], Int[np.ndarray, "faces 3"]]:
    """Return vertices and faces of a file that lies inside nilearn."""
    import nibabel

    bunch = need("nilearn.datasets", extra="fmri").fetch_surf_fsaverage("fsaverage5")
    image: Any = nibabel.load(bunch[kind])  # pyright: ignore
    vertices, faces = (each.data for each in image.darrays)
    return np.asarray(vertices, dtype=np.float64), np.asarray(faces, dtype=np.int64)


def _labeled(path: Path, side: str, names: Sequence[str]) -> Int[np.ndarray, "vertices"]:
    """Return the region of every vertex of one hemisphere, by the names of its labels."""
    labels, texts = _annotation(path) if path.suffix == ".annot" else _label_file(path)
    if len(labels) != _N:
        raise BadRecording(f"{path.name} has {len(labels)} vertices, but fsaverage5 has {_N}")
    known = {_key(name, ""): k for k, name in enumerate(names, start=1)}
    found = np.zeros(_N, dtype=np.int64)
    for label, text in texts.items():
        found[labels == label] = known.get(_key(text, side), 0)
    return found


def _annotation(path: Path) -> tuple[Int[np.ndarray, "vertices"], dict[int, str]]:
    from nibabel.freesurfer.io import read_annot

    labels, _, texts = read_annot(path)
    return labels.astype(np.int64), {k: text.decode() for k, text in enumerate(texts)}


def _label_file(path: Path) -> tuple[Int[np.ndarray, "vertices"], dict[int, str]]:
    import nibabel

    image: Any = nibabel.load(path)  # pyright: ignore
    texts = {int(k): str(text) for k, text in image.labeltable.get_labels_as_dict().items()}
    return np.asarray(image.darrays[0].data, dtype=np.int64), texts


def _key(text: str, side: str) -> tuple[str, str]:
    """Return the side of a region and the words of its name, without what parts them."""
    words = [word for word in re.split(r"[^a-z0-9]+", text.lower()) if word]
    told = [_SIDES[word] for word in words if word in _SIDES]
    rest = "".join(word for word in words if word not in _SIDES and word not in _FILLERS)
    return (told[0] if told else side), rest


def _numbered(path: Path, n_regions: int) -> Int[np.ndarray, "vertices"]:
    numbers = np.load(path, allow_pickle=False)
    if numbers.shape != (2 * _N,) or (numbers != np.round(numbers)).any():
        raise BadRecording(
            f"{path.name} has shape {numbers.shape}, but one whole number for each of {2 * _N} "
            "vertices of fsaverage5 is needed"
        )
    if numbers.min() < 0 or numbers.max() > n_regions:
        raise BadRecording(
            f"{path.name} counts from {numbers.min()} to {numbers.max()}, but the model has "
            f"{n_regions} regions; number k stands for the k-th of them, 0 for none"
        )
    return numbers.astype(np.int64)


def _nearest(path: Path, names: Sequence[str]) -> Int[np.ndarray, "vertices"]:
    """Give every vertex of the folded cortex to the nearest center of the same side."""
    import csv

    from scipy.spatial import KDTree

    labels = region_names(path)
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
        places = [[float(row.get(a) or row[f"{a}_mm"]) for a in "xyz"] for row in rows]
    except (KeyError, TypeError, ValueError):
        raise BadRecording(
            f"{path.name} needs the columns name, x, y, z, with a number in mm in every row"
        ) from None
    below = [row.get("cortical") == "0" for row in rows]
    told = zip(labels, places, below, strict=True)
    centers = {label: place for label, place, deep in told if not deep}
    own = [k for k, name in enumerate(names) if name in centers]
    parcels = np.zeros(2 * _N, dtype=np.int64)
    for half, (side, sign) in enumerate((("left", -1), ("right", 1))):
        here = [k for k in own if sign * centers[names[k]][0] >= 0]
        if not here:
            continue
        tree = KDTree(np.array([centers[names[k]] for k in here]))
        away, nearest = tree.query(_mesh(f"pial_{side}")[0])
        part = parcels[half * _N : (half + 1) * _N]
        part[:] = np.where(away <= _REACH, np.array(here)[nearest] + 1, 0)
    return parcels
