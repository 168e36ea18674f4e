"""MATLAB files: up to version 7 through SciPy, version 7.3 (which is HDF5) through h5py."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from surrobrain.data.found import Stored, damage_is_bad, reads

__all__ = ["mat"]


@reads(".mat", content="arrays")
def mat(path: Path) -> dict[str, Stored]:
    """List the arrays of a mat file; structs are looked into only in version 7.3."""
    with damage_is_bad(path, "a MATLAB file"):
        with open(path, "rb") as stream:
            start = stream.read(520)
        # version 7.3 puts the HDF5 signature behind a MATLAB header of 512 bytes
        hdf5 = b"\x89HDF\r\n\x1a\n"
        return _version_7_3(path) if start.startswith(hdf5) or hdf5 in start[512:] else _older(path)


def _older(path: Path) -> dict[str, Stored]:
    from scipy.io import whosmat

    kinds = {"double", "single", "logical", "sparse", "char", "cell"}
    kinds |= {f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)}
    return {
        name: Stored(tuple(shape), _loader_older(path, name))
        for name, shape, kind in whosmat(path)
        if kind in kinds
    }


def _loader_older(path: Path, name: str) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
        from scipy.io import loadmat

        values = loadmat(path, variable_names=[name])[name]
        if hasattr(values, "toarray"):
            return values.toarray()
        if values.dtype == object:  # a cell array of texts, as names are kept
            values = np.array(["".join(np.ravel(cell).astype(str)) for cell in values.ravel()])
        return values

    return load


def _version_7_3(path: Path) -> dict[str, Stored]:
    import h5py

    found: dict[str, Stored] = {}

    def note(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("#"):
            found[name] = Stored(tuple(item.shape[::-1]), _loader_7_3(path, name))

    with h5py.File(path, "r") as file:
        file.visititems(note)
    return found


def _loader_7_3(path: Path, name: str) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
        import h5py

        with h5py.File(path, "r") as file:
            values = np.array(file[name]).T  # HDF5 holds MATLAB's columns first
            if values.dtype == object:  # references to the cells of a cell array of texts
                values = np.array([_text(file[cell]) for cell in values.ravel()])
            return values

    return load


def _text(cell: object) -> str:
    return "".join(chr(int(code)) for code in np.ravel(np.array(cell)))
