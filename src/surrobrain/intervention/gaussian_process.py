"""A smooth function guessed from a few noisy values of it."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

__all__ = ["GaussianProcess", "expected_improvement", "solve_gaussian_process"]

_LENGTHS, _NOISES = (0.05, 10.0), (1e-4, 1.0)  # of the unit cube; of the variance of the values
_STARTS = ((0.3, 0.01), (1.0, 0.1), (0.1, 0.01))
_JITTER = 1e-10


@dataclass(frozen=True, eq=False)
class GaussianProcess:
    """What values at some points say of all others.

    Parameters
    ----------
    points : array, shape (n, d)
        Where values are known, in the unit cube.
    lengths : array, shape (d,)
        How far one has to go along each axis until values differ.
    noise : float
        Variance of a value about the function, as a share of the variance of the values.
    center, scale : float
        Mean and standard deviation of the values.
    factor : array, shape (n, n)
        Cholesky factor of the covariance of the standardized values.
    weights : array, shape (n,)
        That covariance solved for the standardized values.
    """

    points: Float[np.ndarray, "n d"]
    lengths: Float[np.ndarray, "d"]
    noise: float
    center: float
    scale: float
    factor: Float[np.ndarray, "n n"]
    weights: Float[np.ndarray, "n"]

    def __call__(
        self, at: Float[np.ndarray, "m d"]
    ) -> tuple[Float[np.ndarray, "m"], Float[np.ndarray, "m"]]:
        """Return mean and standard deviation of the function itself, without noise."""
        from scipy.linalg import solve_triangular

        across = _covariance(at, self.points, self.lengths)
        explained = solve_triangular(self.factor, across.T, lower=True)
        variance = np.maximum(1.0 - np.square(explained).sum(axis=0), 0.0)
        return self.center + self.scale * (across @ self.weights), self.scale * np.sqrt(variance)


def solve_gaussian_process(
    points: Float[np.ndarray, "n d"],
    values: Float[np.ndarray, "n"],
    *,
    lengths: Float[np.ndarray, "d"] | None = None,
    noise: float | None = None,
) -> GaussianProcess:
    """Return the process that makes the values most likely.

    Parameters
    ----------
    points : array, shape (n, d)
        In the unit cube.
    values : array, shape (n,)
        Of the function, noise included.
    lengths, noise : optional
        As in `GaussianProcess`; both are chosen by the likelihood unless both are given.

    Returns
    -------
    GaussianProcess

    Notes
    -----
    Matérn covariance of order 5/2 with a length per axis [1]_.

    References
    ----------
    .. [1] Rasmussen & Williams (2006), Gaussian processes for machine learning. MIT Press,
       chapters 2, 4 and 5.

    Examples
    --------
    >>> x = np.linspace(0, 1, 9)[:, None]
    >>> mean, sd = solve_gaussian_process(x, np.sin(4 * x[:, 0]))(np.array([[0.55]]))
    >>> bool(abs(mean[0] - np.sin(2.2)) < 0.01)
    True
    """
    center, scale = float(values.mean()), float(values.std()) or 1.0
    standard = (values - center) / scale
    if lengths is None or noise is None:
        lengths, noise = _most_likely(points, standard)
    factor, weights, _ = _solved(points, standard, lengths, noise)
    return GaussianProcess(points, lengths, noise, center, scale, factor, weights)


def expected_improvement(
    process: GaussianProcess, at: Float[np.ndarray, "m d"], *, below: float
) -> Float[np.ndarray, "m"]:
    """Return by how much the function at each point is expected to fall below a level.

    Parameters
    ----------
    process : GaussianProcess
        What is known of the function.
    at : array, shape (m, d)
        Points.
    below : float
        The level, such as the lowest mean so far.

    Returns
    -------
    array, shape (m,)

    Notes
    -----
    E[max(level - f, 0)] [1]_.

    References
    ----------
    .. [1] Jones, Schonlau & Welch (1998), Efficient global optimization of expensive black-box
       functions. J Global Optim 13:455.
    """
    from scipy.special import ndtr

    mean, sd = process(at)
    sd = np.maximum(sd, 1e-12)
    z = (below - mean) / sd
    return sd * (z * ndtr(z) + np.exp(-0.5 * z**2) / math.sqrt(2 * math.pi))


def _covariance(first: np.ndarray, second: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    away = (first[:, None] - second) / lengths
    r = math.sqrt(5) * np.sqrt(np.square(away).sum(axis=2))
    return (1 + r + r**2 / 3) * np.exp(-r)


def _solved(
    points: np.ndarray, values: np.ndarray, lengths: np.ndarray, noise: float
) -> tuple[np.ndarray, np.ndarray, float]:
    """Return factor, weights and minus the log likelihood."""
    from scipy.linalg import cho_solve

    covariance = _covariance(points, points, lengths)
    factor = np.linalg.cholesky(covariance + (noise + _JITTER) * np.eye(len(points)))
    weights = cho_solve((factor, True), values)
    likelihood = 0.5 * values @ weights + np.log(np.diag(factor)).sum()
    return factor, weights, float(likelihood) + 0.5 * len(values) * math.log(2 * math.pi)


def _most_likely(points: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, float]:
    from scipy.optimize import minimize

    d = points.shape[1]
    bounds = [tuple(np.log(_LENGTHS))] * d + [tuple(np.log(_NOISES))]

    def minus(logs: np.ndarray) -> float:
        return _solved(points, values, np.exp(logs[:d]), float(np.exp(logs[d])))[2]

    starts = [np.log([*[length] * d, noise]) for length, noise in _STARTS]
    found = [minimize(minus, start, method="L-BFGS-B", bounds=bounds) for start in starts]
    best = np.exp(min(found, key=lambda one: one.fun).x)
    return best[:d], float(best[d])
