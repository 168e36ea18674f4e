"""Two signals on one scale: the standard deviations of the recording."""

import numpy as np
from jaxtyping import Float

__all__ = ["standardized"]

Values = Float[np.ndarray, "times regions"]


def standardized(real: Values, simulated: Values) -> tuple[Values, Values] | None:
    """Return both signals in standard deviations of the recording, from its mean.

    Use it where regions together make a state space: distances then do not depend on units.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a run; rows that are not finite are missing on both sides.

    Returns
    -------
    (array, array) or None
        None when a region of either is constant, so that no distance means anything.

    Examples
    --------
    >>> pair = standardized(np.array([[0.0], [4.0]]), np.array([[2.0], [6.0]]))
    >>> pair[1].ravel() if pair else None
    array([0., 2.])
    """
    kept = np.isfinite(real).all(axis=1)
    if min(np.ptp(values[kept], axis=0).min() for values in (real, simulated)) == 0:
        return None
    center, scale = real[kept].mean(axis=0), real[kept].std(axis=0)
    return (real - center) / scale, (simulated - center) / scale
