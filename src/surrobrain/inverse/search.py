"""How a network's unknowns are searched for."""

from dataclasses import dataclass
from typing import Literal

from surrobrain.checks import choice, positive, whole

__all__ = ["Search"]

_METHODS = ("adam", "cma_es", "gauss_newton", "lbfgs")


@dataclass(frozen=True)
class Search:
    """How the unknowns of a network are searched for.

    Parameters
    ----------
    method : {"cma_es", "adam", "lbfgs", "gauss_newton"}
        "cma_es": no gradient, on all cores, robust to noise and folds; up to some tens of
        unknowns. "adam": gradient through the simulation, for many unknowns and noisy losses.
        "lbfgs": gradient with curvature, for smooth losses. "gauss_newton": least squares
        (Levenberg-Marquardt), for features compared by squares, such as an evoked waveform.
    through : {"simulation", "linearization"}
        Whether features are those of simulations, or of small fluctuations about rest, which
        need none: hundreds of times faster, for features of the covariance, such as functional
        connectivity, and networks without delays that rest.
    n_starts : int
        Searches from different points, the first from the values of the network, the others from
        the best of 16 points of the prior for each: what they agree on is what the data decide.
    iterations : int
        Steps, or generations, of each search at most.
    rate : float
        Size of the first step in standard deviations of the prior.
    duration : float, optional
        Seconds simulated; by default as long as the recording.
    n_draws : int
        Noise draws whose features are averaged.

    Raises
    ------
    ValueError
        An unknown method or a number out of range.

    Examples
    --------
    >>> Search("lbfgs", through="linearization", n_starts=4).iterations
    100
    """

    method: Literal["cma_es", "adam", "lbfgs", "gauss_newton"] = "cma_es"
    through: Literal["simulation", "linearization"] = "simulation"
    n_starts: int = 1
    iterations: int = 100
    rate: float = 0.3
    duration: float | None = None
    n_draws: int = 1

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        choice(self.method, _METHODS, "search method")
        choice(self.through, ("simulation", "linearization"), "way")
        whole(self.n_starts, "n_starts", low=1)
        whole(self.iterations, "iterations", low=1)
        whole(self.n_draws, "n_draws", low=1)
        positive(self.rate, "rate")
        if self.duration is not None:
            positive(self.duration, "duration", unit="s")
