"""How well predictions agree with what was measured: one number per target."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlation", "r2", "split_r2"]

Values = Float[np.ndarray, "times targets"]


def r2(truth: Values, predicted: Values) -> Float[np.ndarray, "targets"]:
    """Return the share of variance that predictions explain; below 0 they do worse than the mean.

    Parameters
    ----------
    truth, predicted : array, shape (n_times, n_targets)
        Measured, and predicted without having seen it.

    Returns
    -------
    array, shape (n_targets,)
        NaN where the truth is constant.

    Examples
    --------
    >>> truth = np.arange(4.0)[:, None]
    >>> r2(truth, truth), r2(truth, truth * 0 + 1.5)
    (array([1.]), array([0.]))
    """
    middle = truth - truth.mean(axis=0)
    total = np.einsum("tv,tv->v", middle, middle)
    wrong = truth - predicted
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(total > 0, 1 - np.einsum("tv,tv->v", wrong, wrong) / total, np.nan)


def correlation(truth: Values, predicted: Values) -> Float[np.ndarray, "targets"]:
    """Return Pearson's correlation over time.

    Parameters
    ----------
    truth, predicted : array, shape (n_times, n_targets)
        Measured, and predicted without having seen it.

    Returns
    -------
    array, shape (n_targets,)
        NaN where one of the two is constant.

    Examples
    --------
    >>> truth = np.arange(4.0)[:, None]
    >>> correlation(truth, 3 * truth + 1), correlation(truth, -truth)
    (array([1.]), array([-1.]))
    """
    a, b = truth - truth.mean(axis=0), predicted - predicted.mean(axis=0)
    size = np.sqrt(np.einsum("tv,tv->v", a, a) * np.einsum("tv,tv->v", b, b))
    largest = np.abs(truth).max(initial=1e-300) * np.abs(predicted).max(initial=1e-300)
    small = 1e-12 * len(a) * largest  # what rounding leaves of a constant
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(size > small, np.einsum("tv,tv->v", a, b) / size, np.nan)


def split_r2(
    truth: Values, parts: Float[np.ndarray, "bands times targets"]
) -> Float[np.ndarray, "bands targets"]:
    """Return what each part of a sum of predictions adds to its R2.

    Parameters
    ----------
    truth : array, shape (n_times, n_targets)
        Measured, centered.
    parts : array, shape (n_bands, n_times, n_targets)
        Predictions of every feature space; their sum is the prediction.

    Returns
    -------
    array, shape (n_bands, n_targets)
        They add up to the R2 of the sum, about a mean of zero.

    Notes
    -----
    The product measure ``sum_t p_b (2 y - p) / sum_t y^2`` [1]_. A part may be negative.

    References
    ----------
    .. [1] Dupre la Tour et al. (2022), Feature-space selection with banded ridge regression.
       NeuroImage 264:119728.

    Examples
    --------
    >>> truth = np.array([[1.0], [-1.0]])
    >>> split_r2(truth, np.stack([truth / 2, truth / 2])).ravel()
    array([0.5, 0.5])
    """
    whole = parts.sum(axis=0)
    total = np.einsum("tv,tv->v", truth, truth)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.einsum("btv,tv->bv", parts, 2 * truth - whole) / total
    return np.where(total > 0, shared, np.nan)
