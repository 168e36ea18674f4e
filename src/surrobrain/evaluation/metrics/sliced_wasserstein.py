"""Wasserstein distance of the joint distribution of all regions, by projections."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.evaluation.metric import metric
from surrobrain.seeds import Seed, generator

__all__ = ["sliced_wasserstein"]

_BLOCK = 2**22  # projected values held at a time


@metric(
    better="lower",
    protocol="free_run",
    perfect=0.0,
    unit="sd of the recording",
    scope="network",
    default=False,
)
def sliced_wasserstein(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    n_projections: int = 200,
    seed: Seed = 0,
) -> float:
    """Sliced Wasserstein-2 distance of the distribution of states, all regions at once.

    Use it where `wasserstein` is too lenient: it sees whether regions go together.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    n_projections : int
        Random directions; the error of their mean falls with their root.
    seed : int or Generator
        Decides the directions. Compare only values of the same seed and number.

    Returns
    -------
    float
        Root of the mean over directions of the squared Wasserstein-2 distance of the projected
        values, both recordings in standard deviations of ``real``; 0 or more. NaN when a region
        of the recording is constant.

    Notes
    -----
    Every direction is a 1-d problem, solved exactly by sorting [1]_. A shift by d moves a mean
    share of it, |d| / sqrt(n_regions). Two stretches of one recording score above zero, more so
    when they vary slowly: read it beside its floor. Blind to time.

    References
    ----------
    .. [1] Bonneel et al. (2015), Sliced and Radon Wasserstein barycenters of measures.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(500, 1))
    >>> scale = real.std()
    >>> round(sliced_wasserstein(real, real + 0.5 * scale), 6)  # one region: one direction
    0.5
    """
    whole(n_projections, "n_projections", low=1)
    n_times, n_regions = real.shape
    scale = np.where(np.ptp(real, axis=0) > 0, real.std(axis=0), np.nan)
    if not np.isfinite(scale).all():
        return float("nan")
    directions = generator(seed).normal(size=(n_regions, n_projections))
    directions /= np.linalg.norm(directions, axis=0)
    weights = directions / scale[:, None]
    step = max(1, _BLOCK // n_times)
    total = 0.0
    for first in range(0, n_projections, step):
        columns = weights[:, first : first + step].T
        moved = np.sort(columns @ real.T, axis=1) - np.sort(columns @ simulated.T, axis=1)
        total += float(np.square(moved).sum())
    return float(np.sqrt(total / (n_times * n_projections)))
