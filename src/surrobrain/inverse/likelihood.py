"""How likely features are: a Gaussian about their expected values."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.inverse.problem import Problem
from surrobrain.statistics.shrinkage import shrunk_covariance

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["Likelihood", "gaussian_likelihood"]

_LOST = -1e6  # log probability of a point without expected features: none lies lower, but finite
_FEWEST = 10  # repeats that must succeed
_NO_SPREAD = 1e-9  # relative to the size of a number

Point = Float[np.ndarray, "unknowns"]


@dataclass(frozen=True, eq=False)
class Likelihood:
    """Gaussian log probability of what was observed, and of u before the data.

    Parameters
    ----------
    problem : Problem
        Gives the expected numbers.
    offset : array, shape (n_numbers,)
        What is added to them.
    whitening : array, shape (n_kept, n_numbers)
        W with ``W C W' = 1``, for the covariance C of those numbers that vary.
    failed : float
        Share of the repeats that failed.
    """

    problem: Problem
    offset: Float[np.ndarray, "numbers"]
    whitening: Float[np.ndarray, "kept numbers"]
    failed: float = 0.0

    def residuals(self, u: "Tensor") -> "Tensor":
        """Return the differences to what was observed, in standard deviations, uncorrelated."""
        import torch

        observed = torch.as_tensor(self.problem.observed - self.offset)
        return torch.as_tensor(self.whitening) @ (observed - self.problem.mean(u))

    def log_likelihood(self, u: "Tensor") -> "Tensor":
        """Return the log probability of what was observed, up to a constant.

        Raises
        ------
        NotConverged
            There are no expected features at u.
        """
        return -0.5 * self.residuals(u).square().sum()

    def log_posterior(self, u: Point) -> tuple[float, Point]:
        """Return the log posterior up to a constant, and its gradient; finite everywhere."""
        import torch

        given = torch.tensor(u, dtype=torch.float64, requires_grad=True)
        try:
            value = self.log_likelihood(given) - 0.5 * given.square().sum()
        except NotConverged:
            return _LOST, np.zeros_like(u)
        if not torch.isfinite(value) or float(value.detach()) <= _LOST:
            return _LOST, np.zeros_like(u)
        (slope,) = torch.autograd.grad(value, given)
        return float(value.detach()), slope.nan_to_num(0.0, 0.0, 0.0).numpy()

    def sensitivity(self, u: Point, *, step: float = 1e-3) -> Float[np.ndarray, "kept unknowns"]:
        """Return the slopes of the expected numbers in standard deviations, by differences."""
        import torch

        def at(point: Point) -> Any:
            with torch.no_grad():
                return self.residuals(torch.as_tensor(point)).numpy()

        eye = step * np.eye(len(u))
        return np.stack([(at(u - e) - at(u + e)) / (2 * step) for e in eye], axis=1)

    def is_lost(self, value: float) -> bool:
        """Tell whether a log posterior stands for a point without expected features."""
        return value <= _LOST


def gaussian_likelihood(
    problem: Problem, reference: Point, *, n_repeats: int, seed: int
) -> Likelihood:
    """Return the likelihood whose scatter is that of repeated simulations at one point.

    Parameters
    ----------
    problem : Problem
        What is simulated.
    reference : array, shape (n_unknowns,)
        Where.
    n_repeats : int
        Simulations.
    seed : int
        Decides their noise.

    Returns
    -------
    Likelihood
        Log probability ``-|r|^2 / 2`` with ``r = W (y - m(u) - offset)``.

    Raises
    ------
    NotConverged
        Too few simulations succeed there, or no number varies.

    Notes
    -----
    The offset lets the expected numbers at the reference be the mean of the repeats. So neither
    the bias of a short recording, nor that of the linearization, nor the one noise draw behind
    ``problem.mean`` matters near the reference; what remains of the simulation's own noise is that
    of the mean of the repeats, by which the covariance is widened: ``C (1 + 1 / n_repeats)``. Where
    the problem knows its covariance, that is taken, without an offset.
    """
    import torch

    if problem.covariance is not None:
        whitening = np.linalg.inv(np.linalg.cholesky(problem.covariance))
        return Likelihood(problem, np.zeros(len(problem.observed)), whitening)
    with torch.no_grad():
        expected = problem.mean(torch.as_tensor(reference)).numpy()
    if not np.isfinite(expected).all():
        raise NotConverged("there are no expected features at this point")
    numbers = problem.simulate(np.repeat(reference[None], n_repeats, axis=0), seed=seed)
    good = numbers[np.isfinite(numbers).all(axis=1)]
    if len(good) < _FEWEST:
        raise NotConverged(
            f"{len(good)} of {n_repeats} simulations at one point succeeded, too few to tell how "
            "features scatter; narrow the priors, or take a smaller dt"
        )
    mean, spread = good.mean(axis=0), good.std(axis=0)
    varies = spread > _NO_SPREAD * (np.abs(mean) + spread.max())
    if not varies.any():
        raise NotConverged(
            "no feature differs between noise draws, so nothing is uncertain; give the network "
            "noise, or fit it instead"
        )
    covariance = shrunk_covariance(good[:, varies]) * (1 + 1 / len(good))
    whitening = np.linalg.inv(np.linalg.cholesky(covariance)) @ np.eye(len(mean))[varies]
    return Likelihood(problem, mean - expected, whitening, 1 - len(good) / n_repeats)
