"""Share of variance explained."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["r2"]


@metric(better="higher", protocol="forecast", perfect=1.0)
def r2(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Coefficient of determination: share of the variance over time that a forecast explains.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.

    Returns
    -------
    float
        Mean over regions of 1 - sum (real - simulated)^2 / sum (real - mean of real)^2, every
        region weighted alike. Negative when the mean would be the better forecast. NaN when a
        region is constant.

    Notes
    -----
    Blind to when a forecast errs: one step ahead on a slow signal, holding the last sample explains
    nearly all. Some papers weight regions by their variance, which gives another number. A constant
    offset counts as an error, unlike in `explained_variance`.

    Examples
    --------
    >>> real = np.array([[0.0], [1.0], [2.0]])
    >>> r2(real, np.ones((3, 1))), r2(real, real)
    (0.0, 1.0)
    """
    varies = np.ptp(real, axis=0) > 0
    total = np.where(varies, np.square(real - real.mean(axis=0)).sum(axis=0), np.nan)
    residual = np.square(real - simulated).sum(axis=0)
    return float((1 - residual / total).mean())
