"""The best that any model could score, given how well the measurement repeats itself."""

import numpy as np
from jaxtyping import Float

__all__ = ["explainable_variance", "leave_one_out_correlation", "split_half"]

Repeats = Float[np.ndarray, "repeats times targets"]


def leave_one_out_correlation(values: Repeats) -> Float[np.ndarray, "repeats targets"]:
    """Return how every person (or repeat) correlates with the mean of the others.

    Parameters
    ----------
    values : array, shape (n_repeats, n_times, n_targets)
        Standardized responses of several people to the same story, or of one person to repeats.

    Returns
    -------
    array, shape (n_repeats, n_targets)
        Inter-subject correlation; its mean over people bounds from below what a model of the shared
        response can reach in one person.

    Raises
    ------
    ValueError
        There are fewer than two.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shared = rng.normal(size=(1, 200, 1))
    >>> people = shared + rng.normal(size=(10, 200, 1))
    >>> bool(abs(leave_one_out_correlation(people).mean() - 0.67) < 0.1)
    True
    """
    n = _at_least_two(values)
    total = values.sum(axis=0)
    return np.stack([_correlation(own, (total - own) / (n - 1)) for own in values])


def split_half(
    values: Repeats,
) -> tuple[Float[np.ndarray, "targets"], Float[np.ndarray, "targets"]]:
    """Return how the means of both halves of people agree, and the ceiling of their mean.

    Parameters
    ----------
    values : array, shape (n_repeats, n_times, n_targets)
        Standardized; even rows make one half, odd rows the other.

    Returns
    -------
    agreement : array, shape (n_targets,)
        Correlation r of the two means.
    ceiling : array, shape (n_targets,)
        ``sqrt(2 r / (1 + r))``: the correlation of the mean of all with what they share
        (Spearman-Brown), 0 where r is negative.

    Examples
    --------
    >>> shared = np.random.default_rng(0).normal(size=(1, 50, 1))
    >>> [float(x[0].round(6)) for x in split_half(np.repeat(shared, 4, axis=0))]
    [1.0, 1.0]
    """
    _at_least_two(values)
    r = _correlation(values[0::2].mean(axis=0), values[1::2].mean(axis=0))
    positive = np.maximum(r, 0.0)
    return r, np.sqrt(2 * positive / (1 + positive))


def explainable_variance(values: Repeats) -> Float[np.ndarray, "targets"]:
    """Return the share of variance that repeats have in common, corrected for their number.

    Parameters
    ----------
    values : array, shape (n_repeats, n_times, n_targets)
        Responses to repeats of the same stimulus.

    Returns
    -------
    array, shape (n_targets,)
        ``EV - (1 - EV) / (R - 1)``; its square root bounds the correlation of a model with the mean
        of the repeats. May be negative by chance.

    Notes
    -----
    EV is the variance over time of the mean over repeats, by the mean over repeats of the variance.

    Examples
    --------
    >>> shared = np.random.default_rng(0).normal(size=(1, 50, 1))
    >>> explainable_variance(np.repeat(shared, 4, axis=0))
    array([1.])
    """
    n = _at_least_two(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = values.mean(axis=0).var(axis=0) / values.var(axis=1).mean(axis=0)
    return share - (1 - share) / (n - 1)


def _at_least_two(values: Repeats) -> int:
    if len(values) < 2:
        raise ValueError(f"a ceiling needs two people or repeats, but {len(values)} arrived")
    return len(values)


def _correlation(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    a, b = first - first.mean(axis=0), second - second.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return (a * b).sum(axis=0) / np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
