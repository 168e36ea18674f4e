"""How well a linear discriminant tells two conditions apart, for all pairs at once."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import condensed

__all__ = ["discriminant"]

_ROWS = 128


def discriminant(
    patterns: Float[np.ndarray, "folds conditions channels"],
) -> Float[np.ndarray, "pairs"]:
    """Return the accuracy with which each pair of conditions is told apart in a fold left out.

    Parameters
    ----------
    patterns : array, shape (n_folds, n_conditions, n_channels)
        Independent measurements of every condition (trials or averages of trials), whitened by
        the noise, which the discriminants of all pairs share.

    Returns
    -------
    array, shape (n_pairs,)
        From 0 to 1; 0.5 is chance. A tie counts half.

    Raises
    ------
    ValueError
        There is a single fold.

    Notes
    -----
    With one covariance, whitened away, the score of a test pattern x for condition j is
    x . mu_j - |mu_j|^2 / 2, with mu the means over the other folds. A pair needs no fit of its
    own: x of condition i is right against j when its own score is above that for j.

    Examples
    --------
    >>> clear = np.array([[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]])
    >>> discriminant(np.stack([clear, clear + 0.1]))
    array([1., 1., 1.])
    """
    n_folds, n_conditions, _ = patterns.shape
    if n_folds < 2:
        raise ValueError(f"cross-validation needs at least 2 folds, but {n_folds} arrived")
    centered = patterns - patterns.mean(axis=(0, 1))
    total = centered.sum(axis=0)
    kept = np.uint8 if 4 * n_folds < 256 else np.uint32
    wins = np.zeros((n_conditions, n_conditions), kept)  # twice the number, for ties
    for fold in centered:
        means = (total - fold) / (n_folds - 1)
        offset = np.einsum("ij,ij->i", means, means) / 2
        for start in range(0, n_conditions, _ROWS):  # in pieces that stay in the cache
            rows = slice(start, start + _ROWS)
            scores = fold[rows] @ means.T
            scores -= offset
            mine = np.diagonal(scores[:, rows])[:, None].copy()
            wins[rows] += scores < mine
            wins[rows] += scores <= mine
    return condensed(wins + wins.T) / patterns.dtype.type(4 * n_folds)
