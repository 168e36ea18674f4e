"""The part of a posterior that a linear regression knows, so that a flow need not learn it."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

__all__ = ["linear_start", "ridge_by_left_out"]

_STRENGTHS = np.logspace(-4, 4, 17)  # penalties per sample that are tried


def ridge_by_left_out(
    x: Float[np.ndarray, "points numbers"], y: Float[np.ndarray, "points unknowns"]
) -> tuple[
    Float[np.ndarray, "unknowns"],
    Float[np.ndarray, "numbers unknowns"],
    Float[np.ndarray, "points unknowns"],
]:
    """Return the ridge regression whose penalty predicts left-out points best.

    Parameters
    ----------
    x : array, shape (n_points, n_numbers)
        Inputs, on comparable scales.
    y : array, shape (n_points, n_unknowns)
        Outputs.

    Returns
    -------
    constant : array, shape (n_unknowns,)
        Prediction at zero.
    slopes : array, shape (n_numbers, n_unknowns)
        By every input.
    errors : array, shape (n_points, n_unknowns)
        Of each point when it is left out, exact without a second fit.
    """
    n = len(x)
    middle, level = x.mean(axis=0), y.mean(axis=0)
    u, s, vt = np.linalg.svd(x - middle, full_matrices=False)
    seen = u.T @ (y - level)
    best: tuple = ()
    for strength in n * _STRENGTHS:
        kept = s**2 / (s**2 + strength)
        leverage = np.minimum((u**2) @ kept + 1 / n, 1 - 1e-6)
        errors = (y - level - u @ (kept[:, None] * seen)) / (1 - leverage)[:, None]
        loss = float(np.square(errors).sum())
        if not best or loss < best[0]:
            best = (loss, vt.T @ ((kept / np.maximum(s, 1e-300))[:, None] * seen), errors)
    return level - middle @ best[1], best[1], best[2]


def linear_start(build: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return a builder of density estimators that learn what a linear regression leaves.

    Parameters
    ----------
    build : callable
        Takes parameters and features of the first simulations and returns a conditional density
        estimator of the package sbi.

    Returns
    -------
    callable
        The same; the density is ``q(R^-1 (u - a - B x) | x) / |R|``, with ridge regression a, B
        and R the Cholesky factor of its left-out errors' covariance.
    """

    def started(theta: Any, x: Any) -> Any:
        import torch

        given, wanted = (np.asarray(t, dtype=np.float64) for t in (x, theta))
        constant, slopes, errors = ridge_by_left_out(given, wanted)
        n_unknowns = wanted.shape[1]
        covariance = np.cov(errors.T).reshape(n_unknowns, n_unknowns)
        root = np.linalg.cholesky(covariance + 1e-10 * np.eye(n_unknowns))
        numbers = {"constant": constant, "slopes": slopes, "root": root}
        tensors = {k: torch.as_tensor(v, dtype=theta.dtype) for k, v in numbers.items()}
        rest = torch.as_tensor(np.linalg.solve(root, errors.T).T, dtype=theta.dtype)
        return _estimator(build(rest, x), tensors)

    return started


def _estimator(flow: Any, numbers: dict[str, Any]) -> Any:
    """Return a density estimator made of a linear map and a flow for the rest."""
    import torch
    from sbi.neural_nets.estimators.base import ConditionalDensityEstimator

    class LinearStart(ConditionalDensityEstimator):
        def __init__(self) -> None:
            super().__init__(flow, flow.input_shape, flow.condition_shape)
            for name, value in numbers.items():
                self.register_buffer(name, value)
            self.register_buffer("volume", torch.log(torch.diagonal(numbers["root"])).sum())

        def log_prob(self, input: Any, condition: Any, **options: Any) -> Any:
            rest = input - self.constant - condition @ self.slopes
            rest = torch.linalg.solve_triangular(self.root, rest[..., None], upper=False)[..., 0]
            return self.net.log_prob(rest, condition, **options) - self.volume

        def loss(self, input: Any, condition: Any, **options: Any) -> Any:
            return -self.log_prob(input[None], condition, **options)[0]

        def sample(self, sample_shape: Any, condition: Any, **options: Any) -> Any:
            rest = self.net.sample(sample_shape, condition, **options)
            return self.constant + condition @ self.slopes + rest @ self.root.T

    return LinearStart()
