"""A person's features condensed to what they say of the unknowns."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotConverged
from surrobrain.inverse.likelihood import Likelihood, gaussian_likelihood
from surrobrain.inverse.problem import Problem
from surrobrain.seeds import stream
from surrobrain.statistics.shrinkage import shrunk_covariance

__all__ = ["Condensed", "condensed"]

_FEWEST = 10  # repeats that must succeed


@dataclass(frozen=True, eq=False)
class Condensed:
    """A likelihood of as many numbers as there are unknowns.

    Parameters
    ----------
    likelihood : Likelihood
        Gaussian; its whitening condenses.
    misfit : float
        How many times farther the recording lies from the network than runs of the network do, in
        squares; 1 where the network could have made it.
    """

    likelihood: Likelihood
    misfit: float


def condensed(
    problem: Problem, reference: Float[np.ndarray, "unknowns"], *, n_repeats: int, seed: int
) -> Condensed:
    """Return the likelihood near a point, with an error that was measured there.

    Parameters
    ----------
    problem : Problem
        What is simulated, and what was observed.
    reference : array, shape (n_unknowns,)
        The most probable point of this person alone.
    n_repeats : int
        Simulations for the scatter of all features, and again as many for that of the few numbers.
    seed : int
        Decides their noise.

    Returns
    -------
    Condensed

    Raises
    ------
    NotConverged
        Expected features have no slope there, or too few simulations succeed.

    Notes
    -----
    With whitened features ``W y`` and their slopes ``W J = Q R``, ``Q' W y`` keeps all that they
    say of u near the reference [1]_. The covariance of these few numbers is that of fresh runs, so
    it is right even where the covariance of the many was badly known; and it is multiplied by the
    misfit, where that exceeds 1, as the dispersion of a quasi-likelihood is [2]_: a network that is
    wrong must not be sure.

    References
    ----------
    .. [1] Alsing & Wandelt (2018), Generalized massive optimal data compression. MNRAS 476:L60.
    .. [2] McCullagh & Nelder (1989), Generalized linear models. Chapman & Hall, chapter 9.
    """
    keys = [int(k) for k in stream(seed, 0xC0D).integers(2**31, size=2)]
    full = gaussian_likelihood(problem, reference, n_repeats=n_repeats, seed=keys[0])
    slopes = full.sensitivity(reference)
    if not np.isfinite(slopes).all():
        raise NotConverged(
            "expected features have no slope at the most probable point; narrow the priors"
        )
    import torch

    directions, _ = np.linalg.qr(slopes)  # (kept, unknowns)
    with torch.no_grad():
        expected = problem.mean(torch.as_tensor(reference)).numpy()
    runs = problem.simulate(np.repeat(reference[None], n_repeats, axis=0), seed=keys[1])
    runs = runs[np.isfinite(runs).all(axis=1)]
    if len(runs) < _FEWEST:
        raise NotConverged(f"{len(runs)} of {n_repeats} simulations at one point succeeded")
    away = (runs - full.offset - expected) @ full.whitening.T
    observed = full.whitening @ (problem.observed - full.offset - expected)
    misfit = max(1.0, float(observed @ observed / np.square(away).sum(axis=1).mean()))
    covariance = misfit * shrunk_covariance(away @ directions)
    filters = np.linalg.solve(np.linalg.cholesky(covariance), directions.T @ full.whitening)
    return Condensed(Likelihood(problem, full.offset, filters, full.failed), misfit)
