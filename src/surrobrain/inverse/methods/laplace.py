"""Laplace: a Gaussian at the most probable point."""

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.mode import mode
from surrobrain.inverse.problem import Drawn, Problem
from surrobrain.seeds import stream

__all__ = ["laplace"]


def laplace(problem: Problem, options: Inference, *, seed: int) -> Drawn:
    """Draw from the Gaussian that fits the posterior at its most probable point.

    Parameters
    ----------
    problem : Problem
        With expected numbers.
    options : Inference
        Uses ``n_repeats``, ``iterations`` and ``n_draws``.
    seed : int
        Decides everything.

    Returns
    -------
    Drawn
        Right where the data decide well; blind to folds and to second modes.

    References
    ----------
    .. [1] MacKay (2003), Information theory, inference, and learning algorithms. Cambridge,
       chapter 27.
    """
    top = mode(problem, options, seed=seed)
    normal = stream(seed, 0x1A9).standard_normal((options.n_draws, len(top.u)))
    value, slope = top.likelihood.log_posterior(top.u)
    diagnostics = {
        "log posterior at the mode": value,
        "slope left at the mode": float(abs(top.root.T @ slope).max()),
    }
    return Drawn(top.u + normal @ top.root.T, diagnostics, top.likelihood.failed)
