"""The loss beside its lowest point: how it curves, and how the data move that point."""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.feature import squared
from surrobrain.inverse.objective import Objective

__all__ = ["Curvature", "curvature", "left_of_the_prior"]

_FLAT = 1e-8  # share of the largest curvature below which there is none
_SURE = 1e-3  # standard deviations of the prior: no estimate is trusted to be better than this

Matrix = Float[np.ndarray, "unknowns unknowns"]


@dataclass(frozen=True, eq=False)
class Curvature:
    """Second-order picture of the loss at a point.

    Parameters
    ----------
    objective : Objective
        What it belongs to.
    found : array, shape (n_numbers,)
        Features at the point.
    sensitivity : array, shape (n_numbers, n_unknowns)
        Slopes of the features by the unknowns, in standard deviations of the priors.
    hessian : array, shape (n_unknowns, n_unknowns)
        Of the loss in the Gauss-Newton approximation, penalties included.
    """

    objective: Objective
    found: Float[np.ndarray, "numbers"]
    sensitivity: Float[np.ndarray, "numbers unknowns"]
    hessian: Matrix

    @functools.cached_property
    def inverse(self) -> Matrix:
        """Inverse of the Hessian; along flat directions zero."""
        return np.linalg.pinv(self.hessian, rcond=_FLAT, hermitian=True)

    @property
    def scaled(self) -> Float[np.ndarray, "numbers unknowns"]:
        """Sensitivity with the weights that the loss gives to the features."""
        parts = zip(self.objective.features.parts, self.objective.targets, strict=True)
        weights = [np.full(len(t), np.sqrt(part.weight / len(t))) for part, t in parts]
        return self.sensitivity * np.concatenate(weights)[:, None]

    def slope(self, measured: Float[np.ndarray, "numbers"]) -> Float[np.ndarray, "unknowns"]:
        """Return the slope of the distance by the unknowns, had these features been measured."""
        import torch

        found = torch.tensor(self.found, requires_grad=True)
        cuts = np.cumsum([len(t) for t in self.objective.targets])[:-1].tolist()
        parts = list(torch.tensor_split(found, cuts))
        targets = torch.tensor_split(torch.as_tensor(np.asarray(measured, dtype=float)), cuts)
        distance = self.objective.features.distance(parts, tuple(targets))
        (by_found,) = torch.autograd.grad(distance, found)
        return self.sensitivity.T @ by_found.nan_to_num(0.0).numpy()

    def step(self, measured: Float[np.ndarray, "numbers"]) -> Float[np.ndarray, "unknowns"]:
        """Return how far the lowest point moves for other measurements: one Newton step."""
        own = self.slope(np.concatenate(self.objective.targets))
        return -self.inverse @ (self.slope(measured) - own)

    def rise(self, k: int) -> float:
        """Return the curvature of the profile of unknown k: what is left when others give way."""
        others = np.delete(np.arange(len(self.hessian)), k)
        between = self.hessian[k, others]
        inner = self.hessian[np.ix_(others, others)]
        give = np.linalg.pinv(inner, rcond=_FLAT, hermitian=True) if len(others) else inner
        return float(max(0.0, self.hessian[k, k] - between @ give @ between))


def curvature(objective: Objective, u: Float[np.ndarray, "unknowns"]) -> Curvature:
    """Return the second-order picture of a loss at a point.

    Parameters
    ----------
    objective : Objective
        The loss.
    u : array, shape (n_unknowns,)
        The point, near the lowest.

    Returns
    -------
    Curvature

    Notes
    -----
    H = J' D J + P, with the sensitivity J of the features, D the second derivative of their
    distance where the model agrees with the data, and P that of the penalties. Distances without
    a second derivative (absolute differences) are taken as squared ones.
    """
    import torch

    sensitivity, found = objective.sensitivity(u), objective._one(u)
    hessian, first = np.zeros((len(u), len(u))), 0
    for part, target in zip(objective.features.parts, objective.targets, strict=True):
        rows = slice(first, first + len(target))
        hessian += part.weight * _curved(part.distance, found[rows], sensitivity[rows])
        first += len(target)
    if objective.penalties:
        given = torch.as_tensor(np.asarray(u, dtype=float))
        own = torch.autograd.functional.hessian(objective._penalties_at, given)
        hessian += np.nan_to_num(np.asarray(own))
    return Curvature(objective, found, sensitivity, (hessian + hessian.T) / 2)


def _curved(distance: Any, found: np.ndarray, sensitivity: np.ndarray) -> Matrix:
    """Return J' D J with D the Hessian of the distance of what was found to itself."""
    import torch

    at, slopes = torch.as_tensor(np.array(found)), torch.as_tensor(np.array(sensitivity))
    x = at.clone().requires_grad_()
    (slope,) = torch.autograd.grad(distance(x, at).sum(), x, create_graph=True)
    columns = [
        torch.autograd.grad((slope * column).sum(), x, retain_graph=True, allow_unused=True)[0]
        if slope.requires_grad else None
        for column in slopes.T
    ]  # fmt: skip
    none = torch.zeros_like(at)
    curved = torch.stack([none if each is None else each for each in columns], dim=1)
    curved = (slopes.T @ curved).numpy()
    if distance is not squared and not (np.isfinite(curved).all() and curved.any()):
        return _curved(squared, found, sensitivity)
    return curved


def left_of_the_prior(
    near: Curvature, draws: Float[np.ndarray, "draws numbers"], *, longer: float = 1.0
) -> Matrix:
    """Return the covariance of the unknowns that the prior and a fit to noisy data leave.

    Parameters
    ----------
    near : Curvature
        The loss at its lowest point.
    draws : array, shape (n_draws, n_numbers)
        Features of runs there that differ by noise.
    longer : float
        How many times as long the recording would be.

    Returns
    -------
    array, shape (n_unknowns, n_unknowns)
        In standard deviations of the priors: the identity where the data say nothing.

    Notes
    -----
    (G + I)^-1 with G = H V^-1 H, the information of an estimate that minimizes the loss [1]_:
    V is the covariance, over noise, of the slope of the loss. It is shrunk to its diagonal by
    n_unknowns / (n_unknowns + n_draws).

    References
    ----------
    .. [1] Godambe (1960), An optimum property of regular maximum likelihood estimation. Ann Math
       Stat 31:1208.
    """
    slopes = np.stack([near.slope(each) for each in draws[np.isfinite(draws).all(axis=1)]])
    n_draws, n = slopes.shape
    noise = np.atleast_2d(np.cov(slopes, rowvar=False))
    share = n / (n + n_draws)
    noise = (1 - share) * noise + share * np.diag(np.diag(noise))
    noise = noise + _SURE**2 * near.hessian @ near.hessian
    told = near.hessian @ np.linalg.pinv(noise, rcond=1e-12, hermitian=True) @ near.hessian
    return np.linalg.inv(longer * (told + told.T) / 2 + np.eye(n))
