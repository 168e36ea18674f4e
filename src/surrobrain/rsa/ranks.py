"""Ranks, ties sharing their mean."""

import numpy as np
from jaxtyping import Float

__all__ = ["average_ranks"]


def average_ranks(values: Float[np.ndarray, "n"]) -> Float[np.ndarray, "n"]:
    """Return ranks from 1 to n; equal values share the mean of theirs.

    Examples
    --------
    >>> average_ranks(np.array([0.3, 0.1, 0.3, 0.9]))
    array([2.5, 1. , 2.5, 4. ])
    """
    n = len(values)
    order = np.argsort(values)
    ordered = values[order]
    begins = np.append(True, ordered[1:] != ordered[:-1])
    ranks = np.empty(n)
    if begins.all():
        ranks[order] = np.arange(1, n + 1)
        return ranks
    starts = np.flatnonzero(begins)
    sizes = np.diff(np.append(starts, n))
    ranks[order] = np.repeat(starts + (sizes + 1) / 2, sizes)
    return ranks
