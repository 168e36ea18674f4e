"""The most probable point, and how sharply the data decide it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.likelihood import Likelihood, gaussian_likelihood
from surrobrain.inverse.problem import Problem
from surrobrain.inverse.searches.lbfgs import lbfgs
from surrobrain.seeds import stream

__all__ = ["Mode", "mode"]

_TRIED = 7  # points of the prior from the best of which the search starts
_FIRST = 0.3  # standard deviations of the prior: length of the first step

Point = Float[np.ndarray, "unknowns"]


@dataclass(frozen=True, eq=False)
class Mode:
    """A most probable point.

    Parameters
    ----------
    u : array, shape (n_unknowns,)
        Where it is.
    root : array, shape (n_unknowns, n_unknowns)
        Lower triangular L; ``L L'`` is the covariance of the Gaussian that fits there.
    likelihood : Likelihood
        With the scatter of features at that point.
    """

    u: Point
    root: Float[np.ndarray, "unknowns unknowns"]
    likelihood: Likelihood


def mode(problem: Problem, options: Inference, *, seed: int) -> Mode:
    """Search for the most probable point, and update the scatter of features there once.

    Parameters
    ----------
    problem : Problem
        What is simulated, and what was observed.
    options : Inference
        How many repeats and iterations.
    seed : int
        Decides the noise of the repeats and the points tried first.

    Returns
    -------
    Mode
        The covariance is ``(J' J + 1)^-1``, J the slopes of the whitened features (Gauss-Newton)
        and 1 the precision of the prior.

    Raises
    ------
    NotConverged
        No point that was tried has expected features, or none of them scatters.
    """
    keys = stream(seed, 0x30DE)
    seeds = [int(k) for k in keys.integers(2**31, size=2)]
    u = np.asarray(problem.start, dtype=np.float64)
    tried = [u, *keys.standard_normal((_TRIED, len(u)))]
    likelihood = _first(problem, tried, n_repeats=options.n_repeats, seed=seeds[0])
    u = max(tried, key=lambda point: likelihood.log_posterior(point)[0])
    u = _climbed(likelihood, u, options.iterations)
    if problem.covariance is None:
        likelihood = gaussian_likelihood(problem, u, n_repeats=options.n_repeats, seed=seeds[1])
        u = _climbed(likelihood, u, options.iterations)
    slopes = likelihood.sensitivity(u)
    precision = slopes.T @ slopes + np.eye(len(u))
    if not np.isfinite(precision).all():
        raise NotConverged(
            "expected features have no slope at the most probable point: it lies at the edge of "
            "where the network can be simulated; narrow the priors"
        )
    return Mode(u, np.linalg.cholesky(np.linalg.inv(precision)), likelihood)


def _first(problem: Problem, tried: list[Point], *, n_repeats: int, seed: int) -> Likelihood:
    """Return the likelihood at the first point that has one."""
    said: Exception | None = None
    for point in tried:
        try:
            return gaussian_likelihood(problem, point, n_repeats=n_repeats, seed=seed)
        except NotConverged as error:
            said = said or error
    raise NotConverged(
        f"none of {len(tried)} points, the values of the network and draws from the prior, has a "
        f"likelihood; the first says: {said}"
    ) from said


def _climbed(likelihood: Likelihood, start: Point, iterations: int) -> Point:
    def ask(u: Point) -> tuple[float, Point]:
        value, slope = likelihood.log_posterior(u)
        return -value, -slope

    end = lbfgs(ask, start, iterations=iterations, rate=_FIRST, report=lambda value: None)
    if likelihood.is_lost(likelihood.log_posterior(end)[0]):
        raise NotConverged(
            "expected features do not exist where the search went; check that the network rests "
            "over most of the prior, or take through='simulation'"
        )
    return end
