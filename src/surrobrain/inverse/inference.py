"""How a posterior is computed."""

from dataclasses import dataclass
from typing import Literal

from surrobrain.catalog import names
from surrobrain.checks import choice, positive, whole

__all__ = ["Inference"]


@dataclass(frozen=True)
class Inference:
    """How the posterior of a network's unknowns is computed.

    Parameters
    ----------
    method : {"neural_posterior", "smc_abc", "laplace", "variational", "nuts"}
        "neural_posterior": a normalizing flow learns the posterior from simulations; any network,
        any feature, up to some tens of unknowns. "smc_abc": simulations that come near the
        recording, without any network to train; a few unknowns. The other three need the
        gradient of the expected features, and take features to scatter as a Gaussian. "laplace":
        a Gaussian at the best point, the cheapest. "variational": the Gaussian nearest to the
        posterior. "nuts": Hamiltonian Monte Carlo, the most exact of the three.
    n_draws : int
        Draws of the posterior that are returned.
    n_simulations : int
        Runs of the network: per round of the neural posterior, or in all of "smc_abc".
    rounds : int
        Of the neural posterior: from the second on, points are drawn around the posterior so far.
        Three suit many unknowns; the flow is then no longer good for another recording.
    flow : {"maf", "nsf"}
        Of the neural posterior: masked autoregressive or neural spline flow.
    embedding : int, optional
        Numbers to which a small network condenses the features first; for hundreds of features.
    through : {"auto", "simulation", "linearization"}
        Where expected features come from: runs and their adjoint, or small fluctuations about
        rest; by default the latter wherever features and network allow it.
    noise_draws : int
        Runs whose mean gives the slopes of the expected features, through the simulation.
    n_repeats : int
        Runs at one point from which the scatter of the features is estimated.
    iterations : int
        Steps of "variational", and of the search of the best point.
    n_chains : int
        Of "nuts".
    duration : float, optional
        Seconds simulated; by default as long as the recording.

    Raises
    ------
    ValueError
        An unknown method or a number out of range.

    Examples
    --------
    >>> Inference("laplace", through="linearization").n_draws
    1000
    """

    method: str = "neural_posterior"
    n_draws: int = 1000
    n_simulations: int = 2000
    rounds: int = 1
    flow: Literal["maf", "nsf"] = "maf"
    embedding: int | None = None
    through: Literal["auto", "simulation", "linearization"] = "auto"
    noise_draws: int = 4
    n_repeats: int = 200
    iterations: int = 100
    n_chains: int = 4
    duration: float | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        choice(self.method, names("surrobrain.inverse.methods"), "method of inference")
        choice(self.flow, ("maf", "nsf"), "flow")
        choice(self.through, ("auto", "simulation", "linearization"), "way")
        whole(self.n_draws, "n_draws", low=2)
        whole(self.n_simulations, "n_simulations", low=100)
        whole(self.n_repeats, "n_repeats", low=20)
        for name in ("rounds", "noise_draws", "iterations", "n_chains"):
            whole(getattr(self, name), name, low=1)
        if self.embedding is not None:
            whole(self.embedding, "embedding", low=1)
        if self.duration is not None:
            positive(self.duration, "duration", unit="s")
