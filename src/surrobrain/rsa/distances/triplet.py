"""How rarely two things are kept together when a third is the odd one out."""

import numpy as np
from jaxtyping import Float

from surrobrain.rsa.condensed import condensed

__all__ = ["triplet"]


def triplet(patterns: Float[np.ndarray, "conditions channels"]) -> Float[np.ndarray, "pairs"]:
    """Return one minus the chance that two things are the most alike of three.

    Parameters
    ----------
    patterns : array, shape (n_conditions, n_dimensions)
        Embedding in the units in which choices were modeled: similarity is the dot product.

    Returns
    -------
    array, shape (n_pairs,)
        From 0 to 1. Needs time in proportion to the cube of the number of conditions.

    Raises
    ------
    ValueError
        There are fewer than three conditions.

    Notes
    -----
    1 - mean over the others k of exp(s_ij) / (exp(s_ij) + exp(s_ik) + exp(s_jk)) [1]_.

    References
    ----------
    .. [1] Hebart et al. (2020), Revealing the multidimensional mental representations of natural
       objects underlying human similarity judgements. Nature Human Behaviour 4:1173.

    Examples
    --------
    >>> triplet(np.zeros((3, 2))).round(3)
    array([0.667, 0.667, 0.667])
    """
    n = len(patterns)
    if n < 3:
        raise ValueError(f"an odd one out needs at least 3 conditions, but {n} arrived")
    similarity = patterns.astype(np.float64) @ patterns.astype(np.float64).T
    kept = np.empty((n, n))
    for i, own in enumerate(similarity):
        # (j, k): both rivals relative to the pair itself, so that nothing overflows upwards only
        with np.errstate(over="ignore"):
            rivals = np.exp(own[None] - own[:, None]) + np.exp(similarity - own[:, None])
        chance = 1 / (1 + rivals)
        others = chance.sum(axis=1) - chance[:, i] - np.diagonal(chance)
        kept[i] = others / (n - 2)
    return 1 - condensed(kept).astype(patterns.dtype)
