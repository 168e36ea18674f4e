"""Kullback-Leibler divergence of the values a region takes."""

from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.evaluation.metric import metric

__all__ = ["kl"]


@metric(better="lower", protocol="free_run", perfect=0.0, unit="nats")
def kl(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    rule: Literal["laplace", "review"] = "laplace",
) -> float:
    """Kullback-Leibler divergence of the distribution of values, real from simulated.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    rule : {"laplace", "review"}
        How the distributions are estimated. "review" is kept to compare with figure 4 of [1]_.

    Returns
    -------
    float
        Mean over regions of sum p log(p / q), p for real and q for simulated, in nats. NaN when
        a region of the recording is constant.

    Notes
    -----
    "laplace": 2 n^(1/3) equal bins from the smallest to the largest real value and one open bin
    on either side; one is added to every count. Two recordings of the same law score about
    (number of bins) / n above zero, so read it beside its floor.

    "review": numpy's "auto" bins over both signals together, 1e-10 added to the densities. It
    explodes to 6 or 7 nats as soon as the run is narrower than the recording, and its number of
    bins hangs on outliers.

    Both are blind to time and to correlations between regions.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(100_000, 1))
    >>> abs(kl(real, np.random.default_rng(1).normal(1.0, size=(100_000, 1))) - 0.5) < 0.03
    True
    """
    choice(rule, ("laplace", "review"), "rule")
    estimate = _laplace if rule == "laplace" else _review
    p, q = estimate(real, simulated)
    terms = np.log(np.divide(p, q, out=np.ones_like(p), where=p > 0)) * p
    divergence = np.where(real.max(axis=0) > real.min(axis=0), terms.sum(axis=0), np.nan)
    return float(divergence.mean())


def _laplace(real: np.ndarray, simulated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both distributions, shape (n_cells, n_regions)."""
    n_bins = max(2, round(2 * len(real) ** (1 / 3)))
    low, high = real.min(axis=0), real.max(axis=0)
    width = np.where(high > low, high - low, 1.0) / n_bins

    def distribution(values: np.ndarray) -> np.ndarray:
        cells = np.clip(np.floor((values - low) / width), 0, n_bins - 1)
        cells = np.where(values < low, -1, np.where(values > high, n_bins, cells))
        counts = _counts(cells.astype(np.int64) + 1, n_bins + 2)
        return (counts + 1) / (len(values) + n_bins + 2)

    return distribution(real), distribution(simulated)


def _counts(cells: Int[np.ndarray, "times regions"], n_cells: int) -> np.ndarray:
    """Count every column's cells in one pass."""
    n_regions = cells.shape[1]
    flat = (cells + n_cells * np.arange(n_regions)).ravel()
    return np.bincount(flat, minlength=n_cells * n_regions).reshape(n_regions, n_cells).T


def _review(real: np.ndarray, simulated: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both distributions; the rarer cells of a region with fewer bins stay zero."""
    pairs = []
    for x, y in zip(real.T, simulated.T, strict=True):
        edges = np.histogram_bin_edges(np.concatenate([x, y]), bins="auto")
        densities = [np.histogram(v, bins=edges, density=True)[0] + 1e-10 for v in (x, y)]
        pairs.append([density / density.sum() for density in densities])
    most = max(len(p) for p, _ in pairs)
    p, q = (np.stack([np.pad(pair[k], (0, most - len(pair[k]))) for pair in pairs]) for k in (0, 1))
    return p.T, q.T
