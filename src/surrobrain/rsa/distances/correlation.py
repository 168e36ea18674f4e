"""One minus the correlation of two patterns."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import condensed

__all__ = ["correlation"]


def correlation(patterns: Float[np.ndarray, "conditions channels"]) -> Float[np.ndarray, "pairs"]:
    """Return 1 - r, which knows neither the mean nor the size of a pattern.

    Parameters
    ----------
    patterns : array, shape (n_conditions, n_channels)
        One row per condition.

    Returns
    -------
    array, shape (n_pairs,)
        From 0 to 2; NaN for pairs with a pattern that is the same in every channel.

    Examples
    --------
    >>> correlation(np.array([[0.0, 1.0], [2.0, 3.0], [5.0, 4.0]])).round(6)
    array([0., 2., 2.])
    """
    centered = patterns - patterns.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centered, axis=1, keepdims=True)
    scale = np.abs(patterns).max(axis=1, keepdims=True) * np.sqrt(patterns.shape[1])
    centered /= np.where(length > 4 * np.finfo(patterns.dtype).eps * scale, length, np.nan)
    out = condensed(centered @ centered.T)
    np.subtract(1, out, out=out)
    return np.clip(out, 0, 2, out=out)
