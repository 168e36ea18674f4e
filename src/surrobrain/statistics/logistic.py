"""Logistic regression, and its predictions for what it has not seen."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Shaped

from surrobrain.errors import NotConverged
from surrobrain.seeds import Seed, generator

__all__ = ["Logistic", "fit_logistic", "predict_left_out"]

_STEPS = 100
_SMALL = 1e-10


@dataclass(frozen=True, eq=False)
class Logistic:
    """A fitted logistic regression.

    Parameters
    ----------
    weights : array, shape (n_features,)
        Log odds per unit of each feature.
    intercept : float
        Log odds where all features are zero.
    """

    weights: Float[np.ndarray, "features"]
    intercept: float

    def log_odds(self, features: Float[np.ndarray, "cases features"]) -> np.ndarray:
        """Return the log odds of each case."""
        return features @ self.weights + self.intercept


def fit_logistic(
    features: Float[np.ndarray, "cases features"],
    outcome: Bool[np.ndarray, "cases"],
    *,
    penalty: float = 1e-3,
    intercept: bool = True,
) -> Logistic:
    """Return the weights that make the outcomes most probable.

    Parameters
    ----------
    features : array, shape (n_cases, n_features)
        Finite numbers.
    outcome : array, shape (n_cases,)
        What happened.
    penalty : float
        Of half the sum of squared weights, beside the summed negative log-likelihood; the
        intercept is free. It is 1 / C of scikit-learn.
    intercept : bool
        Whether log odds may differ from zero where all features are.

    Returns
    -------
    Logistic

    Raises
    ------
    NotConverged
        The outcomes can be separated perfectly and nothing bounds the weights.

    Notes
    -----
    Newton's method with halved steps; the loss is convex.

    Examples
    --------
    >>> x = np.array([[0.0], [1.0], [0.0], [1.0]])
    >>> fit = fit_logistic(x, np.array([False, True, True, True]), penalty=1.0)
    >>> round(float(fit.weights[0]), 3), round(fit.intercept, 3)
    (0.421, 0.899)
    """
    design = np.hstack([features, np.ones((len(features), 1))]) if intercept else features
    shrunk = np.full(design.shape[1], penalty)
    if intercept:
        shrunk[-1] = 0.0
    signs = np.where(outcome, 1.0, -1.0)
    ridge = np.diag(shrunk + _SMALL)
    found = np.zeros(design.shape[1])

    def loss(weights: np.ndarray) -> float:
        return float(np.logaddexp(0, -signs * (design @ weights)).sum() + shrunk @ weights**2 / 2)

    now = loss(found)
    for _ in range(_STEPS):
        p = _sigmoid(design @ found)
        slope = design.T @ (p - outcome) + shrunk * found
        step = np.linalg.solve((design.T * (p * (1 - p))) @ design + ridge, slope)
        if np.abs(step).max() <= 1e-9 * (1 + np.abs(found).max()):
            return Logistic(found[: features.shape[1]], float(found[-1]) if intercept else 0.0)
        size, allowed = 1.0, now + 1e-12 * (1 + abs(now))  # at the end, losses differ by rounding
        while loss(found - size * step) > allowed and size > _SMALL:
            size /= 2
        found = found - size * step
        now = loss(found)
    raise NotConverged(
        f"logistic regression did not settle in {_STEPS} steps; the outcomes may be separable: "
        "give a larger penalty"
    )


def predict_left_out(
    features: Float[np.ndarray, "cases features"],
    outcome: Bool[np.ndarray, "cases"],
    *,
    groups: Shaped[np.ndarray, "cases"],
    n_folds: int | None = None,
    penalty: float = 1e-3,
    intercept: bool = True,
    seed: Seed = 0,
) -> Float[np.ndarray, "cases"]:
    """Return log odds of every case from a fit that saw no case of its group.

    Parameters
    ----------
    features : array, shape (n_cases, n_features)
        Finite numbers.
    outcome : array, shape (n_cases,)
        What happened.
    groups : array, shape (n_cases,)
        Cases of one group are left out together.
    n_folds : int, optional
        Parts into which the groups fall at random; by default every group is a part.
    penalty, intercept
        As `fit_logistic` takes them.
    seed : int or Generator
        Decides the parts.

    Returns
    -------
    array, shape (n_cases,)

    Raises
    ------
    ValueError
        There are fewer than two groups.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 1))
    >>> odds = predict_left_out(x, x[:, 0] > 0.1, groups=np.arange(200), n_folds=5)
    >>> bool(((odds > 0) == (x[:, 0] > 0.1)).mean() > 0.9)
    True
    """
    kinds, codes = np.unique(groups, return_inverse=True)
    if len(kinds) < 2:
        raise ValueError("leaving groups out needs two of them or more, but there is one")
    n_parts = len(kinds) if n_folds is None else min(n_folds, len(kinds))
    part = generator(seed).permutation(len(kinds))[codes] % n_parts
    odds = np.empty(len(features))
    for k in range(n_parts):
        out = part == k
        fit = fit_logistic(features[~out], outcome[~out], penalty=penalty, intercept=intercept)
        odds[out] = fit.log_odds(features[out])
    return odds


def _sigmoid(x: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(x)
