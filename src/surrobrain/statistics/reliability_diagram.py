"""Whether things happen as often as was said: equal-count bins, expected calibration error."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import whole
from surrobrain.seeds import Seed, generator
from surrobrain.statistics.intervals import binomial_interval

__all__ = [
    "ReliabilityBins",
    "equal_count_bins",
    "expected_calibration_error",
    "perfect_calibration_error",
]


@dataclass(frozen=True, eq=False)
class ReliabilityBins:
    """Cases sorted by confidence and cut into bins of equal size.

    Parameters
    ----------
    confidence : array, shape (n_bins,)
        Mean of each bin, rising.
    accuracy : array, shape (n_bins,)
        Share of cases that were right.
    low, high : array, shape (n_bins,)
        Exact 95 % interval of that share.
    counts : array, shape (n_bins,)
        Cases.
    """

    confidence: Float[np.ndarray, "bins"]
    accuracy: Float[np.ndarray, "bins"]
    low: Float[np.ndarray, "bins"]
    high: Float[np.ndarray, "bins"]
    counts: Int[np.ndarray, "bins"]


def equal_count_bins(
    confidence: Float[np.ndarray, "cases"], correct: Bool[np.ndarray, "cases"], *, n_bins: int = 10
) -> ReliabilityBins:
    """Return how often cases were right, from the least to the most confident.

    Parameters
    ----------
    confidence : array, shape (n_cases,)
        In any unit; equal ones keep their order.
    correct : array, shape (n_cases,)
        Whether each case was right.
    n_bins : int
        At most one per case; sizes differ by one where they must.

    Returns
    -------
    ReliabilityBins

    Examples
    --------
    >>> right = np.array([False, True, True, True])
    >>> equal_count_bins(np.array([0.5, 0.6, 0.8, 0.9]), right, n_bins=2).accuracy
    array([0.5, 1. ])
    """
    whole(n_bins, "n_bins", low=1)
    order = np.argsort(confidence, kind="stable")
    bins = np.array_split(order, min(n_bins, len(order)))
    ends = [binomial_interval(int(correct[b].sum()), len(b)) for b in bins]
    return ReliabilityBins(
        np.array([confidence[b].mean() for b in bins]),
        np.array([correct[b].mean() for b in bins]),
        np.array([low for low, _ in ends]),
        np.array([high for _, high in ends]),
        np.array([len(b) for b in bins]),
    )


def expected_calibration_error(
    probability: Float[np.ndarray, "cases"], correct: Bool[np.ndarray, "cases"], *, n_bins: int = 10
) -> float:
    """Return the mean distance of said probability and share of right cases, over bins.

    Parameters
    ----------
    probability : array, shape (n_cases,)
        Said beforehand of being right.
    correct : array, shape (n_cases,)
        Whether each case was right.
    n_bins : int
        Of equal counts; more bins raise the error of a perfect forecaster, who has none only with
        endless cases.

    Returns
    -------
    float
        sum_b n_b / n |accuracy_b - confidence_b| [1]_.

    References
    ----------
    .. [1] Guo et al. (2017), On calibration of modern neural networks. ICML.

    Examples
    --------
    >>> expected_calibration_error(np.array([1.0, 1.0]), np.array([True, False]), n_bins=1)
    0.5
    """
    bins = equal_count_bins(probability, correct, n_bins=n_bins)
    weights = bins.counts / bins.counts.sum()
    return float(weights @ np.abs(bins.accuracy - bins.confidence))


def perfect_calibration_error(
    probability: Float[np.ndarray, "cases"],
    *,
    n_bins: int = 10,
    n_draws: int = 1000,
    seed: Seed = 0,
) -> float:
    """Return the calibration error that a perfect forecaster shows on average by chance.

    Parameters
    ----------
    probability : array, shape (n_cases,)
        Said beforehand, and true.
    n_bins : int
        As in `expected_calibration_error`, to which this is the floor.
    n_draws : int
        Sets of outcomes.
    seed : int or Generator
        Decides them.

    Returns
    -------
    float

    Examples
    --------
    >>> bool(perfect_calibration_error(np.full(200, 0.5)) > 0.05)
    True
    """
    said = np.sort(probability)
    bins = np.array_split(np.arange(len(said)), min(n_bins, len(said)))
    starts = [b[0] for b in bins]
    right = generator(seed).random((n_draws, len(said))) < said
    gaps = np.add.reduceat(right - said, starts, axis=1)
    return float(np.abs(gaps).sum(axis=1).mean() / len(said))
