"""The part of a posterior that a linear regression knows, so that a flow need not learn it."""

from collections.abc import Callable
from typing import Any

import numpy as np

from surrobrain.linear.left_out_ridge import left_out_ridge

__all__ = ["linear_start"]


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
        constant, slopes, errors = left_out_ridge(given, wanted)
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
            return flow.log_prob(rest, condition, **options) - self.volume

        def loss(self, input: Any, condition: Any, **options: Any) -> Any:
            return -self.log_prob(input[None], condition, **options)[0]

        def sample(self, sample_shape: Any, condition: Any, **options: Any) -> Any:
            rest = flow.sample(sample_shape, condition, **options)
            return self.constant + condition @ self.slopes + rest @ self.root.T

    return LinearStart()
