"""Answers on disk, so that a search that was killed goes on where it stopped."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.files import write_arrays

__all__ = ["Replay"]

_SECONDS = 2.0

Answer = Float[np.ndarray, "..."]


class Replay:
    """Remembers what a deterministic search asked and was told, in order.

    A search that is started again asks the same questions; what was answered before is read
    back, whatever its inner state was. So no search needs to know how to save itself.

    Parameters
    ----------
    path : Path, optional
        File; without one nothing is remembered.
    identity : str
        What the file must have been written for.

    Raises
    ------
    ValueError
        The file belongs to another search.
    """

    def __init__(self, path: Path | None, identity: str) -> None:
        self.path, self.identity = path, identity
        self.asked: list[np.ndarray] = []
        self.told: list[np.ndarray] = []
        self.at, self.written = 0, time.monotonic()
        if path is not None and path.exists():
            self._read(path)

    def __call__(self, question: Answer, answer: Callable[[], Answer]) -> Answer:
        """Return the answer to a question, from the file if it was asked before."""
        question = np.array(question, dtype=np.float64)
        if self.at < len(self.asked):
            if not np.array_equal(self.asked[self.at], question):
                raise ValueError(
                    f"{self.path} holds the steps of another search; give another checkpoint, or "
                    "delete it"
                )
            self.at += 1
            return self.told[self.at - 1]
        found = np.asarray(answer(), dtype=np.float64)
        self.asked.append(question)
        self.told.append(found)
        self.at += 1
        if time.monotonic() - self.written > _SECONDS:
            self.write()
        return found

    def write(self) -> None:
        """Put everything on disk, whole or not at all."""
        if self.path is None or not self.asked:
            return
        arrays = {f"asked{k}": x for k, x in enumerate(self.asked)}
        arrays |= {f"told{k}": np.atleast_1d(x) for k, x in enumerate(self.told)}
        write_arrays(self.path, arrays, {"identity": self.identity})
        self.written = time.monotonic()

    def _read(self, path: Path) -> None:
        from safetensors import SafetensorError, safe_open

        try:
            with safe_open(path, framework="numpy") as stored:
                theirs = (stored.metadata() or {}).get("identity")
                n = len(list(stored.keys())) // 2
                self.asked = [stored.get_tensor(f"asked{k}") for k in range(n)]
                self.told = [stored.get_tensor(f"told{k}") for k in range(n)]
        except (SafetensorError, OSError) as error:
            raise ValueError(f"the checkpoint {path} is damaged ({error}); delete it") from error
        if theirs != self.identity:
            raise ValueError(
                f"the checkpoint {path} belongs to another search; give another path, or delete it"
            )
