"""Every pair once, row by row: the order in which RDMs are kept."""

import numpy as np
from jaxtyping import Float, Int, Shaped

__all__ = ["condensed", "from_gram", "n_conditions_of", "pair_of", "positions", "square"]


def n_conditions_of(n_pairs: int) -> int:
    """Return how many conditions have that many pairs.

    Raises
    ------
    ValueError
        No number of conditions has.

    Examples
    --------
    >>> n_conditions_of(4186)
    92
    """
    n = round((1 + np.sqrt(1 + 8 * n_pairs)) / 2)
    if n < 2 or n * (n - 1) // 2 != n_pairs:
        raise ValueError(
            f"an RDM of n conditions has n (n - 1) / 2 pairs, but {n_pairs} numbers arrived; "
            "give the upper triangle without the diagonal"
        )
    return n


def condensed(matrix: Shaped[np.ndarray, "*more n n"]) -> Shaped[np.ndarray, "*more pairs"]:
    """Return the entries above the diagonal, as `scipy.spatial.distance.pdist` orders them.

    Examples
    --------
    >>> condensed(np.arange(9).reshape(3, 3))
    array([1, 2, 5])
    """
    n = matrix.shape[-1]
    out = np.empty((*matrix.shape[:-2], n * (n - 1) // 2), matrix.dtype)
    start = 0
    for i in range(n - 1):  # whole rows are copied many times faster than single entries
        stop = start + n - 1 - i
        out[..., start:stop] = matrix[..., i, i + 1 :]
        start = stop
    return out


def square(values: Shaped[np.ndarray, "*more pairs"]) -> Shaped[np.ndarray, "*more n n"]:
    """Return the symmetric matrix with a zero diagonal.

    Examples
    --------
    >>> square(np.array([1.0, 2.0, 5.0]))[1]
    array([1., 0., 5.])
    """
    n = n_conditions_of(values.shape[-1])
    out = np.zeros((*values.shape[:-1], n, n), values.dtype)
    start = 0
    for i in range(n - 1):
        stop = start + n - 1 - i
        out[..., i, i + 1 :] = out[..., i + 1 :, i] = values[..., start:stop]
        start = stop
    return out


def positions(
    order: Int[np.ndarray, "chosen"], *, n_conditions: int
) -> Int[np.ndarray, "chosen_pairs"]:
    """Return where the pairs of chosen conditions, in the order given, lie in a condensed RDM.

    Pairs of a condition with itself have no place there and are given as -1.

    Examples
    --------
    >>> positions(np.array([2, 0, 0]), n_conditions=3)
    array([ 1,  1, -1])
    """
    first, second = np.triu_indices(len(order), 1)
    low = np.minimum(order[first], order[second])
    high = np.maximum(order[first], order[second])
    where = low * n_conditions - low * (low + 1) // 2 + high - low - 1
    return np.where(low == high, -1, where)


def pair_of(position: int, *, n_conditions: int) -> tuple[int, int]:
    """Return which two conditions stand at a position of a condensed RDM.

    Examples
    --------
    >>> pair_of(2, n_conditions=3)
    (1, 2)
    """
    i = 0
    while position >= n_conditions - 1 - i:
        position -= n_conditions - 1 - i
        i += 1
    return i, i + 1 + position


def from_gram(gram: Float[np.ndarray, "n n"], *, divisor: int = 1) -> Float[np.ndarray, "pairs"]:
    """Return g_ii + g_jj - 2 g_ij over the divisor, for every pair.

    Examples
    --------
    >>> from_gram(np.array([[4.0, 1.0], [1.0, 9.0]]))
    array([11.])
    """
    n = len(gram)
    diagonal = np.diagonal(gram)
    out = np.empty(n * (n - 1) // 2, gram.dtype)
    start = 0
    for i in range(n - 1):
        stop = start + n - 1 - i
        np.multiply(gram[i, i + 1 :], -2.0, out=out[start:stop])
        out[start:stop] += diagonal[i + 1 :] + diagonal[i]
        start = stop
    out /= divisor
    return out
