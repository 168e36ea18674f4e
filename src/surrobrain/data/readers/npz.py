"""NumPy's archive: several named arrays."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from surrobrain.data.found import Stored, damage_is_bad, reads
from surrobrain.data.readers.npy import stored_shape

__all__ = ["npz"]


@reads(".npz", content="arrays")
def npz(path: Path) -> dict[str, Stored]:
    """List the arrays of an npz file; one that needs pickle is refused."""
    found = {}
    with damage_is_bad(path, "npz"), zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            name = member.removesuffix(".npy")
            with archive.open(member) as stream:
                shape = stored_shape(stream, f"{name} in {path.name}")
            found[name] = Stored(shape, _loader(path, name))
    return found


def _loader(path: Path, name: str) -> Callable[[], np.ndarray]:
    def load() -> np.ndarray:
        with np.load(path, allow_pickle=False) as archive:
            return archive[name]

    return load
