"""Sequential Monte Carlo without likelihood: simulations that come near, then nearer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.inverse.scaling import oddity, scaling_of, surviving
from surrobrain.linear.left_out_ridge import left_out_ridge
from surrobrain.seeds import stream
from surrobrain.statistics.shrinkage import shrunk_covariance

__all__ = ["smc_abc"]

_FIRST = 0.3  # share of the simulations that are drawn from the prior
_SIZE, _SMALLEST = 0.025, 100  # particles per simulation, and at least
_KEPT = 0.5  # quantile of the distances that is the next threshold
_FEWEST = 0.03  # share of acceptances below which no nearer threshold is tried
_ODD = 0.999

Points = Float[np.ndarray, "points unknowns"]


@dataclass(frozen=True, eq=False)
class _Cloud:
    """Weighted particles with their numbers and distances."""

    u: Points
    x: Float[np.ndarray, "points kept"]
    distance: Float[np.ndarray, "points"]
    weight: Float[np.ndarray, "points"]


def smc_abc(problem: Problem, options: Inference, *, seed: int) -> Drawn:
    """Draw by population Monte Carlo with a threshold that falls from population to population.

    Parameters
    ----------
    problem : Problem
        Any simulator.
    options : Inference
        Uses ``n_simulations``, in all, and ``n_draws``.
    seed : int
        Decides points and noise.

    Returns
    -------
    Drawn
        Particles, resampled by weight.

    Raises
    ------
    NotConverged
        Fewer than a tenth of the simulations of the prior succeeded.

    Notes
    -----
    Features and their squares are first condensed to as many numbers as there are unknowns, by
    the regression of the unknowns on them over the prior [3]_: what says nothing of the unknowns
    would only keep simulations apart. Distance: Mahalanobis, with the covariance over the prior.
    Threshold: median distance of the last population. Kernel: Gaussian with twice its weighted
    covariance [1]_. What remains of the threshold is corrected by local linear regression [2]_,
    exact where both are jointly Gaussian. Stops when the simulations are used up or few are
    accepted.

    References
    ----------
    .. [1] Beaumont et al. (2009), Adaptive approximate Bayesian computation. Biometrika 96:983.
    .. [2] Beaumont, Zhang & Balding (2002), Approximate Bayesian computation in population
       genetics. Genetics 162:2025.
    .. [3] Fearnhead & Prangle (2012), Constructing summary statistics for approximate Bayesian
       computation. J R Stat Soc B 74:419.
    """
    chance = stream(seed, 0xABC)
    first = int(_FIRST * options.n_simulations)
    u = chance.standard_normal((first, problem.n_unknowns))
    numbers = problem.simulate(u, seed=_noise(chance))
    good, failed, said = surviving(numbers)
    near = _Nearness(u[good], numbers[good], problem.observed)
    x = near.condensed(numbers[good])
    distance = near(x)
    size = min(max(_SMALLEST, int(_SIZE * options.n_simulations)), len(distance))
    order = np.argsort(distance)[:size]
    cloud = _Cloud(u[good][order], x[order], distance[order], np.full(len(order), 1 / len(order)))
    left, populations, accepted = options.n_simulations - first, 1, 1.0
    while left >= size:
        threshold = float(np.quantile(cloud.distance, _KEPT))
        found, used, share = _population(problem, near, cloud, threshold, left, chance)
        left -= used
        if found is None:
            break
        cloud, populations, accepted = found, populations + 1, share
    if near.oddity > _ODD:
        said += (
            "the recording is unlike what the prior produces: its features lie farther out than "
            f"{near.oddity:.1%} of the simulations",
        )
    draws, told = _adjusted(cloud, near.observed)
    effective = 1 / np.square(cloud.weight).sum()
    if effective < 50:
        told += (f"only {effective:.0f} effective particles remain; give more simulations",)
    chosen = chance.choice(len(draws), options.n_draws, p=cloud.weight)
    diagnostics = {
        "threshold": float(cloud.distance.max()), "effective particles": float(effective),
        "populations": float(populations), "acceptance": accepted,
    }  # fmt: skip
    return Drawn(draws[chosen], diagnostics, failed, (*said, *told))


class _Nearness:
    """Distance from what was observed, in what features tell of the unknowns."""

    def __init__(self, u: Points, numbers: np.ndarray, observed: np.ndarray) -> None:
        self.scaling = scaling_of(numbers)
        scaled = self.scaling(numbers)
        self.slopes = left_out_ridge(_with_squares(scaled), u)[1]
        told, self.observed = self.condensed(numbers), self.condensed(observed)
        self.whiten = np.linalg.inv(np.linalg.cholesky(shrunk_covariance(told)))
        self.oddity = oddity(scaled, self.scaling(observed))

    def condensed(self, numbers: np.ndarray) -> np.ndarray:
        """Return the regression of the unknowns on the features, without its constant."""
        return _with_squares(self.scaling(numbers)) @ self.slopes

    def __call__(self, condensed: np.ndarray) -> np.ndarray:
        """Return distances; infinite where a simulation failed."""
        found = np.linalg.norm((condensed - self.observed) @ self.whiten.T, axis=1)
        return np.where(np.isfinite(found), found, np.inf)


def _with_squares(scaled: np.ndarray) -> np.ndarray:
    return np.concatenate([scaled, scaled**2], axis=-1)


def _population(
    problem: Problem, near: _Nearness, old: _Cloud, threshold: float, left: int, chance: Any
) -> tuple[_Cloud | None, int, float]:
    """Return particles nearer than the threshold, simulations used, and the share accepted."""
    size, used = len(old.u), 0
    center = old.weight @ old.u
    root = np.linalg.cholesky(
        2 * np.cov(old.u.T, aweights=old.weight).reshape(len(center), -1)
        + 1e-12 * np.eye(len(center))
    )
    us, xs, distances = [], [], []
    n = 0
    while n < size and used + size <= left:
        parents = chance.choice(len(old.u), size, p=old.weight)
        u = old.u[parents] + chance.standard_normal(old.u.shape) @ root.T
        x = near.condensed(problem.simulate(u, seed=_noise(chance)))
        distance = near(x)
        inside = distance <= threshold
        used, n = used + size, n + int(inside.sum())
        us.append(u[inside])
        xs.append(x[inside])
        distances.append(distance[inside])
        if n < _FEWEST * used:
            break
    if n < max(20, size // 3):
        return None, used, n / max(used, 1)
    u = np.concatenate(us)[:size]
    weight = _weights(u, old, root)
    x, distance = np.concatenate(xs)[:size], np.concatenate(distances)[:size]
    return _Cloud(u, x, distance, weight), used, n / used


def _weights(u: Points, old: _Cloud, root: np.ndarray) -> Float[np.ndarray, "points"]:
    """Return prior over proposal."""
    from scipy.special import logsumexp

    z, centers = np.linalg.solve(root, u.T).T, np.linalg.solve(root, old.u.T).T
    square = ((z[:, None] - centers[None]) ** 2).sum(axis=-1)
    log = -0.5 * (u**2).sum(axis=1) - logsumexp(np.log(old.weight) - 0.5 * square, axis=1)
    weight = np.exp(log - log.max())
    return weight / weight.sum()


def _adjusted(cloud: _Cloud, observed: np.ndarray) -> tuple[Points, tuple[str, ...]]:
    """Move particles along the regression of unknowns on features to what was observed."""
    n, width = cloud.x.shape
    if n < 3 * (width + 1):
        return cloud.u, (
            f"{n} particles are too few to correct {width} features for the threshold that "
            "remains, so the posterior is too wide; give more simulations or fewer features",
        )  # fmt: skip
    closeness = 1 - (cloud.distance / cloud.distance.max()) ** 2  # Epanechnikov
    root = np.sqrt(cloud.weight * closeness)[:, None]
    apart = cloud.x - observed
    design = np.hstack([np.ones((n, 1)), apart])
    slopes = np.linalg.lstsq(root * design, root * cloud.u, rcond=None)[0][1:]
    return cloud.u - apart @ slopes, ()


def _noise(chance: np.random.Generator) -> int:
    return int(chance.integers(2**31))
