"""Who is near in state space without being near in time."""

import numpy as np
from jaxtyping import Float, Int

from surrobrain.signals.windows import valid_samples

__all__ = ["decorrelation_time", "nearest_neighbors"]


def decorrelation_time(values: Float[np.ndarray, "times dimensions"]) -> int:
    """Return the lag, in samples, at which every signal has lost its linear memory.

    Parameters
    ----------
    values : array, shape (n_times, n_dimensions)
        Signals; a row that is not finite is missing.

    Returns
    -------
    int
        First zero of the autocorrelation, that of the slowest signal; at least 1, and the length
        of the recording where there is none.

    Examples
    --------
    >>> wave = np.sin(2 * np.pi * np.arange(2000) / 40)[:, None]
    >>> decorrelation_time(wave)  # just after a quarter of the period
    11
    """
    gap = ~valid_samples(values)
    centered = np.where(gap[:, None], 0.0, values - values[~gap].mean(axis=0))
    n_times = len(values)
    waves = np.fft.rfft(centered, 2 * n_times, axis=0)
    memory = np.fft.irfft(np.abs(waves) ** 2, axis=0)[:n_times]
    below = memory <= 1e-9 * memory[0]  # rounding may leave a zero just above zero
    first = np.where(below.any(axis=0), below.argmax(axis=0), n_times)
    return max(1, int(first.max()))


def nearest_neighbors(
    states: Float[np.ndarray, "times dimensions"],
    rows: Int[np.ndarray, "some"],
    *,
    theiler: int,
    last: int,
) -> Int[np.ndarray, "some"]:
    """Return the nearest neighbor of some states, those close in time left out.

    Parameters
    ----------
    states : array, shape (n_times, n_dimensions)
        One state per sample; a row that is not finite is missing.
    rows : array of int, shape (n_some,)
        Samples whose neighbors are wanted; their states are finite.
    theiler : int
        Neighbors within so many samples do not count: they are near because little time has
        passed [1]_.
    last : int
        Only samples before this one are neighbors.

    Returns
    -------
    array of int, shape (n_some,)
        Samples of the neighbors, by Euclidean distance above zero; -1 where there is none.

    References
    ----------
    .. [1] Theiler (1986), Spurious dimension from correlation algorithms applied to limited
       time-series data. Phys Rev A 34:2427.

    Examples
    --------
    >>> line = np.array([[0.0], [0.1], [5.0], [0.3]])
    >>> nearest_neighbors(line, np.array([0]), theiler=1, last=4)
    array([3])
    """
    from scipy.spatial import KDTree

    known = np.flatnonzero(valid_samples(states[:last]))
    found = np.full(len(rows), -1)
    if not len(known):
        return found
    tree = KDTree(states[known])
    open_rows, n_asked = np.arange(len(rows)), min(4, len(known))
    while len(open_rows):
        asked = tree.query(states[rows[open_rows]], k=n_asked)
        distance, place = (np.reshape(part, (len(open_rows), n_asked)) for part in asked)
        candidates = known[place]
        apart = np.abs(candidates - rows[open_rows, None]) > theiler
        good = apart & (distance > 0)
        has = good.any(axis=1)
        found[open_rows[has]] = candidates[has, good[has].argmax(axis=1)]
        if n_asked == len(known):
            break
        open_rows, n_asked = open_rows[~has], min(4 * n_asked, len(known))
    return found
