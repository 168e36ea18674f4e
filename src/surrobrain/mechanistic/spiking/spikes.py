"""Spikes: what a network fired, and what is asked of it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.checks import choice, positive

__all__ = ["Spikes"]


@dataclass(frozen=True, eq=False)
class Spikes:
    """Spike times of all neurons of a network, in the order in which they were fired.

    Parameters
    ----------
    times : array, shape (n_spikes,)
        Times in seconds since the start of the record.
    neurons : array of int, shape (n_spikes,)
        Which neuron fired, counted through all populations.
    populations : tuple of str
        Names of the populations, in order.
    sizes : tuple of int
        Number of neurons of every population.
    duration : float
        Length of the record in seconds.
    state : object
        State of the network at the end, to go on from.

    Examples
    --------
    >>> times, neurons = np.array([0.1, 0.3, 0.35]), np.array([0, 0, 2])
    >>> spikes = Spikes(times, neurons, ("E", "I"), (2, 1), 1.0)
    >>> spikes.rates()
    {'E': 1.0, 'I': 1.0}
    """

    times: Float[np.ndarray, "spikes"]
    neurons: Int[np.ndarray, "spikes"]
    populations: tuple[str, ...]
    sizes: tuple[int, ...]
    duration: float
    state: object = None

    @property
    def n_neurons(self) -> int:
        """Number of neurons, silent ones included."""
        return sum(self.sizes)

    def span(self, population: str | None = None) -> range:
        """Return the numbers of the neurons of a population, or of all."""
        if population is None:
            return range(self.n_neurons)
        k = self.populations.index(choice(population, self.populations, "population"))
        first = sum(self.sizes[:k])
        return range(first, first + self.sizes[k])

    def of(self, population: str | None = None) -> Bool[np.ndarray, "spikes"]:
        """Tell which spikes a population fired."""
        span = self.span(population)
        return (self.neurons >= span.start) & (self.neurons < span.stop)

    def after(self, time: float) -> "Spikes":
        """Return the record without its first seconds, times counted from there.

        Raises
        ------
        ValueError
            Nothing would be left.
        """
        left = positive(self.duration - time, "what is left of the record", unit="s")
        kept = self.times > time
        return Spikes(
            self.times[kept] - time, self.neurons[kept], self.populations, self.sizes, left,
            self.state,
        )  # fmt: skip

    def rates(self) -> dict[str, float]:
        """Return the mean rate of every population in Hz."""
        return {
            name: int(self.of(name).sum()) / (size * self.duration)
            for name, size in zip(self.populations, self.sizes, strict=True)
        }

    def binned(self, width: float, population: str | None = None) -> Float[np.ndarray, "bins"]:
        """Return the rate of a population, or of all neurons, in bins of ``width`` seconds (Hz)."""
        n = int(self.duration / positive(width, "width", unit="s") + 1e-6)
        # a spike is fired at the end of its step and belongs to the bin that ends there
        which = np.ceil(self.times[self.of(population)] / width - 1e-6).astype(np.int64) - 1
        counts = np.bincount(which[(which >= 0) & (which < n)], minlength=n)
        return counts / (len(self.span(population)) * width)

    def variation(self, population: str | None = None, *, least: int = 10) -> float:
        """Return the mean coefficient of variation of the intervals: 0 for clocks, 1 for chance.

        Parameters
        ----------
        population : str, optional
            By default all neurons.
        least : int
            Neurons with fewer spikes are left out.

        Returns
        -------
        float
            NaN where no neuron fired often enough.
        """
        mine = self.of(population)
        order = np.lexsort((self.times[mine], self.neurons[mine]))
        times, who = self.times[mine][order], self.neurons[mine][order]
        found = []
        for train in np.split(times, np.flatnonzero(np.diff(who)) + 1):
            if len(train) >= max(least, 3):
                intervals = np.diff(train)
                found.append(intervals.std() / intervals.mean())
        return float(np.mean(found)) if found else float("nan")
