"""What is known of the unknowns of a network after the data."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, number
from surrobrain.inverse.free_network import FreeNetwork
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.objective import Objective

__all__ = ["Posterior"]


@dataclass(frozen=True, eq=False)
class Posterior:
    """Draws of the unknowns of a network given a recording, and what a reader must know.

    Parameters
    ----------
    free : FreeNetwork
        Network and unknowns; ``free.at(posterior.u[k])`` is the network of draw k.
    u : array, shape (n_draws, n_unknowns)
        Draws in standard normal coordinates of the prior.
    inference : Inference
        How they were had.
    diagnostics : dict of str to float
        What the method says of itself.
    failed : float
        Share of the simulations that failed.
    seconds : float
        Wall time.
    seed : int
        Decided everything.
    warnings : tuple of str
        What a reader must know, in plain words.
    objective : Objective, optional
        What was compared, for the report on how far the posterior can be trusted.

    Examples
    --------
    >>> import surrobrain as sb
    >>> network = sb.Network(sb.Linear(), sb.examples.ring(4), noise=1.0)
    >>> free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.8)})
    >>> draws = 0.1 * np.random.default_rng(0).normal(size=(500, 1))
    >>> posterior = Posterior(free, draws, Inference("laplace"), {}, 0.0, 1.0, 0, ())
    >>> posterior.mean.round(1), posterior.shrinkage.round(2)
    (array([0.4]), array([0.99]))
    """

    free: FreeNetwork
    u: Float[np.ndarray, "draws unknowns"]
    inference: Inference
    diagnostics: dict[str, float]
    failed: float
    seconds: float
    seed: int
    warnings: tuple[str, ...]
    objective: Objective | None = field(default=None, repr=False)

    @property
    def method(self) -> str:
        """Name of the method."""
        return self.inference.method

    @property
    def names(self) -> tuple[str, ...]:
        """A name for every unknown."""
        return self.free.names

    @property
    def units(self) -> tuple[str, ...]:
        """The unit of every unknown."""
        return self.free.units

    @property
    def draws(self) -> Float[np.ndarray, "draws unknowns"]:
        """Draws in the unit of each unknown."""
        return self.free.natural(self.u)

    @property
    def mean(self) -> Float[np.ndarray, "unknowns"]:
        """Mean of every unknown, in its unit."""
        return self.draws.mean(axis=0)

    @property
    def sd(self) -> Float[np.ndarray, "unknowns"]:
        """Standard deviation of every unknown, in its unit."""
        return self.draws.std(axis=0, ddof=1)

    @property
    def shrinkage(self) -> Float[np.ndarray, "unknowns"]:
        """What the data took away of the variance: 1 - posterior / prior variance of u.

        1 where the data decide, 0 where they say nothing, negative where they widened the prior.
        """
        return 1 - self.u.var(axis=0, ddof=1)

    def interval(self, level: float = 0.9) -> Float[np.ndarray, "2 unknowns"]:
        """Return lower and upper end of the central interval with this probability."""
        tail = (1 - number(level, "level", low=0.0, high=1.0)) / 2
        return np.quantile(self.draws, [tail, 1 - tail], axis=0)

    def z(self, truth: Float[np.ndarray, "unknowns"]) -> Float[np.ndarray, "unknowns"]:
        """Return how many posterior standard deviations the mean lies from a known truth.

        Together with `shrinkage` it tells four cases apart [1]_: near 0 with shrinkage near 1 is
        a good answer; a large z with shrinkage near 1 is a confident mistake.

        References
        ----------
        .. [1] Schad, Betancourt & Vasishth (2021), Toward a principled Bayesian workflow in
           cognitive science. Psychol Methods 26:103.
        """
        return (self.mean - np.asarray(truth, dtype=np.float64)) / self.sd

    def of(self, name: str) -> Float[np.ndarray, "draws"]:
        """Return the draws of one unknown, in its unit."""
        return self.draws[:, self.names.index(choice(name, self.names, "unknown"))]
