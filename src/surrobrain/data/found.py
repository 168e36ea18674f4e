"""What a reader hands over: the numbers as stored, and what the source itself says of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar, cast, runtime_checkable

import numpy as np
from jaxtyping import Bool, Num

from surrobrain import catalog
from surrobrain.errors import BadRecording, MissingDependency, SurrobrainError

__all__ = [
    "FORMATS",
    "Found",
    "Orientation",
    "Reader",
    "Stored",
    "damage_is_bad",
    "opener",
    "reads",
]

Orientation = Literal["time_by_region", "region_by_time"]
Content = Literal["arrays", "raw", "series", "volume", "connectome"]
FORMATS = "surrobrain.data.readers"

Function = TypeVar("Function", bound=Callable[[Path], object])


@runtime_checkable
class Reader(Protocol):
    """A function that opens files of some endings and returns one kind of content."""

    suffixes: tuple[str, ...]
    content: Content

    def __call__(self, path: Path) -> Any:  # noqa: D102
        ...


@dataclass(frozen=True, eq=False)
class Found:
    """Signals as a source holds them; what it does not state stays empty.

    Parameters
    ----------
    values : array, two axes
        Signals in the order of the source.
    orientation : {"time_by_region", "region_by_time"} or None
        Which axis is time, where the source defines it.
    sfreq : float or None
        Rate in Hz.
    names : tuple of str
        Region names.
    modality, unit : str
        As in a ``Recording``.
    marked : array, shape (n_times,), or None
        Samples that somebody marked as bad.
    marks : str
        Those marks in words, with times in seconds.
    hint : str
        What may help when something is missing, such as a rate that a time column suggests.
    inputs : array, shape (n_times, n_inputs), or None
        What acted from outside.
    """

    values: Num[np.ndarray, "rows columns"]
    orientation: Orientation | None = None
    sfreq: float | None = None
    names: tuple[str, ...] = ()
    modality: str = ""
    unit: str = ""
    marked: Bool[np.ndarray, "times"] | None = None
    marks: str = ""
    hint: str = ""
    inputs: Num[np.ndarray, "times inputs"] | None = None


@dataclass(frozen=True, eq=False)
class Stored:
    """One array inside a file: its shape is known before its numbers are loaded.

    Parameters
    ----------
    shape : tuple of int
        Length of every axis.
    load : callable
        Returns the numbers.
    row_names, column_names : tuple of str
        Labels that stand beside the numbers, as in a table.
    hint : str
        What a person should know of it, as in "column 'time' was left out".
    """

    shape: tuple[int, ...]
    load: Callable[[], np.ndarray]
    row_names: tuple[str, ...] = ()
    column_names: tuple[str, ...] = ()
    hint: str = ""


def reads(*suffixes: str, content: Content) -> Callable[[Function], Function]:
    """Tag the reader of one format with its file endings and the kind of thing it returns.

    ``arrays``: dict of name to ``Stored``; ``raw``: ``mne.io.Raw``; ``series``: ``Found``;
    ``volume``: nibabel image; ``connectome``: ``Connectome``.
    """

    def tag(function: Function) -> Function:
        function.suffixes, function.content = suffixes, content  # pyright: ignore
        return function

    return tag


def opener(path: Path) -> Reader:
    """Return the reader whose ending fits the file name best.

    Raises
    ------
    BadRecording
        No format has this ending; the message lists those that are known.
    """
    readers = cast("list[Reader]", list(catalog.everything(FORMATS).values()))
    known = {suffix: reader for reader in readers for suffix in reader.suffixes}
    fitting = [suffix for suffix in known if path.name.lower().endswith(suffix)]
    if not fitting:
        raise BadRecording(
            f"{path.name} is not a recording or connectome that can be read: its ending is none "
            f"of {', '.join(sorted(known))}; convert it to one of these"
        )
    return known[max(fitting, key=len)]


@contextmanager
def damage_is_bad(path: Path, kind: str) -> Iterator[None]:
    """Turn whatever a format library throws at a damaged file into one clear error.

    Raises
    ------
    BadRecording
        The file is not what its ending says; the original error is its cause.
    """
    if path.is_file() and path.stat().st_size == 0:
        raise BadRecording(f"{path.name} is empty; copy or export it again")
    try:
        yield
    except (SurrobrainError, MissingDependency):
        raise
    except (
        Exception
    ) as error:  # libraries answer damage with anything from KeyError to struct.error
        detail = f"{type(error).__name__}: {str(error).strip() or 'no details'}".split("\n")[0]
        raise BadRecording(
            f"{path.name} cannot be read as {kind} ({detail[:200]}); it may be damaged, "
            "incomplete or of another format: copy or export it again"
        ) from error
