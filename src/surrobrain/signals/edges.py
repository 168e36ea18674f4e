"""How every pair of regions goes together, sample by sample."""

import numpy as np
from jaxtyping import Float

from surrobrain.signals.windows import valid_samples

__all__ = ["cofluctuation_amplitude", "edge_time_series"]


def edge_time_series(
    values: Float[np.ndarray, "times regions"],
) -> Float[np.ndarray, "times pairs"]:
    """Return the product of every two regions' standardized signals, sample by sample.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing and stays so.

    Returns
    -------
    array, shape (n_times, n_pairs)
        Pairs in the order of `upper_triangle`. The mean over time is functional connectivity
        [1]_. NaN for pairs with a constant region, and in missing rows.

    References
    ----------
    .. [1] Faskowitz et al. (2020), Edge-centric functional network representations of human
       cerebral cortex reveal overlapping system-level architecture.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(100, 3))
    >>> correlations = np.corrcoef(values, rowvar=False)[np.triu_indices(3, k=1)]
    >>> bool(np.allclose(edge_time_series(values).mean(axis=0), correlations))
    True
    """
    standard = _standardized(values)
    i, j = np.triu_indices(values.shape[1], k=1)
    return standard[:, i] * standard[:, j]


def cofluctuation_amplitude(
    values: Float[np.ndarray, "times regions"],
) -> Float[np.ndarray, "times"]:
    """Return how strongly all pairs of regions go together at every sample.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing and stays so.

    Returns
    -------
    array, shape (n_times,)
        Root of the sum over pairs of the squared `edge_time_series`. NaN everywhere when a region
        is constant.

    Notes
    -----
    Functional connectivity rests on the few samples in which it is large [1]_. Pairs need not be
    formed: sum over i < j of z_i^2 z_j^2 = ((sum z^2)^2 - sum z^4) / 2.

    References
    ----------
    .. [1] Zamani Esfahlani et al. (2020), High-amplitude cofluctuations in cortical activity
       drive functional connectivity.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(100, 5))
    >>> edges = np.linalg.norm(edge_time_series(values), axis=1)
    >>> bool(np.allclose(cofluctuation_amplitude(values), edges))
    True
    """
    squares = np.square(_standardized(values))
    pairs = np.square(squares.sum(axis=1)) - np.square(squares).sum(axis=1)
    return np.sqrt(np.maximum(pairs, 0.0) / 2)


def _standardized(values: np.ndarray) -> np.ndarray:
    good = valid_samples(values)
    centered = values.astype(np.float64) - values[good][:1]  # a constant is exactly zero
    centered -= centered[good].mean(axis=0)
    deviation = np.sqrt(np.square(centered[good]).mean(axis=0))
    return np.where(good[:, None], centered / np.where(deviation > 0, deviation, np.nan), np.nan)
