"""Cross-validated squared Mahalanobis distance."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import from_gram

__all__ = ["crossnobis"]


def crossnobis(
    patterns: Float[np.ndarray, "folds conditions channels"],
) -> Float[np.ndarray, "pairs"]:
    """Return the distance whose noise averages out: zero is zero, and estimates may be negative.

    Parameters
    ----------
    patterns : array, shape (n_folds, n_conditions, n_channels)
        Independent measurements of every condition, whitened by the noise.

    Returns
    -------
    array, shape (n_pairs,)
        Mean over ordered pairs of different folds of (x_i - x_j)_m . (x_i - x_j)_l / P.

    Raises
    ------
    ValueError
        There is a single fold.

    Notes
    -----
    With T the sum over S folds, the matrix G = (T T' - sum_m X_m X_m') / (S (S - 1)) gives all
    pairs of folds and conditions at once: d_ij = (G_ii + G_jj - 2 G_ij) / P [1]_.

    References
    ----------
    .. [1] Walther et al. (2016), Reliability of dissimilarity measures for multi-voxel pattern
       analysis. NeuroImage 137:188.

    Examples
    --------
    >>> crossnobis(np.array([[[1.0], [0.0]], [[3.0], [0.0]]]))
    array([3.])
    """
    n_folds, n_conditions, n_channels = patterns.shape
    if n_folds < 2:
        raise ValueError(f"cross-validation needs at least 2 folds, but {n_folds} arrived")
    centered = patterns - patterns.mean(axis=1, keepdims=True)
    total = centered.sum(axis=0)
    within = np.ascontiguousarray(centered.transpose(1, 0, 2)).reshape(n_conditions, -1)
    gram = total @ total.T
    gram -= within @ within.T  # (condition, fold and channel): the sum over folds in one product
    return from_gram(gram, divisor=n_channels * n_folds * (n_folds - 1))
