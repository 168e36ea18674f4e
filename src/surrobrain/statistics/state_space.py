"""How differently two recordings fill the space of states."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice, positive, whole
from surrobrain.seeds import Seed, generator

__all__ = ["BinnedDivergence", "binned_divergence", "mixture_divergence"]

_LARGEST_GRID = 2**62
_BLOCK = 2**20  # distances held at a time


@dataclass(frozen=True)
class BinnedDivergence:
    """What `binned_divergence` found.

    Parameters
    ----------
    value : float
        Divergence in nats; NaN when no sample of a side lies inside the box.
    outside : float
        Share of the simulated samples outside the box, which the value does not see.
    """

    value: float
    outside: float


def binned_divergence(
    real: Float[np.ndarray, "times dimensions"],
    simulated: Float[np.ndarray, "samples dimensions"],
    *,
    n_bins: int = 30,
    box: Literal["padded", "2sd", "minmax"] = "padded",
    smoothing: float = 1e-5,
) -> BinnedDivergence:
    """Kullback-Leibler divergence of the share of time spent in every cell of a box.

    For up to about 5 dimensions; beyond, nearly every cell is empty: `mixture_divergence`.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_dimensions)
        Finite values.
    n_bins : int
        Cells along every axis.
    box : {"padded", "2sd", "minmax"}
        From the smallest minus to the largest plus a tenth of a standard deviation [1]_; from
        minus two to plus two standard deviations around zero [2]_; from smallest to largest. All
        of ``real``, along every axis.
    smoothing : float
        Added to every count.

    Notes
    -----
    sum p log(p / q) over all k^N cells, p = (count + a) / (n + a k^N). Occupied cells are counted
    one by one; the empty ones, all alike, are one term, so memory does not grow with k^N. The
    value of a run that meets no occupied cell is about log(n / a) minus the entropy of ``real``:
    16 to 17 for 1e5 samples. It grows with n: compare equal lengths.

    References
    ----------
    .. [1] Hess et al. (2023), Generalized teacher forcing for learning chaotic dynamics.
    .. [2] Brenner et al. (2022), Tractable dendritic RNNs for reconstructing nonlinear dynamical
       systems.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(1000, 2))
    >>> binned_divergence(real, real)
    BinnedDivergence(value=0.0, outside=0.0)
    >>> binned_divergence(real, real + 100.0)
    BinnedDivergence(value=nan, outside=1.0)
    """
    whole(n_bins, "n_bins", low=2)
    positive(smoothing, "smoothing")
    low, high = _box(real, choice(box, ("padded", "2sd", "minmax"), "box"))
    n_cells = n_bins ** real.shape[1]
    if n_cells > _LARGEST_GRID:
        raise ValueError(
            f"{n_bins} bins along each of {real.shape[1]} axes are more cells than can be numbered;"
            " use mixture_divergence"
        )
    codes = [_cells(values, low, high, n_bins) for values in (real, simulated)]
    outside = 1 - len(codes[1]) / len(simulated)
    if not (high > low).all() or min(len(code) for code in codes) == 0:
        return BinnedDivergence(math.nan, outside)
    occupied, where = np.unique(np.concatenate(codes), return_inverse=True)
    parts = np.split(where, [len(codes[0])])
    p, q = (
        (np.bincount(part, minlength=len(occupied)) + smoothing) / (len(part) + smoothing * n_cells)
        for part in parts
    )
    p_empty, q_empty = (smoothing / (len(part) + smoothing * n_cells) for part in parts)
    empty = (n_cells - len(occupied)) * p_empty * math.log(p_empty / q_empty)
    return BinnedDivergence(float((p * np.log(p / q)).sum() + empty), outside)


def mixture_divergence(
    real: Float[np.ndarray, "times dimensions"],
    simulated: Float[np.ndarray, "samples dimensions"],
    *,
    variance: float = 1.0,
    n_draws: int = 1000,
    n_samples: int = 10_000,
    seed: Seed = 0,
) -> float:
    """Kullback-Leibler divergence of two clouds of states, each sample blurred to a Gaussian.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_dimensions)
        Finite values; give them in standard deviations of ``real``.
    variance : float
        Of the Gaussian around every sample, the same in all directions.
    n_draws : int
        States drawn from the cloud of ``real``; the error falls with their root.
    n_samples : int
        Only the first so many samples of each side are used.
    seed : int or Generator
        Decides the draws.

    Returns
    -------
    float
        Mean over the draws of log p - log q, in nats.

    Notes
    -----
    The measure of [1]_ for more than five dimensions, here with the log-sum-exp in float64: a far
    run is not lost to underflow. It is about 2.5 for the halves of a minute of 64-channel EEG
    against each other: without that floor a value says nothing.

    References
    ----------
    .. [1] Koppe et al. (2019), Identifying nonlinear dynamical systems via generative recurrent
       neural networks with applications to fMRI.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(200, 8))
    >>> mixture_divergence(real, real)
    0.0
    """
    rng = generator(seed)
    x, y = real[:n_samples], simulated[:n_samples]
    chosen = x[rng.integers(len(x), size=whole(n_draws, "n_draws", low=1))]
    blur = math.sqrt(positive(variance, "variance"))
    draws = chosen + blur * rng.normal(size=chosen.shape)
    return float((_log_density(draws, x, variance) - _log_density(draws, y, variance)).mean())


def _box(real: np.ndarray, box: str) -> tuple[np.ndarray, np.ndarray]:
    deviation = real.std(axis=0, ddof=1)
    if box == "2sd":
        return -2 * deviation, 2 * deviation
    pad = 0.1 * deviation if box == "padded" else 0.0
    return real.min(axis=0) - pad, real.max(axis=0) + pad


def _cells(
    values: np.ndarray, low: np.ndarray, high: np.ndarray, n_bins: int
) -> Int[np.ndarray, "inside"]:
    """Return the number of the cell of every sample in the box, upper border included."""
    inside = values[((values >= low) & (values <= high)).all(axis=1)]
    width = np.where(high > low, high - low, 1.0) / n_bins
    cells = np.minimum(((inside - low) / width).astype(np.int64), n_bins - 1)
    return cells @ (n_bins ** np.arange(values.shape[1], dtype=np.int64))


def _log_density(
    points: np.ndarray, centers: np.ndarray, variance: float
) -> Float[np.ndarray, "points"]:
    """Log density of the mixture at every point, up to what all mixtures share."""
    from scipy.special import logsumexp

    norms = np.square(centers).sum(axis=1)
    out = np.empty(len(points))
    step = max(1, _BLOCK // len(centers))
    for first in range(0, len(points), step):
        some = points[first : first + step]
        squared = np.square(some).sum(axis=1)[:, None] + norms - 2 * some @ centers.T
        out[first : first + step] = logsumexp(-squared / (2 * variance), axis=1)
    return out - math.log(len(centers))
