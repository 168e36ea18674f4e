"""One minus the cosine of the angle between two patterns."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import condensed

__all__ = ["cosine"]


def cosine(patterns: Float[np.ndarray, "conditions channels"]) -> Float[np.ndarray, "pairs"]:
    """Return 1 - cosine, which knows not the size of a pattern but where zero is.

    Parameters
    ----------
    patterns : array, shape (n_conditions, n_channels)
        One row per condition.

    Returns
    -------
    array, shape (n_pairs,)
        From 0 to 2; NaN for pairs with a pattern that is zero everywhere.

    Examples
    --------
    >>> cosine(np.array([[0.0, 1.0], [0.0, 3.0], [2.0, 0.0]]))
    array([0., 1., 1.])
    """
    length = np.linalg.norm(patterns, axis=1, keepdims=True)
    directions = patterns / np.where(length > 0, length, np.nan)
    out = condensed(directions @ directions.T)
    np.subtract(1, out, out=out)
    return np.clip(out, 0, 2, out=out)
