"""Volumes that fill up while a model reads: on disk, and safe from being killed."""

import time
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from surrobrain.files import write_arrays
from surrobrain.journal import append, read_journal
from surrobrain.pretrained.language import LanguageModel

__all__ = ["VolumeStream"]

_SECONDS = 10.0  # of work that a kill may cost
_JOURNAL, _PARTIAL, _VALUES = "progress.jsonl", "partial.npy", "values.npy"
_COLUMNS = 4096


class VolumeStream:
    """Sums over tokens, one row per volume, that can be continued after a kill.

    Parameters
    ----------
    weights : scipy.sparse.csr_array, shape (n_times, n_tokens)
        Of every token in every volume.
    n_neurons : int
        Columns.
    folder : str or Path, optional
        Where the memory map lies; in memory by default.
    identity : str
        Of what is computed; a folder that was begun with another one is refused.

    Raises
    ------
    ValueError
        The folder holds something else.

    Notes
    -----
    Every few seconds three things are put on disk, in this order: the map; the rows that later
    tokens will still add to, with the keys and values that the model has computed since; a line in
    a journal. After a kill the rows of the last line are put back, so that nothing counts twice.
    """

    def __init__(
        self, weights: Any, n_neurons: int, *, folder: str | Path | None, identity: str
    ) -> None:
        self._weights = weights.tocsc()
        self._folder = None if folder is None else Path(folder)
        self.finished = False
        self._saved = 0  # tokens in the key-value cache on disk
        self._pieces: list[int] = []
        self._last_save = time.monotonic()
        by_row = weights.tocsr()
        self._ends = np.array([row.max() + 1 if len(row) else 0 for row in _columns(by_row)])
        self._begins = np.array([row.min() if len(row) else 0 for row in _columns(by_row)])
        shape = (weights.shape[0], n_neurons)
        if self._folder is None:
            self.values = np.zeros(shape, dtype=np.float32)
            return
        self._open(self._folder, shape, identity)

    def _open(self, folder: Path, shape: tuple[int, int], identity: str) -> None:
        entries = read_journal(folder / _JOURNAL).entries
        found = entries[0].get("identity") if entries else None
        whole = (folder / "facts.json").exists()
        if (entries and found != identity) or (whole and not entries):
            raise ValueError(
                f"{str(folder)!r} holds responses of another model, story or recipe; give another "
                "folder, or delete it"
            )
        self.finished = whole
        if whole:
            return
        path = folder / _PARTIAL
        if entries and path.exists():
            self._pieces = [int(str(entry["passes"])) for entry in entries[1:]]
            self.values = np.lib.format.open_memmap(path, mode="r+")
            return
        (folder / _JOURNAL).unlink(missing_ok=True)  # what it tells of is gone
        append(folder / _JOURNAL, {"identity": identity})
        hidden = path.with_name(f".{path.name}.part")
        self.values = np.lib.format.open_memmap(hidden, mode="w+", dtype=np.float32, shape=shape)
        hidden.replace(path)

    def resumed(self, cache: Any, language: LanguageModel) -> int:
        """Put back what a killed run had, its key-value cache included; return its passes.

        Parameters
        ----------
        cache : transformers.DynamicCache or None
            Still empty; filled here.
        language : LanguageModel
            Whose device and precision the cache has.
        """
        if not self._pieces:
            self.values[:] = 0
            return 0
        from safetensors.numpy import load_file

        assert self._folder is not None
        stored = [load_file(self._piece(k)) for k in self._pieces]
        done = int(stored[-1]["n_tokens"][0])
        self.values[self._ends > done] = 0
        self.values[stored[-1]["rows"]] = stored[-1]["partial"]
        if cache is not None:
            _refill(cache, stored, language)
            self._saved = cache.get_seq_length()
        return self._pieces[-1]

    def weights_of(
        self, first: int, last: int
    ) -> tuple[Int[np.ndarray, "rows"], Float[np.ndarray, "rows tokens"]]:
        """Return the volumes to which some tokens add, and how much each adds."""
        part = self._weights[:, first:last].tocsr()
        rows = np.flatnonzero(np.diff(part.indptr))
        return rows, part[rows].toarray().astype(np.float32)

    def add(
        self, rows: Int[np.ndarray, "rows"], columns: slice, summed: Float[np.ndarray, "rows units"]
    ) -> None:
        """Add to some volumes."""
        self.values[rows, columns] += summed

    def passed(self, n_passes: int, n_tokens: int, cache: Any, *, last: bool) -> None:
        """Note that a pass is over; what it did is put on disk every few seconds.

        Parameters
        ----------
        n_passes, n_tokens : int
            That are done.
        cache : transformers.DynamicCache or None
        last : bool
            Whether nothing follows.
        """
        idle = time.monotonic() - self._last_save < _SECONDS
        if self._folder is None or last or idle:
            return
        assert isinstance(self.values, np.memmap)
        self.values.flush()
        rows = np.flatnonzero((self._begins < n_tokens) & (self._ends > n_tokens))
        arrays = {
            "n_tokens": np.array([n_tokens]), "rows": rows, "partial": self.values[rows],
        }  # fmt: skip
        if cache is not None:
            arrays.update(_grown(cache, self._saved))
            self._saved = cache.get_seq_length()
        write_arrays(self._piece(n_passes), arrays)
        append(self._folder / _JOURNAL, {"passes": n_passes})
        self._last_save = time.monotonic()

    def closed(self, keep: np.ndarray) -> np.ndarray:
        """Return the volumes without the columns that are not kept."""
        if self._folder is None:
            return self.values if keep.all() else self.values[:, keep]
        assert isinstance(self.values, np.memmap)
        self.values.flush()
        target = self._folder / _VALUES
        if keep.all():
            (self._folder / _PARTIAL).replace(target)
        else:
            _copied(self.values, keep, target)
        return np.load(target, mmap_mode="r", allow_pickle=False)

    def clear(self) -> None:
        """Delete what only a continuation needs."""
        assert self._folder is not None
        for path in (self._folder / _PARTIAL, *self._folder.glob("piece-*.safetensors")):
            path.unlink(missing_ok=True)

    def _piece(self, n_passes: int) -> Path:
        assert self._folder is not None
        return self._folder / f"piece-{n_passes:06d}.safetensors"


