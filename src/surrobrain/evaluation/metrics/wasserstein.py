"""Wasserstein distance of the values a region takes."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric

__all__ = ["wasserstein"]


@metric(
    better="lower",
    protocol="free_run",
    perfect=0.0,
    unit="sd of the recording",
    blind="time, and correlations between regions",
)
def wasserstein(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Wasserstein-1 distance of the distribution of values, in standard deviations.

    How far, on average, values would have to be moved to turn one distribution into the other.
    Unlike `kl` it needs no bins and stays finite and proportionate for a run of another range.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.

    Returns
    -------
    float
        Mean over regions of W1 / sd, the sd of the real signal with divisor n. NaN when a region
        of the recording is constant.

    Notes
    -----
    For equally many samples W1 is exactly the mean distance of the sorted values. It is above
    zero for two recordings of the same law, more so when they vary slowly: read it beside its
    floor. Blind to time and to correlations between regions.

    Examples
    --------
    >>> real = np.array([[-1.0], [1.0]])
    >>> wasserstein(real, real + 0.5)
    0.5
    """
    deviation = np.where(np.ptp(real, axis=0) > 0, real.std(axis=0), np.nan)
    moved = np.abs(np.sort(real, axis=0) - np.sort(simulated, axis=0)).mean(axis=0)
    return float((moved / deviation).mean())
