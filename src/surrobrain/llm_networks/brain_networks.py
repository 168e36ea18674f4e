"""Known functional networks of the brain, in the places of a measurement."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int, Real

from surrobrain.checks import existing_file, finite, text_of
from surrobrain.data.atlas import open_atlas
from surrobrain.llm_networks.brain_space import BrainSpace

__all__ = ["BrainNetworks", "networks_from_labels", "read_networks"]


@dataclass(frozen=True, eq=False)
class BrainNetworks:
    """Template maps of functional networks.

    Parameters
    ----------
    maps : array, shape (n_networks, n_targets)
        Membership: 0 and 1, or weights.
    names : tuple of str
        One per network.

    Raises
    ------
    ValueError
        Names do not fit, or a network is empty or fills everything.
    """

    maps: Real[np.ndarray, "networks targets"]
    names: tuple[str, ...]

    def __post_init__(self) -> None:  # noqa: D105
        if len(self.names) != len(self.maps):
            raise ValueError(f"{len(self.maps)} networks but {len(self.names)} names arrived")
        finite(self.maps, "networks")
        for name, one in zip(self.names, self.maps, strict=True):
            if np.ptp(one) == 0:
                raise ValueError(
                    f"network {name!r} is the same everywhere in these voxels; leave it out"
                )

    @property
    def members(self) -> Bool[np.ndarray, "networks targets"]:
        """Where a network is: above half of its largest weight."""
        return self.maps > 0.5 * self.maps.max(axis=1, keepdims=True)


def networks_from_labels(
    labels: Int[np.ndarray, "targets"], names: Mapping[int, str] | Sequence[str] | None = None
) -> BrainNetworks:
    """Return networks from one label per voxel, vertex or parcel; 0 belongs to none.

    Parameters
    ----------
    labels : array of int, shape (n_targets,)
        Which network each belongs to.
    names : mapping of int to str, or sequence of str, optional
        By label, or of the labels 1, 2, ... in order.

    Returns
    -------
    BrainNetworks

    Examples
    --------
    >>> networks_from_labels(np.array([1, 1, 2, 0]), ["seeing", "hearing"]).members.sum(axis=1)
    array([2, 1])
    """
    known = [int(k) for k in np.unique(labels) if k != 0]
    if not known:
        raise ValueError("no voxel, vertex or parcel belongs to a network; all labels are 0")
    if names is None:
        given: Mapping[int, str] = {}
    elif isinstance(names, Mapping):
        given = names
    else:
        given = dict(enumerate(names, start=1))
    maps = np.stack([(labels == k).astype(np.float64) for k in known])
    return BrainNetworks(maps, tuple(given.get(k, f"network {k}") for k in known))


def read_networks(
    path: str | Path, *, space: BrainSpace, names: str | Path | None = None,
    which: str | None = None,
) -> BrainNetworks:  # fmt: skip
    r"""Read network templates into the places of a measurement.

    Parameters
    ----------
    path : str or Path
        A label image on the grid of the measurement; an npz file with one label per vertex of both
        hemispheres, left first; or a table with one row per parcel and the column ``network``.
    space : BrainSpace
        Of the measurement, such as ``bold.space``.
    names : path, optional
        JSON from label to name, perhaps inside an object named as the file (Yeo-7 ...).
    which : str, optional
        Array of the npz file.

    Returns
    -------
    BrainNetworks

    Raises
    ------
    ValueError
        The grids differ, or the file is of another kind than the measurement.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "parcels.csv"
    ...     _ = path.write_text("name,network\nA1,hearing\nV1,seeing\n")
    ...     read_networks(path, space=BrainSpace("parcels", 2)).names
    ('hearing', 'seeing')
    """
    found = existing_file(path)
    if found.suffix == ".npz":
        labels = _vertex_labels(found, space, which)
    elif found.name.endswith((".nii", ".nii.gz")):
        labels, own = _voxel_labels(found, space)
        if names is None and own:
            return networks_from_labels(labels, own)
    else:
        return _parcel_networks(found, space)
    return networks_from_labels(labels, None if names is None else _names(Path(names), found))


def _voxel_labels(path: Path, space: BrainSpace) -> tuple[np.ndarray, dict[int, str]]:
    image, names = open_atlas(path)
    if space.kind != "volume" or space.voxels is None or space.grid is None:
        raise ValueError(f"{path.name} is a volume, but the measurement is made of {space.kind}")
    if tuple(image.shape[:3]) != tuple(space.grid) or (
        space.affine is not None and not np.allclose(image.affine, space.affine, atol=1e-3)
    ):
        raise ValueError(
            f"{path.name} of shape {tuple(image.shape[:3])} and the measurement of shape "
            f"{tuple(space.grid.tolist())} lie on different grids; resample one to the other first"
        )
    labels = np.rint(np.asarray(image.dataobj)).astype(np.int64)
    return labels[tuple(space.voxels.T)], names


def _vertex_labels(path: Path, space: BrainSpace, which: str | None) -> np.ndarray:
    with np.load(path, allow_pickle=False) as stored:
        known = [name for name in stored.files if stored[name].ndim == 1]
        if which is None and len(known) > 1:
            raise ValueError(f"{path.name} holds {', '.join(known)}; say which")
        from surrobrain.checks import choice

        labels = stored[choice(which or known[0], known, f"array in {path.name}")].astype(np.int64)
    if space.kind != "surface" or space.vertices is None or space.right is None:
        raise ValueError(f"{path.name} labels vertices, but the measurement is of {space.kind}")
    per_side = len(labels) // 2
    if int(space.vertices.max()) >= per_side:
        raise ValueError(
            f"{path.name} labels {per_side} vertices per hemisphere, but the measurement has more"
        )
    return labels[space.right * per_side + space.vertices]


def _parcel_networks(path: Path, space: BrainSpace) -> BrainNetworks:
    text = text_of(path)
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text else ","))
    if not rows or "network" not in rows[0]:
        raise ValueError(f"{path.name} lacks the column 'network'; give one row per parcel")
    if len(rows) != space.n or space.kind != "parcels":
        raise ValueError(
            f"{path.name} names the network of {len(rows)} parcels, but the measurement has "
            f"{space.n} {space.kind}"
        )
    words = [row["network"].strip() for row in rows]
    known = [w for w in dict.fromkeys(words) if w.lower() not in ("", "none", "n/a")]
    labels = np.array([known.index(w) + 1 if w in known else 0 for w in words])
    return networks_from_labels(labels, known)


def _names(path: Path, image: Path) -> dict[int, str]:
    content = json.loads(text_of(path))
    for key, value in content.items():
        if isinstance(value, dict) and image.name.lower().replace("-", "").startswith(key.lower()):
            content = value
            break
    return {int(k): str(v) for k, v in content.items() if str(k).isdigit()}
