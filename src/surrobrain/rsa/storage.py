"""RDMs in files: npz, npy with a json beside it for what is larger than memory, mat, csv."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, existing_file
from surrobrain.data.readers.mat import mat
from surrobrain.files import write_bytes, write_json, write_npy, write_text
from surrobrain.rsa.condensed import n_conditions_of
from surrobrain.rsa.rdms import RDMs

__all__ = ["read_rdms", "write_rdms", "write_words"]

_ENDINGS = (".npz", ".npy", ".mat", ".csv")


def write_rdms(path: str | Path, rdms: RDMs) -> Path:
    """Write RDMs, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The ending decides: ``.npz`` (all in one file), ``.npy`` (memory-mapped when read, with
        conditions and times in a json file beside it), ``.mat`` (for MATLAB), ``.csv`` (one row
        per pair, for everything else; times become the names of columns).
    rdms : RDMs
        What to write.

    Returns
    -------
    Path

    Examples
    --------
    >>> import tempfile
    >>> rdms = RDMs(np.array([[0.1, 0.9, 0.8]]), ["cat", "dog", "car"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_rdms(write_rdms(f"{folder}/it.npz", rdms)).conditions
    ('cat', 'dog', 'car')
    """
    path = Path(path)
    ending = choice(path.suffix.lower(), _ENDINGS, "ending of a file with RDMs")
    if ending == ".npy":
        write_npy(path, np.asarray(rdms.values))
        write_words(path, rdms, times=rdms.times)
        return path
    if ending == ".csv":
        return write_text(path, _as_csv(rdms))
    stream = io.BytesIO()
    if ending == ".npz":
        np.savez_compressed(stream, allow_pickle=False, **_arrays(rdms))
    else:
        from scipy.io import savemat

        cells = {
            k: v.astype(object) if v.dtype.kind == "U" else v for k, v in _arrays(rdms).items()
        }
        savemat(stream, cells)
    return write_bytes(path, stream.getvalue())


def write_words(path: Path, rdms: RDMs, *, times: Float[np.ndarray, "times"] | None) -> Path:
    """Write what an npy file cannot hold into the json file beside it."""
    words = {
        "conditions": list(rdms.conditions),
        "names": list(rdms.names) if times is None else [],
        "times": None if times is None else times.tolist(),
        "measure": rdms.measure,
    }
    return write_json(path.with_suffix(".json"), words)


def read_rdms(
    path: str | Path, *, which: str | None = None, conditions: Sequence[str] | None = None
) -> RDMs:
    """Read RDMs from a file, condensed or as full matrices.

    Parameters
    ----------
    path : str or Path
        ``.npz``, ``.npy`` (not loaded but mapped), ``.mat``, ``.csv`` (as `write_rdms` writes it,
        or a full matrix with the conditions as header).
    which : str, optional
        Which array of an npz or mat file; needed when several could be RDMs.
    conditions : sequence of str, optional
        Names of the conditions, where the file has none; by default "1", "2", ...

    Returns
    -------
    RDMs

    Raises
    ------
    ValueError
        The file holds no RDM, or one that is asymmetric, of a wrong size or not finite; the
        message names file, RDM and pair.

    Examples
    --------
    >>> import tempfile
    >>> rdms = RDMs(np.array([[0.1, 0.9, 0.8]]), ["cat", "dog", "car"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_rdms(write_rdms(f"{folder}/it.csv", rdms)).values
    array([[0.1, 0.9, 0.8]])
    """
    path = existing_file(path)
    ending = choice(path.suffix.lower(), _ENDINGS, "ending of a file with RDMs")
    readers = {".npy": _from_npy, ".csv": _from_csv, ".npz": _from_npz, ".mat": _from_mat}
    try:
        found = readers[ending](path)
        name = _chosen(found, which) if ending in (".npz", ".mat") else "values"
        return _rdms(found[name], found, conditions)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _arrays(rdms: RDMs) -> dict[str, np.ndarray]:
    found = {
        "values": np.asarray(rdms.values),
        "conditions": np.array(rdms.conditions),
        "measure": np.array(rdms.measure),
    }
    if rdms.names:
        found["names"] = np.array(rdms.names)
    if rdms.times is not None:
        found["times"] = rdms.times
    return found


def _as_csv(rdms: RDMs) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    labels = rdms.names if rdms.times is None else [repr(float(t)) for t in rdms.times]
    writer.writerow(["first", "second", *labels])
    first, second = np.triu_indices(rdms.n_conditions, 1)
    for i, j, column in zip(
        first.tolist(), second.tolist(), np.asarray(rdms.values).T, strict=True
    ):
        writer.writerow([rdms.conditions[i], rdms.conditions[j], *map(repr, column.tolist())])
    return stream.getvalue()


def _from_npy(path: Path) -> dict[str, Any]:
    beside = path.with_suffix(".json")
    words = json.loads(beside.read_text(encoding="utf-8")) if beside.exists() else {}
    return {**words, "values": np.load(path, mmap_mode="r", allow_pickle=False)}


def _from_npz(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _from_mat(path: Path) -> dict[str, Any]:
    return {name: stored.load() for name, stored in mat(path).items()}


def _from_csv(path: Path) -> dict[str, Any]:
    with open(path, newline="", encoding="utf-8") as stream:
        header, *rows = list(csv.reader(stream))
    if header[:2] != ["first", "second"]:
        names = [name for name in header if name]
        return {
            "values": np.array([row[-len(names) :] for row in rows], float),
            "conditions": names,
        }
    conditions = list(dict.fromkeys(row[k] for k in (0, 1) for row in rows))
    expected = [(a, b) for i, a in enumerate(conditions) for b in conditions[i + 1 :]]
    if [(row[0], row[1]) for row in rows] != expected:
        raise ValueError("its pairs are not those of all conditions, row by row, each once")
    values = np.array([row[2:] for row in rows], dtype=np.float64).T
    return {"values": np.ascontiguousarray(values), "conditions": conditions, "labels": header[2:]}


def _chosen(found: Mapping[str, Any], which: str | None) -> str:
    if which is not None:
        return choice(which, found, "array")
    if "values" in found:
        return "values"
    fitting = [name for name, array in found.items() if _fits(np.asarray(array))]
    if len(fitting) != 1:
        shapes = ", ".join(f"{name} {np.shape(array)}" for name, array in found.items())
        raise ValueError(f"{len(fitting)} arrays could be RDMs ({shapes}); choose one by which=")
    return fitting[0]


def _fits(array: np.ndarray) -> bool:
    if array.dtype.kind not in "fiu" or array.ndim < 2 or array.shape[-1] < 2:
        return False
    if array.shape[-1] == array.shape[-2]:
        return True
    try:
        return array.ndim == 2 and n_conditions_of(array.shape[1]) > 2
    except ValueError:
        return False


def _rdms(values: np.ndarray, found: Mapping[str, Any], conditions: Sequence[str] | None) -> RDMs:
    """Make RDMs of condensed or full arrays and the words that came with them."""
    if values.dtype.kind not in "fiu":
        raise ValueError(f"RDMs are real numbers, but {values.dtype} arrived")
    values = values if values.dtype.kind == "f" else values.astype(np.float64)
    ours = "measure" in found or "labels" in found  # then a square of numbers is no matrix
    fits = conditions is None or len(conditions) == values.shape[-1]
    full = values.ndim > 2 or (values.shape[0] == values.shape[-1] > 1 and fits and not ours)
    n = values.shape[-1] if full else n_conditions_of(values.shape[-1])
    words = conditions if conditions is not None else np.ravel(found.get("conditions", ()))
    named = tuple(str(word) for word in words) or tuple(str(k) for k in range(1, n + 1))
    names, times = [str(name) for name in np.ravel(found.get("names", ()))], found.get("times")
    labels = found.get("labels", [])
    if labels and all(_number(label) for label in labels):
        times = [float(label) for label in labels]
    elif labels:
        names = labels
    times = None if times is None else np.ravel(np.asarray(times, dtype=np.float64))
    measure = str(np.ravel(found.get("measure", "")).tolist()[0]) if "measure" in found else ""
    if full:
        return RDMs.from_square(values, named, names=names, times=times, measure=measure)
    return RDMs(values, named, names, times, measure)


def _number(text: str) -> bool:
    try:
        return np.isfinite(float(text)).item()
    except ValueError:
        return False
