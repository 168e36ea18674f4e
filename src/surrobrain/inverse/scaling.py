"""Numbers of simulations on one scale, however far some of them lie."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.statistics.shrinkage import shrunk_covariance

__all__ = ["Scaling", "oddity", "scaling_of", "surviving"]

_FURTHEST = 20.0  # robust standard deviations; what lies beyond is put there
_FEWEST = 0.1  # share of the simulations that must succeed
_WARNED = 0.01

Numbers = Float[np.ndarray, "points numbers"]


@dataclass(frozen=True, eq=False)
class Scaling:
    """Takes numbers to robust standard deviations from their median.

    Parameters
    ----------
    center, spread : array, shape (n_kept,)
        Median and a normal's standard deviation by the quartiles, of the numbers that vary.
    kept : array, shape (n_numbers,)
        Which numbers vary.
    """

    center: Float[np.ndarray, "kept"]
    spread: Float[np.ndarray, "kept"]
    kept: np.ndarray

    def __call__(self, numbers: Float[np.ndarray, "... numbers"]) -> Float[np.ndarray, "... kept"]:
        """Return the scaled numbers, cut off far away."""
        scaled = (numbers[..., self.kept] - self.center) / self.spread
        return np.clip(scaled, -_FURTHEST, _FURTHEST)


def scaling_of(numbers: Numbers) -> Scaling:
    """Return the scaling of simulations.

    Parameters
    ----------
    numbers : array, shape (n_points, n_numbers)
        Finite.

    Raises
    ------
    NotConverged
        No number differs between simulations.
    """
    low, center, high = np.quantile(numbers, [0.25, 0.5, 0.75], axis=0)
    spread = (high - low) / 1.349  # quartiles of a standard normal are that far apart
    kept = spread > 1e-12 * np.abs(center)
    if not kept.any():
        raise NotConverged(
            "no feature differs between simulations of the prior: what is unknown has no effect; "
            "compare another feature, or let something else be unknown"
        )
    return Scaling(center[kept], spread[kept], kept)


def surviving(numbers: Numbers) -> tuple[np.ndarray, float, tuple[str, ...]]:
    """Return which simulations succeeded, the share that failed, and a warning if there are some.

    Parameters
    ----------
    numbers : array, shape (n_points, n_numbers)
        Not finite where a simulation failed.

    Raises
    ------
    NotConverged
        Fewer than a tenth succeeded.
    """
    good = np.asarray(np.isfinite(numbers).all(axis=1))
    failed = 1.0 - float(good.mean())
    if good.mean() < _FEWEST:
        raise NotConverged(
            f"{failed:.0%} of {len(good)} simulations failed (they diverged, or a feature was not "
            "finite), too many to learn from; narrow the priors, or take a smaller dt"
        )
    said = f"{failed:.1%} of {len(good)} simulations failed and were left out"
    return good, failed, (said,) if failed > _WARNED else ()


def oddity(scaled: Float[np.ndarray, "points kept"], observed: Float[np.ndarray, "kept"]) -> float:
    """Return the share of simulations that lie nearer to their center than what was observed.

    Parameters
    ----------
    scaled : array, shape (n_points, n_kept)
        Simulations of the prior.
    observed : array, shape (n_kept,)
        What was observed, on the same scale.

    Returns
    -------
    float
        By Mahalanobis distance; 1 says that the prior does not produce such data.
    """
    whiten = np.linalg.inv(np.linalg.cholesky(shrunk_covariance(scaled)))
    center = scaled.mean(axis=0)
    own = np.linalg.norm((scaled - center) @ whiten.T, axis=1)
    return float((own < np.linalg.norm(whiten @ (observed - center))).mean())
