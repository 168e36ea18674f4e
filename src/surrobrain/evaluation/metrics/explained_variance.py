"""Share of variance explained, a constant offset forgiven."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["explained_variance"]


@metric(better="higher", protocol="forecast", perfect=1.0)
def explained_variance(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Share of the variance over time that a forecast explains, whatever its offset.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.

    Returns
    -------
    float
        Mean over regions of 1 - var(real - simulated) / var(real), every region weighted alike;
        at most 1. NaN when a region is constant.

    Notes
    -----
    Blind to a bias: a forecast that is wrong by the same amount at every sample scores 1. It is
    never below `r2`, and the gap between the two is the bias.

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [2.0]])
    >>> explained_variance(real, real + 5.0), explained_variance(real, np.ones((3, 1)))
    (1.0, 0.0)
    """
    variance = np.where(np.ptp(real, axis=0) > 0, real.var(axis=0), np.nan)
    return float((1 - (real - simulated).var(axis=0) / variance).mean())
