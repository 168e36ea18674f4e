"""How long a signal remembers: the exponent of its detrended fluctuations."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.signals.windows import valid_samples, window_starts

__all__ = ["detrended_fluctuation"]

_SIZES = 16
_FEWEST = 4


def detrended_fluctuation(
    values: Float[np.ndarray, "times regions"], *, shortest: int = 8, longest: int | None = None
) -> Float[np.ndarray, "regions"]:
    """Return the scaling exponent of detrended fluctuation analysis (DFA) of every signal.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and no window crosses it.
    shortest, longest : int
        Window sizes in samples, 16 of them on a logarithmic scale; the longest by default a tenth
        of the recording.

    Returns
    -------
    array, shape (n_regions,)
        0.5 for white noise, 1 for pink, 1.5 for Brownian motion; NaN where the signal is constant.

    Raises
    ------
    NotEnough
        Fewer than 4 windows of the longest size, or longest is not above twice the shortest.

    Notes
    -----
    Inside each window the running sum of the signal is taken, less a straight line; the root mean
    square of what remains, over all windows of s samples, grows as s^alpha [1]_. A running sum
    begun anew in each window differs from one over the recording by a straight line only.

    Blind to what memory is made of: oscillations bend the curve, and a slope through a bend is no
    exponent. Values of other window sizes are not comparable.

    References
    ----------
    .. [1] Peng, Havlin, Stanley and Goldberger (1995), Quantification of scaling exponents and
       crossover phenomena in nonstationary heartbeat time series. Chaos 5:82.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=20000)
    >>> detrended_fluctuation(np.stack([noise, noise.cumsum()], axis=1)).round(1)
    array([0.5, 1.5])
    """
    whole(shortest, "shortest", low=4)
    valid = valid_samples(values)
    largest = len(values) // 10 if longest is None else whole(longest, "longest")
    starts = window_starts(valid, length=max(largest, 1), step=max(largest, 1))
    if len(starts) < _FEWEST or largest < 2 * shortest:
        raise NotEnough(
            f"fluctuations need {_FEWEST} windows of {max(largest, 2 * shortest)} samples without "
            f"a gap, at least twice {shortest}, but {int(valid.sum())} samples arrived; use a "
            "longer recording or other windows"
        )
    sizes = np.unique(np.geomspace(shortest, largest, _SIZES).round().astype(int))
    logs = np.log(np.stack([_fluctuation(values, valid, int(size)) for size in sizes]))
    across = np.log(sizes) - np.log(sizes).mean()
    return (across @ logs) / (across @ across)


def _fluctuation(values: np.ndarray, valid: np.ndarray, size: int) -> Float[np.ndarray, "regions"]:
    rows = window_starts(valid, length=size, step=size)[:, None] + np.arange(size)
    pieces = values[rows].astype(np.float64)  # (window, sample, region)
    pieces -= pieces[:, :1]  # a constant is now exactly zero, without rounding
    profile = pieces.cumsum(axis=1)
    profile -= profile.mean(axis=1, keepdims=True)
    ramp = np.arange(size) - (size - 1) / 2
    slope = np.einsum("s,wsr->wr", ramp, profile) / (ramp @ ramp)
    rest = profile - ramp[:, None] * slope[:, None]
    square = np.square(rest).mean(axis=(0, 1))
    return np.sqrt(np.where(square > 0, square, np.nan))
