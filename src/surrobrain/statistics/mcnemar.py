"""Whether two readers of the same cases differ: McNemar's exact test."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

__all__ = ["McNemar", "mcnemar"]


@dataclass(frozen=True)
class McNemar:
    """Cases on which two readers disagree, and how surprising their imbalance is.

    Parameters
    ----------
    only_first, only_second : int
        Cases that one got right and the other wrong.
    p : float
        Two-sided; 1 where they never disagree.
    """

    only_first: int
    only_second: int
    p: float


def mcnemar(first: Bool[np.ndarray, "cases"], second: Bool[np.ndarray, "paired"]) -> McNemar:
    """Return the exact paired test of two proportions.

    Parameters
    ----------
    first, second : array, shape (n_cases,)
        Whether each reader was right on each case.

    Returns
    -------
    McNemar

    Raises
    ------
    ValueError
        They did not read equally many cases.

    Notes
    -----
    Only discordant cases inform; under equality each falls to either side with probability 1/2
    [1]_. The exact binomial is used, never the chi-squared limit.

    References
    ----------
    .. [1] McNemar (1947), Note on the sampling error of the difference between correlated
       proportions or percentages.

    Examples
    --------
    >>> first = np.array([True] * 4 + [False] * 10)
    >>> mcnemar(first, ~first).only_second, round(mcnemar(first, ~first).p, 2)
    (10, 0.18)
    """
    from scipy.special import bdtr

    if len(first) != len(second):
        raise ValueError(
            f"a paired test needs the same cases twice, but {len(first)} and {len(second)} "
            "arrived; keep the shared ones"
        )
    one, two = int((first & ~second).sum()), int((second & ~first).sum())
    p = min(1.0, 2 * float(bdtr(min(one, two), one + two, 0.5))) if one + two else 1.0
    return McNemar(one, two, p)
