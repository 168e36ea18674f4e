"""SpikingNetwork: populations wired by projections; a forward model of their rates."""

import functools
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, number, positive, whole
from surrobrain.forward import Trajectory
from surrobrain.mechanistic.spiking.cell import Cell
from surrobrain.mechanistic.spiking.engine import Engine, SpikingState
from surrobrain.mechanistic.spiking.poisson_input import PoissonInput
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.projection import Projection
from surrobrain.mechanistic.spiking.spikes import Spikes

__all__ = ["SpikingNetwork"]


@dataclass(frozen=True, eq=False)
class SpikingNetwork:
    """Network of spiking neurons, simulated by a compiled loop that follows its spikes.

    As a forward model it shows the rate of every population and takes currents; ``spikes``
    returns every spike.

    Parameters
    ----------
    populations : sequence of Population
        Who is there.
    projections : sequence of Projection
        Who reaches whom.
    inputs : sequence of PoissonInput
        Spikes from outside.
    dt : float
        Step in seconds.
    sfreq : float
        Samples of the rates per second (Hz); a whole number of steps must lie between them.
    settle : float
        Seconds that pass unseen when a run starts without a state.
    structure_seed : int
        Decides the wires and the potentials at the start; the seed of a run decides the rest.

    Raises
    ------
    ValueError
        A name is unknown, a step too long, a delay shorter than a step, a degree impossible.

    Notes
    -----
    In every step a neuron moves from t to t + dt, what arrives at t + dt is added, and where it
    then stands at its threshold it fires at t + dt, is reset, and its membrane held. Steps are
    exact where neuron and synapses are linear [1]_ and Heun's otherwise, the synapses always
    exact. White noise on a linear neuron may carry it over the threshold within a step; that is
    drawn from the law of the Brownian bridge, so that rates do not depend on dt to first order.
    Every draw belongs to (seed, population, neuron, step): two runs joined by their state equal
    one long run.

    Differs: Brian2 and NEST count crossings at the ends of steps alone; in Brian2 a synapse
    without delay acts at the end of the step of the spike, here a delay is at least one step.

    References
    ----------
    .. [1] Rotter & Diesmann (1999), Exact digital simulation of time-invariant linear systems
       with applications to neuronal modeling. Biol Cybern 81:381.

    Examples
    --------
    >>> from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
    >>> network = SpikingNetwork([Population("E", 100, Leaky(), current=24.0)])
    >>> {name: round(rate) for name, rate in network.spikes(1.0).rates().items()}
    {'E': 36}
    """

    populations: tuple[Population, ...] | list[Population]
    projections: tuple[Projection, ...] | list[Projection] = ()
    inputs: tuple[PoissonInput, ...] | list[PoissonInput] = ()
    dt: float = 1e-4
    sfreq: float = 1000.0
    settle: float = 0.0
    structure_seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot be simulated, before any time is spent."""
        for field in ("populations", "projections", "inputs"):
            object.__setattr__(self, field, tuple(getattr(self, field)))
        if not self.populations or len(set(self.names)) < len(self.names):
            raise ValueError(
                f"a network needs populations with names of their own, but {list(self.names)} "
                "arrived; give at least one and no name twice"
            )
        positive(self.dt, "dt", unit="s")
        number(self.settle, "settle", low=0.0)
        whole(self.structure_seed, "structure_seed")
        ratio = 1 / positive(self.sfreq, "sfreq", unit="Hz") / self.dt
        if ratio < 0.5 or abs(ratio - round(ratio)) > 1e-6 * ratio:
            raise ValueError(
                f"dt must divide the sample interval of {1 / self.sfreq:g} s, but {self.dt:g} s "
                f"arrived; use {1 / self.sfreq / max(1, round(ratio)):g}"
            )
        for projection in self.projections:
            self._check_projection(projection)
        for source in self.inputs:
            choice(source.target, self.names, "population")
        for cell in self.cells:
            cell.check_step(self.dt * 1000.0)

    def _check_projection(self, projection: Projection) -> None:
        where = f"from {projection.source} to {projection.target}"
        source = self.population(projection.source)
        self.population(projection.target)
        if round(projection.delay / self.dt) < 1:
            raise ValueError(
                f"delay {where} must be at least one step of {self.dt:g} s, but "
                f"{projection.delay:g} s arrived; use a longer delay or a shorter step"
            )
        others = source.size - (projection.source == projection.target)
        if projection.degree is not None and projection.degree > others:
            raise ValueError(
                f"degree {where} is {projection.degree}, but there are only {others} different "
                "sources; use a smaller degree"
            )

    @property
    def names(self) -> tuple[str, ...]:
        """What is observed: the populations."""
        return tuple(population.name for population in self.populations)

    @property
    def regions(self) -> tuple[str, ...]:
        """What can be driven: the populations."""
        return self.names

    @property
    def n_regions(self) -> int:
        """Number of populations."""
        return len(self.populations)

    @property
    def modality(self) -> str:
        """What the observation looks like."""
        return "activity"

    @property
    def unit(self) -> str:
        """Unit of the observation."""
        return "Hz"

    @property
    def steps_per_sample(self) -> int:
        """Number of steps between samples."""
        return max(1, round(1 / self.sfreq / self.dt))

    def population(self, name: str) -> Population:
        """Return the population of a name."""
        return self.populations[self.names.index(choice(name, self.names, "population"))]

    @functools.cached_property
    def cells(self) -> tuple[Cell, ...]:
        """Neuron and kinds of synapses of every population."""
        reach = [*self.projections, *self.inputs]
        return tuple(
            Cell(
                population.neuron,
                tuple(dict.fromkeys(r.synapse for r in reach if r.target == population.name)),
                population.noise,
            )
            for population in self.populations
        )

    @functools.cached_property
    def _engine(self) -> Engine:
        return Engine.of(self)

    def run(
        self,
        n_times: int,
        *,
        state: object = None,
        inputs: Float[np.ndarray, "times regions"] | None = None,
        seed: int = 0,
    ) -> Trajectory:
        """Run freely for ``n_times`` samples; see ``ForwardModel``.

        Parameters
        ----------
        n_times : int
            Number of samples to return.
        state : SpikingState, optional
            Where to start; by default the network first settles for ``settle`` seconds.
        inputs : array, shape (n_times, n_regions), optional
            Current into every neuron of a population, in the unit of its neuron, held over
            each sample.
        seed : int
            Decides noise and Poisson spikes.

        Returns
        -------
        Trajectory
            Rate of every population in Hz, and the state to go on from.

        Raises
        ------
        Diverged
            A potential left the finite range; the message names time and population.
        """
        start = self._started(state, seed)
        ran = self._engine.run(start, n_times, inputs=inputs, seed=seed, keep=False)
        sizes = np.array([population.size for population in self.populations])
        return Trajectory(ran.counts / sizes * self.sfreq, ran.state)

    def spikes(self, duration: float, *, state: object = None, seed: int = 0) -> Spikes:
        """Run freely and return every spike.

        Parameters
        ----------
        duration : float
            Length of the record in seconds, a whole number of samples.
        state : SpikingState, optional
            As for ``run``.
        seed : int
            Decides noise and Poisson spikes.

        Returns
        -------
        Spikes
        """
        n_times = whole(round(positive(duration, "duration", unit="s") * self.sfreq), "samples")
        start = self._started(state, seed)
        ran = self._engine.run(start, n_times, inputs=None, seed=seed, keep=True)
        return Spikes(
            (ran.steps - start.step) * self.dt,
            ran.neurons,
            self.names,
            tuple(population.size for population in self.populations),
            n_times / self.sfreq,
            ran.state,
        )

    def _started(self, state: object, seed: int) -> SpikingState:
        whole(seed, "seed")
        if state is not None:
            return self._engine.own(state)
        skipped = int(np.ceil(self.settle * self.sfreq - 1e-9))
        start = self._engine.start
        return self._engine.run(start, skipped, inputs=None, seed=seed, keep=False).state
