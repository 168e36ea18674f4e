"""Similarity of the course over time, region by region."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.evaluation.metric import metric
from surrobrain.signals.lags import lagged_correlation

__all__ = ["temporal_similarity"]


@metric(better="higher", protocol="forecast", perfect=1.0)
def temporal_similarity(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    max_lag: float = 0.0,
) -> float:
    """Similarity of the course over time, region by region.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.
    sfreq : float
        Samples per second (Hz).
    max_lag : float
        Seconds by which a forecast may come early or late without losing; 0 by default. A gain by
        a lag of one sample is the mark of a forecast that repeats the last one;
        `lagged_correlation` returns all lags.

    Returns
    -------
    float
        Mean over regions of the Pearson correlation over time, of the best lag if several are
        allowed, -1 to 1. A constant forecast follows nothing: it counts as 0. NaN when a region
        of the recording is constant.

    Raises
    ------
    NotEnough
        Fewer than 8 samples are left to compare.

    Notes
    -----
    Blind to offset and size: unlike `r2` it forgives a forecast of a tenth of the amplitude. Slow
    signals score high by persistence alone. The best of several lags is above zero by chance.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(temporal_similarity(real, 2.0 * real + 1.0, sfreq=1.0), 6)
    1.0
    """
    lag = round(number(max_lag, "max_lag", low=0.0) * sfreq)
    found = lagged_correlation(real, simulated, max_lag=lag)
    good = np.isfinite(real).all(axis=1)
    varies = np.ptp(real[good], axis=0) > 0
    follows = np.where(varies & (np.ptp(simulated[good], axis=0) == 0), 0.0, found)
    return float(follows.max(axis=0).mean())
