"""Dissimilarities of pairs that share a condition err together; in these units they do not."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import n_conditions_of, square

__all__ = ["decorrelated", "decorrelator"]


def decorrelated(row: Float[np.ndarray, "pairs"]) -> Float[np.ndarray, "pairs"]:
    """Return an RDM times V^(-1/2), for independent and equal noise of all conditions.

    Parameters
    ----------
    row : array, shape (n_pairs,)
        One RDM.

    Returns
    -------
    array, shape (n_pairs,)

    Notes
    -----
    V_ab = ((C C')_ab)^2 with C the differences of pairs [1]_: 4 on the diagonal, 1 where two pairs
    share a condition. Its eigenvectors are the mean (2 n), what conditions add to all of their
    pairs (n), and the rest (2), so that no matrix of pairs by pairs is needed.

    References
    ----------
    .. [1] Diedrichsen et al. (2021), Comparing representational geometries using whitened unbiased
       distance-matrix similarity. Neurons, Behavior, Data Analysis, and Theory 5(3).

    Examples
    --------
    >>> decorrelated(np.ones(6)) * np.sqrt(8)
    array([1., 1., 1., 1., 1., 1.])
    """
    n = n_conditions_of(len(row))
    mean = row.mean()
    if n < 3:
        return row / 2
    matrix = square(row)
    added = (matrix.sum(axis=1) - (n - 1) * mean) / (n - 2)
    effect = np.empty_like(row)
    start = 0
    for i in range(n - 1):
        stop = start + n - 1 - i
        effect[start:stop] = added[i] + added[i + 1 :]
        start = stop
    rest = row - mean - effect
    return mean / np.sqrt(2 * n) + effect / np.sqrt(n) + rest / np.sqrt(2)


def decorrelator(
    covariance: Float[np.ndarray, "n n"] | None,
) -> Callable[[Float[np.ndarray, "pairs"]], Float[np.ndarray, "pairs"]]:
    """Return the function that decorrelates RDMs, given how the noise of conditions covaries.

    Parameters
    ----------
    covariance : array, shape (n_conditions, n_conditions), optional
        Of the noise of patterns, between conditions. By default conditions are independent and
        alike, which costs nothing; otherwise a matrix of pairs by pairs is factorized.

    Returns
    -------
    function
        RDM of shape (n_pairs,) -> the same shape.
    """
    if covariance is None:
        return decorrelated
    from scipy.linalg import cholesky, solve_triangular

    first, second = np.triu_indices(len(covariance), 1)
    differences = covariance[first] - covariance[second]  # (pair, condition)
    factor = cholesky((differences[:, first] - differences[:, second]) ** 2, lower=True)
    return lambda row: solve_triangular(factor, row, lower=True)
