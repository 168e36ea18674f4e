"""Where the next simulations are drawn, and how draws are freed from that choice."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotEnough
from surrobrain.seeds import stream

__all__ = ["Proposal", "around", "corrected", "prior"]

_SHARE = 0.25  # power of the likelihood: twice as wide where the data decide

Draws = Float[np.ndarray, "draws unknowns"]


@dataclass(frozen=True, eq=False)
class Proposal:
    """Gaussian on u from which points are drawn.

    Parameters
    ----------
    center : array, shape (n_unknowns,)
        Its mean.
    root : array, shape (n_unknowns, n_unknowns)
        L, with ``L L'`` its covariance.
    """

    center: Float[np.ndarray, "unknowns"]
    root: Float[np.ndarray, "unknowns unknowns"]

    def draw(self, n: int, *, seed: int) -> Draws:
        """Return n points."""
        normal = stream(seed, 0x960).standard_normal((n, len(self.center)))
        return self.center + normal @ self.root.T

    def log_weight(self, u: Draws) -> Float[np.ndarray, "draws"]:
        """Return the log probability of the prior over that of the proposal, up to a constant."""
        z = np.linalg.solve(self.root, (u - self.center).T)
        return 0.5 * (np.square(z).sum(axis=0) - np.square(u).sum(axis=1))


def prior(n_unknowns: int) -> Proposal:
    """Return the prior of u."""
    return Proposal(np.zeros(n_unknowns), np.eye(n_unknowns))


def around(draws: Draws) -> Proposal:
    """Return a Gaussian twice as wide as draws of a posterior, and nowhere wider than the prior.

    Parameters
    ----------
    draws : array, shape (n_draws, n_unknowns)
        In standard normal coordinates of the prior.

    Raises
    ------
    NotEnough
        There are not more draws than unknowns.

    Notes
    -----
    The Gaussian of the draws is the prior times a likelihood; the proposal is the prior times the
    fourth root of that likelihood. So it stays the prior where the data say nothing.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(5000, 2)) * [0.1, 1.0] + [1.0, 0.0]
    >>> found = around(draws)
    >>> found.center.round(1) + 0.0, np.linalg.norm(found.root, axis=1).round(1)
    (array([1., 0.]), array([0.2, 1. ]))
    """
    n, n_unknowns = draws.shape
    if n <= n_unknowns:
        raise NotEnough(
            f"{n} draws do not tell the spread of {n_unknowns} unknowns; ask for more draws"
        )
    variances, axes = np.linalg.eigh(np.atleast_2d(np.cov(draws, rowvar=False)))
    precision = 1 / np.clip(variances, 1e-12, 1.0)
    wider = 1 + _SHARE * (precision - 1)
    center = axes @ (_SHARE * precision / wider * (axes.T @ draws.mean(axis=0)))
    return Proposal(center, axes / np.sqrt(wider))


def corrected(
    draws: Draws, proposal: Proposal, *, n_draws: int, seed: int
) -> tuple[Float[np.ndarray, "chosen unknowns"], float]:
    """Return draws of the posterior under the prior from those under a proposal.

    Parameters
    ----------
    draws : array, shape (n_candidates, n_unknowns)
        Draws of the posterior that holds where the proposal is taken for the prior.
    proposal : Proposal
        What the simulations were drawn from.
    n_draws : int
        Draws that are returned.
    seed : int
        Decides which.

    Returns
    -------
    draws : array, shape (n_draws, n_unknowns)
        Resampled by the weight ``prior / proposal``.
    effective : float
        Number of equally weighted draws that tell as much, at most n_candidates.

    References
    ----------
    .. [1] Rubin (1988), Using the SIR algorithm to simulate posterior distributions. Bayesian
       Statistics 3:395.
    """
    log = proposal.log_weight(draws)
    weight = np.exp(log - log.max())
    weight /= weight.sum()
    chosen = stream(seed, 0x961).choice(len(draws), n_draws, p=weight)
    return draws[chosen], float(1 / np.square(weight).sum())
