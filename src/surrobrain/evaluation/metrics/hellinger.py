"""Hellinger distance of the values a region takes."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.statistics.histograms import matched_histograms

__all__ = ["hellinger"]


@metric(better="lower", protocol="free_run", perfect=0.0)
def hellinger(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Hellinger distance of the distribution of values.

    A true distance between 0 and 1 that needs no smoothing: the robust number beside `kl`.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.

    Returns
    -------
    float
        Mean over regions of sqrt(sum (sqrt p - sqrt q)^2 / 2): 0 for equal distributions, 1 for
        runs that share no value with the recording. NaN when a region of it is constant.

    Notes
    -----
    p and q are `matched_histograms` [1]_. Two recordings of one law score about
    sqrt((number of bins) / (4 n)) above zero, more when values change slowly.

    Blind to time, to correlations between regions, and to how far away values are that never
    occur: `wasserstein` sees that.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(1000, 1))
    >>> hellinger(real, real + 100.0)
    1.0
    """
    p, q = matched_histograms(real, simulated)
    return float(np.sqrt(np.square(np.sqrt(p) - np.sqrt(q)).sum(axis=0) / 2).mean())
