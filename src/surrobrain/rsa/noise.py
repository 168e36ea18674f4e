"""The covariance of noise between channels, by which patterns are whitened."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from surrobrain.checks import choice
from surrobrain.errors import NotEnough
from surrobrain.statistics.ledoit_wolf import ledoit_wolf
from surrobrain.statistics.shrinkage import shrunk_covariance

__all__ = ["Noise", "Shrinkage", "noise_covariance", "noise_precision", "residuals"]

_SINGULAR = 1e13  # ratio of eigenvalues beyond which an inverse holds rounding errors
Shrinkage = Literal["ledoit_wolf", "diagonal", "none"]
SHRINKAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ledoit_wolf": ledoit_wolf,
    "diagonal": shrunk_covariance,
    "none": lambda samples: samples.T @ samples / len(samples),
}


@dataclass(frozen=True)
class Noise:
    """How the noise of trials is estimated.

    Parameters
    ----------
    over : {"epoch", "baseline", "sample"}
        One covariance, the mean over all times or over those before zero; or one for each time.
        The whole epoch is advised for M/EEG [1]_.
    shrinkage : {"ledoit_wolf", "diagonal", "none"}
        Towards equal variances, towards zero correlations, or not at all.
    per_fold : bool
        Each fold by its own noise, where sessions differ.

    References
    ----------
    .. [1] Guggenmos, Sterzer and Cichy (2018), Multivariate pattern analysis for MEG: a comparison
       of dissimilarity measures. NeuroImage 173:434.

    Examples
    --------
    >>> Noise(over="baseline").shrinkage
    'ledoit_wolf'
    """

    over: Literal["epoch", "baseline", "sample"] = "epoch"
    shrinkage: Shrinkage = "ledoit_wolf"
    per_fold: bool = False

    def __post_init__(self) -> None:
        """Refuse words that mean nothing."""
        choice(self.over, ("epoch", "baseline", "sample"), "stretch of noise")
        choice(self.shrinkage, SHRINKAGES, "shrinkage")


def noise_covariance(
    samples: Float[np.ndarray, "samples channels"],
    *,
    shrinkage: Shrinkage = "ledoit_wolf",
    n_means: int = 0,
) -> Float[np.ndarray, "channels channels"]:
    """Return the shrunk covariance of noise; see `noise_precision`."""
    if len(samples) <= n_means:
        raise NotEnough(
            f"{len(samples)} samples of noise about {n_means} means tell nothing; repeat "
            "conditions, or measure without whitening (noise=None)"
        )
    covariance = SHRINKAGES[choice(shrinkage, SHRINKAGES, "shrinkage")](samples)
    return covariance * (len(samples) / (len(samples) - n_means))


def noise_precision(
    samples: Float[np.ndarray, "samples channels"],
    *,
    shrinkage: Shrinkage = "ledoit_wolf",
    n_means: int = 0,
) -> Float[np.ndarray, "channels channels"]:
    """Return the inverse of the shrunk covariance of noise.

    Parameters
    ----------
    samples : array, shape (n_samples, n_channels)
        Noise: what is left of trials when the means of conditions are taken out.
    shrinkage : {"ledoit_wolf", "diagonal", "none"}
        Towards equal variances, towards zero correlations, or not at all.
    n_means : int
        How many means were taken out of the samples, each of which cost one degree of freedom.

    Returns
    -------
    array, shape (n_channels, n_channels)

    Raises
    ------
    NotEnough
        There are no more samples than means.
    ValueError
        The covariance cannot be inverted.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(scale=0.5, size=(1000, 2))
    >>> bool(np.allclose(noise_precision(noise), 4 * np.eye(2), atol=0.5))
    True
    """
    covariance = noise_covariance(samples, shrinkage=shrinkage, n_means=n_means)
    if np.linalg.cond(covariance) > _SINGULAR:
        raise ValueError(
            f"the covariance of {samples.shape[1]} channels cannot be inverted from "
            f'{len(samples)} samples; use shrinkage="ledoit_wolf"'
        )
    return np.linalg.inv(covariance)


def residuals(
    trials: Float[np.ndarray, "trials channels *times"], cells: Int[np.ndarray, "trials"]
) -> tuple[Float[np.ndarray, "trials channels *times"], int]:
    """Return trials minus the mean of their cell, and the number of cells.

    Parameters
    ----------
    trials : array, shape (n_trials, n_channels) or (n_trials, n_channels, n_times)
        Single trials.
    cells : array of int, shape (n_trials,)
        Which trials are repetitions: the number of their condition, or of condition and fold.
    """
    _, cell = np.unique(cells, return_inverse=True)
    order = np.argsort(cell, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(cell[order]) > 0))
    sums = np.add.reduceat(trials[order], starts, axis=0)
    counts = np.diff(np.append(starts, len(order))).reshape(-1, *[1] * (trials.ndim - 1))
    return trials - (sums / counts)[cell], len(starts)
