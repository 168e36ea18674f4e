"""Variational inference: the Gaussian nearest to the posterior."""

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.mode import Mode, mode
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.progress import progress
from surrobrain.seeds import stream

__all__ = ["variational"]

_PAIRS = 4  # antithetic pairs of draws per step
_RATE = 0.1  # in standard deviations of the Gaussian at the mode
_DECAYS, _FLOOR = (0.9, 0.99), 1e-8
_AVERAGED = 0.5  # share of the steps, the last ones, whose points are averaged


def variational(problem: Problem, options: Inference, *, seed: int) -> Drawn:
    """Draw from the Gaussian, with full covariance, that maximizes the evidence lower bound.

    Parameters
    ----------
    problem : Problem
        With expected numbers.
    options : Inference
        Uses ``iterations``, ``n_repeats`` and ``n_draws``.
    seed : int
        Decides everything.

    Returns
    -------
    Drawn
        Diagnostics hold the lower bound at the start (Laplace) and at the end.

    Notes
    -----
    Gradients by reparametrization [1]_, ``u = mode + L (m + S z)`` with the Cholesky factor L of
    the Laplace covariance: so m starts at 0 and S at 1, whatever the scales. Slopes follow the path
    of the draws alone, which leaves no noise where the posterior is Gaussian [2]_; draws z come in
    antithetic pairs; m and S are averaged over the last half of the steps.

    References
    ----------
    .. [1] Kucukelbir et al. (2017), Automatic differentiation variational inference. JMLR 18:1.
    .. [2] Roeder, Wu & Duvenaud (2017), Sticking the landing: simple, lower-variance gradient
       estimators for variational inference. NeurIPS.
    """
    top = mode(problem, options, seed=seed)
    n, chance = len(top.u), stream(seed, 0xE1B0)
    lower = np.tril_indices(n)
    at = np.concatenate([np.zeros(n), np.eye(n)[lower]])
    mean, square, kept = np.zeros_like(at), np.zeros_like(at), []
    first = _bound(top, at, stream(seed, 0xE1B1), pairs=32)[0]
    with progress(options.iterations, label="variational") as report:
        for k in range(options.iterations):
            value, slope = _bound(top, at, chance, pairs=_PAIRS)
            report(k, f"lower bound {value:.4g}")
            mean = _DECAYS[0] * mean + (1 - _DECAYS[0]) * slope
            square = _DECAYS[1] * square + (1 - _DECAYS[1]) * slope**2
            size = np.sqrt(square / (1 - _DECAYS[1] ** (k + 1))) + _FLOOR
            rate = _RATE * (1 - k / options.iterations)
            at = at + rate * mean / (1 - _DECAYS[0] ** (k + 1)) / size
            kept.append(at)
    at = np.mean(kept[int(_AVERAGED * len(kept)) :], axis=0)
    last = _bound(top, at, stream(seed, 0xE1B1), pairs=32)[0]  # the draws of the first bound
    shift, scale = _parts(at, n)
    normal = stream(seed, 0xE1B2).standard_normal((options.n_draws, n))
    draws = top.u + (shift + normal @ scale.T) @ top.root.T
    diagnostics = {"lower bound at the start": first, "lower bound": last}
    return Drawn(draws, diagnostics, top.likelihood.failed)


def _bound(
    top: Mode, at: Float[np.ndarray, "values"], chance: np.random.Generator, *, pairs: int
) -> tuple[float, Float[np.ndarray, "values"]]:
    """Return the lower bound, up to a constant, and its slope."""
    n = len(top.u)
    shift, scale = _parts(at, n)
    half = chance.standard_normal((pairs, n))
    normal = np.concatenate([half, -half])
    total, by_shift, by_scale = 0.0, np.zeros(n), np.zeros((n, n))
    for z in normal:
        value, slope = top.likelihood.log_posterior(top.u + top.root @ (shift + scale @ z))
        apart = top.root.T @ slope + np.linalg.solve(scale.T, z)  # of log posterior and log q
        total, by_shift = total + value, by_shift + apart
        by_scale += np.outer(apart, z)
    found = np.concatenate([by_shift, by_scale[np.tril_indices(n)]]) / len(normal)
    return total / len(normal) + float(np.log(np.abs(np.diag(scale))).sum()), found


def _parts(
    at: Float[np.ndarray, "values"], n: int
) -> tuple[Float[np.ndarray, "unknowns"], Float[np.ndarray, "unknowns unknowns"]]:
    """Return shift and lower triangular scale."""
    scale = np.zeros((n, n))
    scale[np.tril_indices(n)] = at[n:]
    return at[:n], scale
