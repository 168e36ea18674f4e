"""Root mean squared error in standard deviations."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["nrmse"]


@metric(better="lower", protocol="forecast", perfect=0.0, unit="sd of the recording")
def nrmse(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Root mean squared error in standard deviations of the recording.

    Always forecasting the mean scores 1; slow signals score far below 1 by persistence alone.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.

    Returns
    -------
    float
        Mean over regions of RMSE / sd, the sd of the real signal with divisor n. NaN when a
        region is constant.

    Notes
    -----
    Blind to when and in which direction a forecast errs, and to a region's weight in the signal.
    Other papers divide by the range or the mean, and the quantity called RMSE in figure 4 of the
    review [1]_ is this one.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.array([[0.0], [2.0]])
    >>> nrmse(real, np.ones((2, 1)))
    1.0
    """
    deviation = np.where(np.ptp(real, axis=0) > 0, real.std(axis=0), np.nan)
    error = np.sqrt(np.square(real - simulated).mean(axis=0))
    return float((error / deviation).mean())
