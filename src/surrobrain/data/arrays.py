"""Which array of a file is meant, and what the arrays beside it say."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from surrobrain.checks import choice
from surrobrain.data.found import Stored, damage_is_bad
from surrobrain.errors import BadRecording

__all__ = ["choose_array", "listed", "loaded", "rate_beside", "texts_beside"]


def choose_array(
    arrays: Mapping[str, Stored], which: str | None, *, usual: str, source: str, square: bool
) -> str:
    """Return the name of the array that is meant.

    Parameters
    ----------
    arrays : mapping of str to Stored
        What the file holds.
    which : str or None
        The user's choice. Without one, the array called ``usual`` or the only one that fits.
    usual : str
        Name that needs no choice: "values" for a recording, "weights" for a connectome.
    source : str
        File name for messages.
    square : bool
        Whether only a square matrix fits.

    Raises
    ------
    ValueError
        None or several fit; the message lists names and shapes.
    """
    if which is not None:
        return choice(which, arrays, f"array in {source}:")
    if usual in arrays:
        return usual
    fitting = [name for name, each in arrays.items() if _fits(each.shape, square=square)]
    if len(fitting) == 1:
        return fitting[0]
    wanted = "square matrix" if square else "matrix (time and regions)"
    if not fitting:
        raise BadRecording(f"{source} holds no {wanted}, only {listed(arrays) or 'nothing'}")
    raise ValueError(
        f"{source} holds several arrays ({listed(arrays)}); choose one, for instance "
        f"which={fitting[0]!r}"
    )


def _fits(shape: tuple[int, ...], *, square: bool) -> bool:
    # a column or row of a matrix that MATLAB made of a vector or a number is no recording
    return len(shape) == 2 and min(shape) > 1 and (not square or shape[0] == shape[1])


def listed(arrays: Mapping[str, Stored]) -> str:
    """Say names and shapes, as in "bold (94, 1200), sc (94, 94)"."""
    return ", ".join(f"{name} {each.shape}" for name, each in arrays.items())


def loaded(arrays: Mapping[str, Stored], name: str, *, path: Path) -> np.ndarray:
    """Load one array as floating-point numbers; refuse text and complex numbers."""
    with damage_is_bad(path, path.suffix):
        values = np.asarray(arrays[name].load())
    if values.dtype.kind not in "fiub":
        raise BadRecording(
            f"{name} in {path.name} holds {values.dtype} instead of real numbers; choose another "
            f"array ({listed(arrays)}) or export the file again"
        )
    return values if values.dtype.kind == "f" else values.astype(np.float64)


def texts_beside(arrays: Mapping[str, Stored], name: str, *, path: Path) -> tuple[str, ...]:
    """Return the words that stand in the same file under a name such as ``names`` or ``unit``."""
    if name not in arrays:
        return ()
    with damage_is_bad(path, path.suffix):
        words = np.ravel(arrays[name].load())
    return tuple(str(word).strip() for word in words) if words.dtype.kind == "U" else ()


def rate_beside(arrays: Mapping[str, Stored], *, path: Path) -> float | None:
    """Return the rate (Hz) that stands in the same file as a number called ``sfreq``."""
    if "sfreq" not in arrays or np.prod(arrays["sfreq"].shape) != 1:
        return None
    return float(loaded(arrays, "sfreq", path=path).item())
