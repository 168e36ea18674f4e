"""What chance could have done: resampled recordings, and surrogates of them."""

import numpy as np
from jaxtyping import Float

from surrobrain.seeds import Seed, generator

__all__ = ["leave_out_blocks", "phase_randomized"]


def leave_out_blocks(
    values: Float[np.ndarray, "times regions"], *, n_blocks: int = 8
) -> list[Float[np.ndarray, "times regions"]]:
    """Return a recording several times, each time with another stretch of it missing.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals.
    n_blocks : int
        Stretches of equal length, one after the other; at most one per sample.

    Returns
    -------
    list of array, shape (n_times, n_regions)
        The rows of the stretch that is left out are NaN.

    Examples
    --------
    >>> [v[:, 0] for v in leave_out_blocks(np.array([[1.0], [2.0], [3.0]]), n_blocks=2)]
    [array([nan, nan,  3.]), array([ 1.,  2., nan])]
    """
    blocks = np.array_split(np.arange(len(values)), min(n_blocks, len(values)))
    inside = np.arange(len(values))[:, None]
    return [np.where((inside >= rows[0]) & (inside <= rows[-1]), np.nan, values) for rows in blocks]


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
