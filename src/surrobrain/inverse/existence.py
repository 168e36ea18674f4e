"""Existence of an answer: whether the recording is inside what the model can do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

__all__ = ["Existence", "p_value"]


@dataclass(frozen=True, eq=False)
class Existence:
    """Predictive checks: the recording among runs of the model.

    Parameters
    ----------
    features : tuple of str
        What was compared.
    fitted : array, shape (n_features,)
        Share of runs at the best point, or at draws from the posterior, that are as far from the
        others as the recording is: small where the model does not reach the data.
    prior : array, shape (n_features,)
        The same among runs at points of the prior: small where no choice of the unknowns that was
        thought possible resembles the data.
    diverged : float
        Share of the prior's runs that left the finite range.
    """

    features: tuple[str, ...]
    fitted: Float[np.ndarray, "features"]
    prior: Float[np.ndarray, "features"]
    diverged: float


def p_value(
    draws: Float[np.ndarray, "draws numbers"],
    measured: Float[np.ndarray, "numbers"],
    distance: Callable[[Any, Any], Any],
) -> float:
    """Return how usual a measurement is among draws of a model.

    Parameters
    ----------
    draws : array, shape (n_draws, n_numbers)
        Features of runs that differ by chance.
    measured : array, shape (n_numbers,)
        The same of the recording.
    distance : callable
        Of tensors, as a `Feature` has it.

    Returns
    -------
    float
        (1 + number of draws at least as far as the recording) / (1 + number of draws); the
        distance of a draw is from the mean of the others, that of the recording from the mean of
        as many. NaN with fewer than three finite draws.

    Examples
    --------
    >>> from surrobrain.inverse.feature import squared
    >>> draws = np.random.default_rng(0).normal(size=(99, 5))
    >>> p_value(draws, np.full(5, 9.0), squared)
    0.01
    """
    import torch

    draws = draws[np.isfinite(draws).all(axis=1)]
    n = len(draws)
    if n < 3:
        return float("nan")
    others = (draws.sum(axis=0) - draws) / (n - 1)
    target = torch.as_tensor(np.asarray(measured, dtype=np.float64))

    def away(mean: np.ndarray, one: Any) -> float:
        return float(distance(torch.as_tensor(mean), one))

    own = np.array([away(others[k], torch.as_tensor(draws[k])) for k in range(n)])
    theirs = np.median([away(mean, target) for mean in others])
    return float((1 + (own >= theirs).sum()) / (1 + n))