def _columns(matrix: Any) -> list[np.ndarray]:
    return np.split(matrix.indices, matrix.indptr[1:-1])


def _copied(values: np.ndarray, keep: np.ndarray, target: Path) -> None:
    """Copy columns into a map of their own, whole or not at all."""
    hidden = target.with_name(f".{target.name}.part")
    chosen = np.flatnonzero(keep)
    made = np.lib.format.open_memmap(
        hidden, mode="w+", dtype=np.float32, shape=(len(values), len(chosen))
    )
    for k in range(0, len(chosen), _COLUMNS):
        made[:, k : k + _COLUMNS] = values[:, chosen[k : k + _COLUMNS]]
    made.flush()
    hidden.replace(target)


def _grown(cache: Any, saved: int) -> dict[str, np.ndarray]:
    """Return keys and values beyond the first ``saved`` tokens, of every layer."""
    found = {}
    for k, layer in enumerate(cache.layers):
        found[f"keys_{k}"] = layer.keys[..., saved:, :].float().cpu().numpy()
        found[f"values_{k}"] = layer.values[..., saved:, :].float().cpu().numpy()
    return found


def _refill(cache: Any, stored: list[dict[str, np.ndarray]], language: LanguageModel) -> None:
    import torch

    given = {"device": language.device, "dtype": language.model.dtype}
    for k in range(sum(name.startswith("keys_") for name in stored[0])):
        both = (
            torch.from_numpy(np.concatenate([piece[f"{kind}_{k}"] for piece in stored], axis=2))
            for kind in ("keys", "values")
        )
        cache.update(*(part.to(**given) for part in both), k)
