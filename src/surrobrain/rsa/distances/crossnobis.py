"""Cross-validated squared Mahalanobis distance."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import from_gram

__all__ = ["crossnobis"]


_LARGE = 2**22  # numbers, from which on the noise is multiplied in single precision


def crossnobis(
    patterns: Float[np.ndarray, "folds conditions channels"],
    whitening: Float[np.ndarray, "channels channels"] | None = None,
) -> Float[np.ndarray, "pairs"]:
    """Return the distance whose noise averages out: zero is zero, and estimates may be negative.

    Parameters
    ----------
    patterns : array, shape (n_folds, n_conditions, n_channels)
        Independent measurements of every condition.
    whitening : array, shape (n_channels, n_channels), optional
        What patterns are multiplied by, so that their noise has unit covariance.

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
    With T the sum over S folds and R_m the S - 1 orthonormal contrasts between folds, all pairs of
    folds and of conditions [1]_ are in one matrix, G = T T' / S^2 - sum_m R_m R_m' / (S (S - 1)),
    by which d_ij = (G_ii + G_jj - 2 G_ij) / P. R holds noise alone. In large data its product is
    therefore taken in single precision, which changes a distance by less than 1e-6 of the variance
    of the noise, thousands of times less than its standard error.

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
    kept = np.float32 if patterns.size >= _LARGE else patterns.dtype
    means = patterns.mean(axis=1)
    total = patterns.sum(axis=0) - means.sum(axis=0)
    apart = np.empty((n_conditions, n_folds, n_channels), kept)  # so that folds join channels
    common = total / n_folds
    for k, fold in enumerate(patterns):
        np.subtract(fold, common + means[k], out=apart[:, k], casting="same_kind")
    size = float(max(apart.max(), -apart.min())) or 1.0  # squares of tesla would leave float32
    flat = ((_contrasts(n_folds) / size).astype(kept) @ apart).reshape(-1, n_channels)
    if whitening is not None:
        total = _whitened(total, whitening)
        flat, size = _whitened(flat, size * whitening), 1.0
    flat = flat.reshape(n_conditions, -1)
    distances = from_gram(total @ total.T, divisor=n_channels * n_folds**2)
    spread = from_gram(flat @ flat.T, divisor=n_channels * n_folds * (n_folds - 1))
    distances -= spread * distances.dtype.type(size**2)
    return distances


def _contrasts(n_folds: int) -> Float[np.ndarray, "contrasts folds"]:
    """Return orthonormal differences between folds, which know nothing of their mean."""
    first = np.ones((n_folds, 1))
    basis, _ = np.linalg.qr(np.hstack([first, np.eye(n_folds)[:, 1:]]))
    return basis[:, 1:].T


def _whitened(
    patterns: Float[np.ndarray, "patterns channels"],
    whitening: Float[np.ndarray, "channels channels"],
) -> Float[np.ndarray, "patterns channels"]:
    """Return the product; of a lower triangle in the place of the patterns, at half the cost."""
    from scipy.linalg import get_blas_funcs

    whitening = whitening.astype(patterns.dtype)
    if np.triu(whitening, 1).any():
        return patterns @ whitening
    (multiply,) = get_blas_funcs(("trmm",), (patterns,))
    return multiply(1.0, whitening.T, patterns.T, overwrite_b=True).T
