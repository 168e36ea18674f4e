"""How far a number may lie from what it estimates."""

import math

import numpy as np
from jaxtyping import Float

__all__ = ["jackknife_margin", "pooled_margin", "share_interval"]


def jackknife_margin(replicates: Float[np.ndarray, "replicates"]) -> float:
    """Return half the width of a 95 % interval from values with one block left out each.

    Parameters
    ----------
    replicates : array, shape (n_blocks,)
        The same quantity without the first block of the data, without the second, and so on.

    Returns
    -------
    float
        NaN when fewer than half of them are numbers.

    Notes
    -----
    t sqrt((b - 1) / b sum (x_k - mean)^2) for b blocks, with Student's t of b - 1 degrees of
    freedom [1]_. Blocks must outlast the memory of the signals. Unlike resampled halves or thirds
    every replicate uses nearly all data, so it hardly suffers from the bias of short recordings;
    where the quantity is not smooth the interval is too wide rather than too narrow [2]_.

    References
    ----------
    .. [1] Künsch (1989), The jackknife and the bootstrap for general stationary observations.
    .. [2] Efron and Stein (1981), The jackknife estimate of variance.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=10)  # the jackknife of a mean is classic
    >>> left_out = (values.sum() - values) / 9
    >>> bool(np.isclose(jackknife_margin(left_out), 2.262157 * values.std(ddof=1) / np.sqrt(10)))
    True
    """
    numbers = replicates[np.isfinite(replicates)]
    n_blocks = len(numbers)
    if n_blocks < max(2, len(replicates) / 2):
        return math.nan
    error = math.sqrt((n_blocks - 1) * float(numbers.var()))
    return _quantile(0.975, n_blocks - 1) * error


def pooled_margin(first: Float[np.ndarray, "m"], second: Float[np.ndarray, "n"]) -> float:
    """Return what the difference of two means exceeds with probability 5 % when the laws are one.

    Parameters
    ----------
    first, second : array, shape (m,) and (n,)
        Independent draws; one of a single draw is enough on one side.

    Returns
    -------
    float
        NaN when both sides have a single draw, or a draw is not a number.

    Notes
    -----
    Student's one-sided two-sample test: t s sqrt(1 / m + 1 / n), with s the pooled standard
    deviation and m + n - 2 degrees of freedom.

    Examples
    --------
    >>> round(pooled_margin(np.array([0.0, 1.0, 2.0]), np.array([5.0])), 3)
    3.372
    """
    freedom = len(first) + len(second) - 2
    if freedom < 1 or not len(first) or not len(second):
        return math.nan
    squares = sum(float(np.square(draws - draws.mean()).sum()) for draws in (first, second))
    return _quantile(0.95, freedom) * math.sqrt(
        squares / freedom * (1 / len(first) + 1 / len(second))
    )


def share_interval(n_found: int, n: int) -> tuple[float, float]:
    """Return the 95 % interval of a probability from how often something was found.

    Parameters
    ----------
    n_found, n : int
        How often, out of how many independent trials.

    Returns
    -------
    tuple of float
        Lower and upper end; never empty, even where it was found always or never.

    Notes
    -----
    The values p with ``|n_found / n - p| <= 1.96 sqrt(p (1 - p) / n)`` [1]_.

    References
    ----------
    .. [1] Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> [round(end, 3) for end in share_interval(20, 20)]
    [0.839, 1.0]
    """
    z = 1.959964
    share, shrink = n_found / n, 1 / (1 + z * z / n)
    center = (share + z * z / (2 * n)) * shrink
    margin = z * shrink * math.sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    return max(0.0, center - margin), min(1.0, center + margin)


def _quantile(probability: float, freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, probability))
