"""How reliable item means are that come from few trials each: split halves, Spearman-Brown."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.seeds import Seed, generator
from surrobrain.statistics.agreement import correlation

__all__ = ["SplitHalf", "spearman_brown", "split_half"]


@dataclass(frozen=True)
class SplitHalf:
    """Reliability of item means, and the ceiling it puts on correlations with them.

    Parameters
    ----------
    half : float
        Mean correlation of the item means of random halves of the trials.
    low, high : float
        Middle 95 % of it over splits: the spread of splitting, not of other trials.
    n_items : int
        With at least two trials; others cannot be split.
    """

    half: float
    low: float
    high: float
    n_items: int

    @property
    def whole(self) -> float:
        """Reliability of the means of all trials, by the formula of Spearman and Brown."""
        return spearman_brown(self.half)

    @property
    def ceiling(self) -> float:
        """Largest correlation a noiseless predictor can reach; NaN at a reliability below 0."""
        return math.sqrt(self.whole) if self.whole >= 0 else math.nan


def spearman_brown(reliability: float, *, times: float = 2.0) -> float:
    """Return the reliability of ``times`` as many trials.

    Parameters
    ----------
    reliability : float
        As measured, above -1 / (times - 1).
    times : float
        How many times more trials.

    Returns
    -------
    float
        k r / (1 + (k - 1) r).

    Examples
    --------
    >>> round(spearman_brown(0.16), 2)
    0.28
    """
    return times * reliability / (1 + (times - 1) * reliability)


def split_half(
    outcomes: Float[np.ndarray, "trials"],
    items: Int[np.ndarray, "trials"],
    *,
    n_splits: int = 1000,
    seed: Seed = 0,
) -> SplitHalf:
    """Return the split-half reliability of item means.

    Parameters
    ----------
    outcomes : array, shape (n_trials,)
        Such as 1 for right and 0 for wrong.
    items : array, shape (n_trials,)
        Number of the item of each trial.
    n_splits : int
        Random halvings of the trials of every item.
    seed : int or Generator
        Decides them.

    Returns
    -------
    SplitHalf

    Raises
    ------
    ValueError
        Fewer than three items have two trials.

    Notes
    -----
    Pearson's r, for which the formula of Spearman and Brown holds; of an odd number of trials the
    second half gets one more.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> items = np.repeat(np.arange(200), 10)
    >>> outcomes = rng.normal(size=200)[items] + rng.normal(size=2000)
    >>> round(split_half(outcomes, items, n_splits=50).whole, 1)  # true: 1 / (1 + 1 / 10)
    0.9
    """
    codes, counts = np.unique(items, return_inverse=True, return_counts=True)[1:]
    wanted = counts[codes] > 1
    kinds = np.unique(codes[wanted], return_inverse=True)[1]
    values, n_items = outcomes[wanted].astype(np.float64), int((counts > 1).sum())
    if n_items < 3:
        raise ValueError(
            f"reliability needs 3 items with two trials or more, but there are {n_items}"
        )
    sizes = np.bincount(kinds)
    begins = np.repeat(np.cumsum(sizes) - sizes, sizes)
    first = np.arange(len(kinds)) - begins < np.repeat(sizes // 2, sizes)
    label, rng, found = np.repeat(np.arange(n_items), sizes), generator(seed), []
    for _ in range(n_splits):
        mixed = values[np.lexsort((rng.random(len(kinds)), kinds))]
        halves = [np.bincount(label[h], mixed[h]) / np.bincount(label[h]) for h in (first, ~first)]
        found.append(correlation(halves[0], halves[1]))
    low, high = np.quantile(found, [0.025, 0.975])
    return SplitHalf(float(np.mean(found)), float(low), float(high), n_items)
