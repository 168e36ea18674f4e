"""Where windows may lie: inside stretches without a missing sample."""

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import whole

__all__ = ["valid_samples", "window_starts"]


def valid_samples(values: Float[np.ndarray, "times regions"]) -> Bool[np.ndarray, "times"]:
    """Return which samples are finite in every region; the others are missing."""
    return np.asarray(np.isfinite(values).all(axis=1))


def window_starts(
    valid: Bool[np.ndarray, "times"], *, length: int, step: int = 1
) -> Int[np.ndarray, "windows"]:
    """Return the first sample of every window that misses nothing.

    Parameters
    ----------
    valid : array of bool, shape (n_times,)
        Which samples exist.
    length, step : int
        Samples per window, and from one window to the next. Every stretch without a missing
        sample starts its own row of windows.

    Returns
    -------
    array of int, shape (n_windows,)
        Empty when no stretch is long enough.

    Examples
    --------
    >>> valid = np.array([True] * 5 + [False] + [True] * 3)
    >>> window_starts(valid, length=3, step=2)
    array([0, 2, 6])
    """
    whole(length, "length", low=1)
    whole(step, "step", low=1)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]])))
    rows = [
        np.arange(first, stop - length + 1, step)
        for first, stop in zip(edges[::2], edges[1::2], strict=True)
    ]
    return np.concatenate([np.empty(0, dtype=np.int64), *rows]).astype(np.int64)
