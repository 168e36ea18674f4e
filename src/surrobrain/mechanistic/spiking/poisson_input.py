"""PoissonInput: spikes from outside, independent for every neuron."""

import functools
import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, UInt64

from surrobrain.checks import number
from surrobrain.mechanistic.spiking.projection import check_weight
from surrobrain.mechanistic.spiking.synapse import Synapse

__all__ = ["PoissonInput", "poisson_table"]


@dataclass(frozen=True)
class PoissonInput:
    """Poisson spikes into every neuron of a population, each neuron with its own.

    Parameters
    ----------
    target : str
        Name of the population.
    rate : float
        Spikes per second into one neuron, all its sources together.
    weight : float
        What one spike adds, as in a projection.
    synapse : Synapse
        What it acts on.
    stop : float
        Time in seconds after the start of the network at which it falls silent.

    Examples
    --------
    >>> from surrobrain.mechanistic.spiking.synapses.delta import Delta
    >>> PoissonInput("E", 20000.0, 0.1, Delta()).rate
    20000.0
    """

    target: str
    rate: float
    weight: float
    synapse: Synapse
    stop: float = math.inf

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated."""
        number(self.rate, f"rate of the Poisson input to {self.target} in Hz", low=0.0)
        if not self.stop >= 0:
            raise ValueError(
                f"the Poisson input to {self.target} cannot stop at {self.stop!r} s; give a "
                "time of at least 0, or leave it out"
            )
        check_weight(self.weight, self.synapse, f"of the Poisson input to {self.target}")


@functools.lru_cache(maxsize=64)
def poisson_table(mean: float) -> tuple[UInt64[np.ndarray, "counts"], Int[np.ndarray, "256"]]:
    """Return below which 32-bit word every count lies, and the count at which to start.

    Examples
    --------
    >>> limits, guide = poisson_table(2.0)
    >>> [round(int(limit) / 2**32, 4) for limit in limits[:3]]
    [0.1353, 0.406, 0.6767]
    """
    from scipy.stats import poisson

    counts = np.arange(int(mean + 12 * np.sqrt(mean) + 24))
    limits = np.rint(poisson.cdf(counts, mean) * 2.0**32).astype(np.uint64)
    limits[-1] = 2**32
    guide = np.searchsorted(limits, np.arange(256, dtype=np.uint64) << np.uint64(24), side="right")
    return limits, guide.astype(np.int64)
