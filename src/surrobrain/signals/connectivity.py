"""How the signals of different regions go together, over a recording and over its windows."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive
from surrobrain.signals.windows import valid_samples, window_starts

__all__ = ["functional_connectivity", "functional_connectivity_dynamics", "upper_triangle"]

_LONGEST_WINDOW = 60.0
_SHORTEST = 8
_FEWEST_WINDOWS = 3
_CHUNK = 16


def functional_connectivity(
    values: Float[np.ndarray, "times regions"],
) -> Float[np.ndarray, "regions regions"]:
    """Correlate the signals of every two regions over time.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; rows that are not finite are left out.

    Returns
    -------
    array, shape (n_regions, n_regions)
        Pearson correlations, always between regions and never between time points. A constant
        region has none: its row and column are NaN.

    Examples
    --------
    >>> one = np.random.default_rng(0).normal(size=100)
    >>> functional_connectivity(np.stack([one, -one], axis=1)).round(6)
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    good = values[valid_samples(values)].astype(np.float64)
    standard = _standardized(good)
    return np.clip(standard.T @ standard, -1.0, 1.0)


def functional_connectivity_dynamics(
    values: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    window: float | None = None,
    step: float | None = None,
) -> Float[np.ndarray, "windows windows"]:
    """Correlate the functional connectivity of every two windows.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals of at least 3 regions; a row that is not finite is missing, and no window
        crosses it.
    sfreq : float
        Samples per second (Hz).
    window : float, optional
        Window length in seconds; 60 s by default, or a sixth of the recording if that is less.
    step : float, optional
        Seconds from one window to the next; a sixth of the window by default.

    Returns
    -------
    array, shape (n_windows, n_windows)
        Pearson correlation of the upper triangles of the windows' functional connectivity.

    Raises
    ------
    ValueError
        Fewer than 3 regions, fewer than 8 samples per window, or fewer than 3 windows.

    Notes
    -----
    Windows that overlap resemble each other by construction, so two such matrices can only be
    compared if window and step are the same [1]_. Papers use 60 s by one sample, or 30 s by 5 s.

    References
    ----------
    .. [1] Hansen et al. (2015), Functional connectivity dynamics: modeling the switching
       behavior of the resting state.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(120, 4))
    >>> functional_connectivity_dynamics(values, sfreq=1.0, window=30.0, step=15.0).shape
    (7, 7)
    """
    n_times, n_regions = values.shape
    sfreq = positive(sfreq, "sfreq", unit="Hz")
    seconds = min(_LONGEST_WINDOW, n_times / sfreq / 6) if window is None else window
    length = round(positive(seconds, "window", unit="s") * sfreq)
    hop = max(1, round(positive(seconds / 6 if step is None else step, "step", unit="s") * sfreq))
    starts = window_starts(valid_samples(values), length=max(length, 1), step=hop)
    if n_regions < 3 or length < _SHORTEST or len(starts) < _FEWEST_WINDOWS:
        raise ValueError(
            f"functional connectivity dynamics need 3 regions and {_FEWEST_WINDOWS} windows of "
            f"{_SHORTEST} samples, but {n_regions} regions and {len(starts)} windows of {length} "
            f"samples arrived ({n_times / sfreq:g} s); use a longer recording or another window"
        )
    i, j = np.triu_indices(n_regions, k=1)
    patterns = np.empty((len(i), len(starts)))
    for first in range(0, len(starts), _CHUNK):
        rows = starts[first : first + _CHUNK, None] + np.arange(length)
        standard = _standardized(values[rows].astype(np.float64))  # (window, sample, region)
        matrices = standard.transpose(0, 2, 1) @ standard
        patterns[:, first : first + _CHUNK] = matrices[:, i, j].T
    standard = _standardized(patterns)
    return np.clip(standard.T @ standard, -1.0, 1.0)


def upper_triangle(matrix: Float[np.ndarray, "n n"]) -> Float[np.ndarray, "pairs"]:
    """Return the entries above the diagonal, row by row: every pair once."""
    return matrix[np.triu_indices(len(matrix), k=1)]


def _standardized(columns: np.ndarray) -> np.ndarray:
    """Give every column, along the last axis but one, mean 0 and length 1; a constant one NaN."""
    centered = columns - columns[..., :1, :]  # a constant is now exactly zero, without rounding
    centered -= centered.mean(axis=-2, keepdims=True)
    length = np.sqrt(np.square(centered).sum(axis=-2, keepdims=True))
    return centered / np.where(length > 0, length, np.nan)
