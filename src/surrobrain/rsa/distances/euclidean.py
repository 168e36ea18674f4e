"""Squared Euclidean distance per channel."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import from_gram

__all__ = ["euclidean"]


def euclidean(patterns: Float[np.ndarray, "conditions channels"]) -> Float[np.ndarray, "pairs"]:
    """Return |x_i - x_j|^2 / P for P channels.

    On patterns whitened by the noise this is the squared Mahalanobis distance.

    Parameters
    ----------
    patterns : array, shape (n_conditions, n_channels)
        One row per condition.

    Returns
    -------
    array, shape (n_pairs,)
        Mean squared difference over channels.

    Examples
    --------
    >>> euclidean(np.array([[0.0, 0.0], [3.0, 4.0]]))
    array([12.5])
    """
    centered = patterns - patterns.mean(axis=0)  # else large common means cost digits
    out = from_gram(centered @ centered.T, divisor=patterns.shape[1])
    return np.maximum(out, 0, out=out)
