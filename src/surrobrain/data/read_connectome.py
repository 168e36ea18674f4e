"""Read a connectome: weights, and tract lengths where they are given."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.data.arrays import choose_array, loaded, texts_beside
from surrobrain.data.connectome import Connectome
from surrobrain.data.found import Stored, opener
from surrobrain.data.names import region_names
from surrobrain.errors import BadRecording

__all__ = ["read_connectome"]


def read_connectome(
    source: object,
    *,
    lengths: object = None,
    names: Sequence[str] | str | Path | None = None,
    which: str | None = None,
) -> Connectome:
    """Read connection weights; only what is given is used, files lying beside it are not.

    Parameters
    ----------
    source : path or array
        npy, npz, csv, tsv, txt, mat, or the connectivity zip of The Virtual Brain; or an array
        of shape (n_regions, n_regions). ``weights[i, j]`` runs **from j to i**: transpose a
        matrix that was stored the other way round.
    lengths : path, str or array, optional
        Tract lengths in mm: an array, a file, or the name of another array of the source. An
        array called ``lengths`` beside one called ``weights`` is used by itself.
    names : sequence of str or path, optional
        Region names, or a file with them (a list, or a table with a column name or label).
    which : str, optional
        Name of the array with the weights, when the file holds several square ones.

    Returns
    -------
    Connectome
        Weights as stored, not normalized.

    Raises
    ------
    FileNotFoundError
        Nothing is there; the message names the nearest file.
    BadRecording
        The file is damaged, not a connectome, or holds NaN, infinity or negative lengths.
    ValueError
        The choice is missing, or sizes do not fit.

    Examples
    --------
    >>> read_connectome(np.array([[0.0, 2.0], [1.0, 0.0]]), names=["A", "B"])
    Connectome(2 regions, density 1.00, asymmetric, without lengths)
    """
    given = region_names(names)
    if isinstance(source, np.ndarray):
        return Connectome(source.astype(np.float64), _matrix(lengths), given)
    if not isinstance(source, (str, os.PathLike)):
        raise TypeError(f"cannot read a {type(source).__name__}; give a path or a NumPy array")
    path = existing_file(os.fspath(source))
    reader = opener(path)
    if reader.content == "connectome":
        found = reader(path)
        own = found.lengths if lengths is None else _matrix(lengths)
        return Connectome(found.weights, own, given or found.names)
    if reader.content != "arrays":
        raise BadRecording(f"{path.name} holds a recording or an image, not a connectome; use read")
    arrays = reader(path)
    weights = choose_array(arrays, which, usual="weights", source=path.name, square=True)
    if lengths is None and weights == "weights" and "lengths" in arrays:
        lengths = "lengths"
    beside = isinstance(lengths, str) and lengths in arrays
    return Connectome(
        loaded(arrays, weights, path=path),
        loaded(arrays, str(lengths), path=path) if beside else _matrix(lengths),
        given or _names(arrays, weights, path),
    )


def _matrix(lengths: object) -> np.ndarray | None:
    if isinstance(lengths, (str, os.PathLike)):
        return read_connectome(lengths).weights
    return None if lengths is None else np.asarray(lengths, dtype=np.float64)


def _names(arrays: Mapping[str, Stored], weights: str, path: Path) -> tuple[str, ...]:
    rows, columns = arrays[weights].row_names, arrays[weights].column_names
    if rows and columns and rows != columns:
        odd = next((f"{a} and {b}" for a, b in zip(rows, columns, strict=False) if a != b), "more")
        raise ValueError(
            f"{path.name} names its rows and columns differently ({odd}); both must list the same "
            "regions in one order"
        )
    return rows or columns or texts_beside(arrays, "names", path=path)
