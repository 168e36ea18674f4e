"""Root mean squared error."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["rmse"]


@metric(better="lower", protocol="forecast", perfect=0.0, unit="unit of the signal")
def rmse(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Root mean squared error, in the unit of the signal.

    Use it when all regions have one unit that means something; otherwise `nrmse`.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample.

    Returns
    -------
    float
        Mean over regions of sqrt(mean over time of (real - simulated)^2). The root is taken for
        each region, before the mean.

    Notes
    -----
    Blind to when and in which direction a forecast errs. One step ahead on a slow signal, holding
    the last sample scores low: read it beside persistence.

    Examples
    --------
    >>> rmse(np.zeros((4, 2)), np.array([[1.0, 3.0]] * 4))
    2.0
    """
    return float(np.sqrt(np.square(real - simulated).mean(axis=0)).mean())
