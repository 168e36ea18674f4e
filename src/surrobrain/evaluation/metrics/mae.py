"""Mean absolute error."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["mae"]


@metric(better="lower", protocol="forecast", perfect=0.0, unit="unit of the signal")
def mae(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Mean absolute error, in the unit of the signal.

    Less moved by single large errors than `rmse`; the gap between the two tells of outliers.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.

    Returns
    -------
    float
        Mean over regions of the mean over time of abs(real - simulated), 0 or more.

    Notes
    -----
    Blind to when and in which direction a forecast errs. The best constant forecast is the
    median, not the mean, so a skewed signal rewards another forecast than `rmse` does.

    Examples
    --------
    >>> mae(np.zeros((4, 2)), np.array([[1.0, -3.0]] * 4))
    2.0
    """
    return float(np.abs(real - simulated).mean())
