"""Many tests at once: how many of the discoveries may be false."""

import numpy as np
from jaxtyping import Float

__all__ = ["false_discovery"]


def false_discovery(p: Float[np.ndarray, "tests"]) -> Float[np.ndarray, "tests"]:
    """Return the smallest false discovery rate at which each test is a discovery.

    Parameters
    ----------
    p : array, shape (n_tests,)
        p values; NaN for what was not tested, which stays NaN and is not counted.

    Returns
    -------
    array, shape (n_tests,)
        q values: tests with q below 0.05 hold at most 5 % false ones, on average.

    Notes
    -----
    Benjamini & Hochberg (1995), J R Stat Soc B 57:289: valid for independent and for positively
    dependent tests.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.02, 0.03, 0.5])).round(3)
    array([0.04, 0.04, 0.04, 0.5 ])
    """
    q = np.full(p.shape, np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    order = tested[np.argsort(p[tested])]
    raised = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(raised[::-1])[::-1], 1.0)
    return q
