"""The full record of a closed loop: one row per tick."""

import dataclasses
import json
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, UInt8

from surrobrain.checks import existing_file
from surrobrain.files import write_arrays
from surrobrain.intervention.safety import Reason

__all__ = ["LoopLog", "LoopWriter", "joined"]


@dataclass(frozen=True, eq=False)
class LoopLog:
    """Everything a closed loop saw, believed, asked for and gave.

    Parameters
    ----------
    names, regions : tuple of str
        What was sensed, and what could be driven.
    sfreq : float
        Ticks per second (Hz).
    clock : str
        "simulated" or "real".
    times : array, shape (n_ticks,)
        When every tick was due, in seconds from the start.
    sensed : array, shape (n_ticks, n_observed)
        The newest sample; NaN where none had arrived.
    value, phase : array, shape (n_ticks,)
        The estimate for the moment at which the drive acts, phase in rad.
    asked, given : array, shape (n_ticks, n_regions)
        Drive that the controller wanted, and that the plant got.
    reason : array of uint8, shape (n_ticks,)
        Why less was given than asked, as bits of `Reason`.
    late : array of bool, shape (n_ticks,)
        Whether the tick missed its deadline, one period after it was due.
    elapsed : array, shape (n_ticks,)
        Seconds from when the tick was due to its end; in simulated time seconds of work.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.intervention.closed_loop import ClosedLoop
    >>> from surrobrain.intervention.coordinate import Coordinate
    >>> from surrobrain.intervention.plant import ModelPlant
    >>> from surrobrain.intervention.safety import LoopLimits
    >>> from surrobrain.intervention.when import state_triggered
    >>> plant = ModelPlant(sb.Network(sb.Linear(), sb.examples.ring(4), coupling=0.2, noise=1.0))
    >>> loop = ClosedLoop(
    ...     plant,
    ...     Coordinate(lambda window: window[-1, 0]),
    ...     state_triggered(np.array([-1.0, 0, 0, 0]), above=0.0),
    ...     LoopLimits(amplitude=1.0, charge=1.0),
    ... )
    >>> log = loop.run(0.5)
    >>> log.given.shape
    (50, 4)
    """

    names: tuple[str, ...]
    regions: tuple[str, ...]
    sfreq: float
    clock: str
    times: Float[np.ndarray, "ticks"]
    sensed: Float[np.ndarray, "ticks observed"]
    value: Float[np.ndarray, "ticks"]
    phase: Float[np.ndarray, "ticks"]
    asked: Float[np.ndarray, "ticks regions"]
    given: Float[np.ndarray, "ticks regions"]
    reason: UInt8[np.ndarray, "ticks"]
    late: Bool[np.ndarray, "ticks"]
    elapsed: Float[np.ndarray, "ticks"]

    def __repr__(self) -> str:
        """Say how long it ran, how punctually, and what it gave."""
        return f"LoopLog({self.in_words()})"

    @property
    def n_missed(self) -> int:
        """Number of ticks that missed their deadline."""
        return int(self.late.sum())

    @property
    def energy(self) -> Float[np.ndarray, "regions"]:
        """Integral of the squared drive of every region, u^2 x s."""
        return (self.given**2).sum(axis=0) / self.sfreq

    @property
    def charge(self) -> Float[np.ndarray, "regions"]:
        """Integral of the absolute drive of every region, u x s."""
        return np.abs(self.given).sum(axis=0) / self.sfreq

    @property
    def reasons(self) -> Reason:
        """Everything that ever kept drive back, at once."""
        return Reason(int(np.bitwise_or.reduce(self.reason, initial=0)))

    def in_words(self) -> str:
        """Return the whole run in one line."""
        held = ", ".join(r.name or "" for r in Reason if r in self.reasons).lower()
        return (
            f"{len(self.times)} ticks at {self.sfreq:g} Hz in {self.clock} time, "
            f"{self.n_missed} deadlines missed, charge {self.charge.sum():.3g} u s, "
            f"energy {self.energy.sum():.3g} u^2 s"
            + (f"; held back by {held.replace('_', ' ')}" if held else "")
        )

    def save(self, path: str | Path) -> Path:
        """Write the log as safetensors, whole or not at all."""
        arrays, about = {}, {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            (arrays if isinstance(value, np.ndarray) else about)[field.name] = value
        return write_arrays(path, arrays, {"about": json.dumps(about)})

    @classmethod
    def read(cls, path: str | Path) -> "LoopLog":
        """Read a log from a file, or from the folder into which it was streamed.

        Raises
        ------
        FileNotFoundError
            There is no such file, or no log in the folder.
        """
        found = existing_file(path)
        files = sorted(found.glob("ticks-*.safetensors")) if found.is_dir() else [found]
        if not files:
            raise FileNotFoundError(
                f"the folder {found.name!r} holds no log of a loop; give the folder of a run"
            )
        return joined([_read(file) for file in files])


class LoopWriter:
    """Writes pieces of a log into a folder, from a thread of its own, each whole or absent.

    Parameters
    ----------
    folder : str or Path
        Where to write; made when absent.

    Raises
    ------
    FileExistsError
        The folder holds a log already.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if self.folder.exists() and any(self.folder.glob("ticks-*.safetensors")):
            raise FileExistsError(
                f"{self.folder.name!r} holds the log of another run; choose a new folder"
            )
        self._waiting: queue.SimpleQueue[LoopLog | None] = queue.SimpleQueue()
        self._failure: OSError | None = None
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def add(self, piece: LoopLog) -> None:
        """Hand a piece over, without waiting for the disk."""
        self._waiting.put(piece)

    def close(self) -> None:
        """Wait until all is on disk.

        Raises
        ------
        OSError
            A piece could not be written; those before it are whole.
        """
        self._waiting.put(None)
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _write(self) -> None:
        n = 0
        while (piece := self._waiting.get()) is not None:
            if self._failure is None:
                try:
                    piece.save(self.folder / f"ticks-{n:06d}.safetensors")
                except OSError as error:
                    self._failure = error
            n += 1


def joined(pieces: list[LoopLog]) -> LoopLog:
    """Return one log from pieces that follow each other."""
    names = [f.name for f in dataclasses.fields(LoopLog)]
    arrays = {
        name: np.concatenate([getattr(piece, name) for piece in pieces])
        for name in names
        if isinstance(getattr(pieces[0], name), np.ndarray)
    }
    return dataclasses.replace(pieces[0], **arrays)


def _read(path: Path) -> LoopLog:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stored:
            about = json.loads(stored.metadata()["about"])
            arrays = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        about |= {name: tuple(about[name]) for name in ("names", "regions")}
        return LoopLog(**about, **arrays)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"{path.name} is not the log of a closed loop ({error}); give a file that "
            "LoopLog.save wrote"
        ) from error
