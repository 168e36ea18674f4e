"""Where the blocks of a sweep are kept: in memory, or in a folder that survives being killed."""

import contextlib
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from surrobrain import __version__
from surrobrain.checks import existing_file
from surrobrain.files import write_json, write_npy

if TYPE_CHECKING:
    from surrobrain.mechanistic.network import Network

__all__ = ["SweepStore"]

_MANIFEST, _VALUES = "sweep.json", "values.npy"


class SweepStore:
    """The blocks of one sweep, by the number of their first point.

    Without a folder they stay in memory, in one array from the first block on. In a folder each
    block is a file of its own, whole or absent, until all are there; then they become one array,
    ``values.npy``. Threads may hand in blocks at the same time.
    """

    def __init__(self, folder: Path | None, n_points: int) -> None:
        self.folder, self.n_points = folder, n_points
        self._values = np.empty(0)
        self._first = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        """Send where the blocks go, not those that are here."""
        return {"folder": self.folder, "n_points": self.n_points}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Begin anew with the same folder."""
        self.__init__(**state)

    @classmethod
    def open(
        cls,
        folder: str | Path | None,
        network: "Network",
        points: Mapping[str, np.ndarray],
        job: Mapping[str, Any],
    ) -> "SweepStore":
        """Begin, or go on with, a sweep; refuse a folder that holds another one.

        Raises
        ------
        ValueError
            The folder holds another sweep, or other files; the message says what differs.
        """
        n_points = len(next(iter(points.values())))
        if folder is None:
            return cls(None, n_points)
        path, manifest = Path(folder), _described(network, points, job)
        if (path / _MANIFEST).exists():
            _refuse_other(path, manifest)
        elif path.exists() and any(path.iterdir()):
            raise ValueError(
                f"{path} is not empty and holds no sweep; give a new folder, or empty it"
            )
        else:
            for name, values in points.items():
                write_npy(path / "points" / f"{name}.npy", values)
            write_json(path / _MANIFEST, manifest)
        return cls(path, n_points)

    def has(self, first: int) -> bool:
        """Tell whether a block is there already."""
        if self.folder is None:
            return False
        return (self.folder / _VALUES).exists() or self._file(first).exists()

    def keep(self, first: int, block: np.ndarray) -> None:
        """Take a finished block."""
        if self.folder is not None:
            write_npy(self._file(first), block)
            return
        with self._first:
            if not self._values.size:
                self._values = np.empty((self.n_points, *block.shape[1:]), block.dtype)
        self._values[first : first + len(block)] = block

    def joined(self, firsts: Iterable[int]) -> np.ndarray:
        """Return all blocks as one array; from a folder it is read as it is looked at."""
        order = list(firsts)
        if self.folder is None:
            return self._values
        if not (self.folder / _VALUES).exists():
            _join([self._file(first) for first in order], self.folder / _VALUES)
        for first in order:
            self._file(first).unlink(missing_ok=True)
        return np.load(existing_file(self.folder / _VALUES), mmap_mode="r", allow_pickle=False)

    def _file(self, first: int) -> Path:
        assert self.folder is not None
        return self.folder / f"block_{first:09d}.npy"


def _join(blocks: list[Path], target: Path) -> None:
    """Write one array out of many, holding one block in memory at a time, whole or not at all."""
    first = np.load(blocks[0], mmap_mode="r", allow_pickle=False)
    last = np.load(blocks[-1], mmap_mode="r", allow_pickle=False)
    shape = (len(first) * (len(blocks) - 1) + len(last), *first.shape[1:])
    header = {"descr": first.dtype.str, "fortran_order": False, "shape": shape}
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".values.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            np.lib.format.write_array_header_1_0(stream, header)
            for block in blocks:
                stream.write(np.ascontiguousarray(np.load(block, allow_pickle=False)).tobytes())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _described(
    network: "Network", points: Mapping[str, np.ndarray], job: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what makes a sweep this one: the network, its points, and how they are run."""
    config, arrays = network.to_parts()
    return {
        "surrobrain": __version__,
        "network": config,
        "arrays": {name: _sum(values) for name, values in sorted(arrays.items())},
        "points": {name: _sum(values) for name, values in sorted(points.items())},
        "n_points": len(next(iter(points.values()))),
        **job,
    }


def _sum(values: np.ndarray) -> str:
    """Return the sha256 of an array's content."""
    return hashlib.sha256(np.ascontiguousarray(values).tobytes()).hexdigest()


def _refuse_other(folder: Path, manifest: dict[str, Any]) -> None:
    import json

    held = json.loads((folder / _MANIFEST).read_text())
    ours = json.loads(json.dumps(manifest))
    differing = sorted(k for k in {*held, *ours} if held.get(k) != ours.get(k))
    if differing:
        raise ValueError(
            f"{folder} holds another sweep, which differs in: {', '.join(differing)}; give another "
            "folder, or the same arguments to go on with it"
        )
