"""The values of two recordings counted in the same cells."""

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import number

__all__ = ["matched_histograms"]


def matched_histograms(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    added: float = 0.0,
) -> tuple[Float[np.ndarray, "cells regions"], Float[np.ndarray, "cells regions"]]:
    """Return the distribution of the values of every region, in cells that real decides.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        Finite values; two lengths are allowed.
    added : float
        Added to every count. One is Laplace's rule: no cell is impossible.

    Returns
    -------
    real, simulated : array, shape (n_cells, n_regions)
        Every column sums to one. A region of ``real`` that is constant has no distribution: NaN.

    Notes
    -----
    2 n^(1/3) equal bins from the smallest to the largest real value (the rate of Scott's and of
    Freedman and Diaconis' rule [1]_), and one open bin on either side. The cells follow from
    ``real`` alone, so every run is judged in the same ones.

    References
    ----------
    .. [1] Freedman and Diaconis (1981), On the histogram as a density estimator.

    Examples
    --------
    >>> real, run = np.array([[0.0], [1.0]]), np.array([[0.2], [9.0]])
    >>> [p[:, 0] for p in matched_histograms(real, run)]
    [array([0. , 0.5, 0. , 0.5, 0. ]), array([0. , 0.5, 0. , 0. , 0.5])]
    """
    added = number(added, "added", low=0.0)
    n_bins = max(2, round(2 * len(real) ** (1 / 3)))
    low, high = real.min(axis=0), real.max(axis=0)
    width = np.where(high > low, high - low, 1.0) / n_bins

    def distribution(values: np.ndarray) -> np.ndarray:
        cells = np.clip(np.floor((values - low) / width), 0, n_bins - 1)
        cells = np.where(values < low, -1, np.where(values > high, n_bins, cells))
        counts = _counts(cells.astype(np.int64) + 1, n_bins + 2)
        shares = (counts + added) / (len(values) + added * (n_bins + 2))
        return np.where(high > low, shares, np.nan)

    return distribution(real), distribution(simulated)


def _counts(cells: Int[np.ndarray, "times regions"], n_cells: int) -> np.ndarray:
    """Count every column's cells in one pass."""
    n_regions = cells.shape[1]
    flat = (cells + n_cells * np.arange(n_regions)).ravel()
    return np.bincount(flat, minlength=n_cells * n_regions).reshape(n_regions, n_cells).T
