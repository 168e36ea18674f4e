"""A share of cases, and how far it may be off."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.seeds import Seed, generator

__all__ = ["Share", "share_right"]


@dataclass(frozen=True)
class Share:
    """A share of cases with its 95 % interval.

    Parameters
    ----------
    value : float
        Between 0 and 1.
    low, high : float
        Ends of the interval.
    n : int
        Cases, or clusters of them, that were resampled.
    """

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        """Return the share with its interval."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def share_right(
    credit: Float[np.ndarray, "cases"],
    *,
    clusters: Int[np.ndarray, "cases"] | None = None,
    n_draws: int = 2000,
    seed: Seed = 0,
) -> Share:
    """Return a mean of credits and its percentile bootstrap interval.

    Parameters
    ----------
    credit : array, shape (n_cases,)
        1 for right, 0 for wrong, 0.5 for a tie that a coin decides.
    clusters : array, shape (n_cases,), optional
        Number, from 0, of the whole to which a case belongs; wholes are resampled.
    n_draws : int
        Bootstrap draws.
    seed : int or Generator
        Of the draws.

    Returns
    -------
    Share

    Examples
    --------
    >>> print(share_right(np.array([1.0, 1.0, 0.5, 0.0] * 25)))
    0.625 (0.540 to 0.705)
    """
    place = np.arange(len(credit)) if clusters is None else clusters
    n = int(place.max()) + 1
    sums, sizes = np.bincount(place, weights=credit), np.bincount(place)
    drawn = generator(seed).integers(n, size=(n_draws, n))
    values = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(values, [0.025, 0.975])
    return Share(float(credit.mean()), float(low), float(high), n)
