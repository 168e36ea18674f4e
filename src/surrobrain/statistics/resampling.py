"""What chance could have done: resampled recordings, and surrogates of them."""

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import whole
from surrobrain.seeds import Seed, generator

__all__ = ["block_length", "block_rows", "phase_randomized"]


def block_length(values: Float[np.ndarray, "times regions"]) -> int:
    """Return how many samples a block must hold for its neighbors to be nearly independent.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Finite signals.

    Returns
    -------
    int
        Twice the lag at which the autocorrelation, averaged over regions, first falls below
        1 / e; at least the cube root of ``n_times`` and at most a fifth of it.

    Examples
    --------
    >>> block_length(np.random.default_rng(0).normal(size=(1000, 3)))
    10
    """
    n_times = len(values)
    centered = values - values.mean(axis=0)
    power = np.abs(np.fft.rfft(centered, n=2 * n_times, axis=0)) ** 2
    products = np.fft.irfft(power, axis=0)[:n_times]
    varying = products[0] > 0
    mean = (products[:, varying] / products[0, varying]).mean(axis=1) if varying.any() else []
    fallen = np.flatnonzero(np.asarray(mean) < np.exp(-1))
    lag = int(fallen[0]) if len(fallen) else n_times
    return max(1, min(max(2 * lag, round(n_times ** (1 / 3))), n_times // 5))


def block_rows(n_times: int, *, length: int, seed: Seed) -> Int[np.ndarray, "times"]:
    """Draw the rows of a moving-block bootstrap: whole stretches of time, with replacement.

    Parameters
    ----------
    n_times : int
        Number of rows to draw from, and to return.
    length : int
        Samples per block; the last block may be cut.
    seed : int or Generator
        Decides the draw.

    Notes
    -----
    Drawing single samples would treat neighbors in time as independent and give intervals that
    are too narrow [1]_.

    References
    ----------
    .. [1] Künsch (1989), The jackknife and the bootstrap for general stationary observations.

    Examples
    --------
    >>> rows = block_rows(10, length=5, seed=0)
    >>> bool((np.diff(rows[:5]) == 1).all() and (np.diff(rows[5:]) == 1).all())
    True
    """
    length = min(whole(length, "length", low=1), whole(n_times, "n_times", low=1))
    n_blocks = -(-n_times // length)
    starts = generator(seed).integers(n_times - length + 1, size=n_blocks)
    return (starts[:, None] + np.arange(length)).ravel()[:n_times]


def phase_randomized(
    values: Float[np.ndarray, "times regions"], *, keep_correlations: bool, seed: Seed
) -> Float[np.ndarray, "times regions"]:
    """Return signals with the same power spectra and no other structure in time.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Finite signals.
    keep_correlations : bool
        Shift all regions by the same random phase at each frequency, which keeps functional
        connectivity and every other cross-correlation; or each by its own, which destroys them.
    seed : int or Generator
        Decides the phases.

    Returns
    -------
    array, shape (n_times, n_regions)
        Mean, variance and periodogram of every region are exactly those of ``values``; the
        distribution becomes normal. The signals are periodic: the end joins the beginning.

    Notes
    -----
    X'(f) = X(f) exp(i phi(f)) with phi uniform, kept at zero for the mean and, in an even number
    of samples, for the highest frequency [1]_.

    References
    ----------
    .. [1] Prichard and Theiler (1994), Generating surrogate data for time series with several
       simultaneously measured variables.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(64, 2))
    >>> null = phase_randomized(values, keep_correlations=True, seed=1)
    >>> bool(np.allclose(np.corrcoef(null.T), np.corrcoef(values.T)))
    True
    """
    n_times, n_regions = values.shape
    waves = np.fft.rfft(values.astype(np.float64), axis=0)
    columns = 1 if keep_correlations else n_regions
    phases = generator(seed).uniform(0, 2 * np.pi, size=(len(waves), columns))
    phases[0] = 0
    if n_times % 2 == 0:
        phases[-1] = 0
    return np.fft.irfft(waves * np.exp(1j * phases), n=n_times, axis=0)
