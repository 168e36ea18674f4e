"""What a spiking network hands to its compiled loop, and what it gets back."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Float64, Int, Int64

from surrobrain.checks import finite, whole
from surrobrain.errors import Diverged
from surrobrain.mechanistic.spiking.poisson_input import poisson_table
from surrobrain.mechanistic.spiking.template import BLOCK, shape, write_loop
from surrobrain.seeds import stream

if TYPE_CHECKING:
    from surrobrain.mechanistic.spiking.network import SpikingNetwork

__all__ = ["Engine", "Ran", "SpikingState"]


@dataclass(frozen=True, eq=False)
class SpikingState:
    """Everything that the future of a spiking network depends on.

    Parameters
    ----------
    step : int
        Steps since the start.
    values : array, shape (n_states, n_neurons)
        States of the neurons, the membrane potential first, then those of their synapses.
    held : array, shape (n_neurons,)
        Steps for which each membrane is still held.
    arriving : array, shape (n_slots, n_channels, n_neurons)
        What is on its way, by the step in which it arrives, modulo n_slots.
    """

    step: int
    values: Float64[np.ndarray, "states neurons"]
    held: Float64[np.ndarray, "neurons"]
    arriving: Float64[np.ndarray, "slots channels neurons"]


@dataclass(frozen=True, eq=False)
class Ran:
    """What a run of the loop leaves.

    Parameters
    ----------
    counts : array of int, shape (n_times, n_populations)
        Spikes per sample.
    steps, neurons : array of int, shape (n_spikes,)
        When and where the spikes were, if they were kept.
    state : SpikingState
        Where it ended.
    """

    counts: Int64[np.ndarray, "times populations"]
    steps: Int64[np.ndarray, "spikes"]
    neurons: Int64[np.ndarray, "spikes"]
    state: SpikingState


@dataclass(frozen=True, eq=False)
class Engine:
    """The loop of a network and its constant arguments.

    Parameters
    ----------
    network : SpikingNetwork
    start : SpikingState
        State before anything has happened.
    scalars : array, shape (n_populations, n_scalars)
        Numbers of the equations.
    firsts : array of int, shape (n_populations + 1,)
        Where every population begins.
    blocks : array of int, shape (n_populations + 1,)
        Where every population begins, in blocks of neurons.
    wiring : dict
        Wires of all projections, listed by the neuron that sends.
    arrivals : dict
        Tables of the Poisson inputs.
    """

    network: "SpikingNetwork"
    start: SpikingState
    scalars: Float[np.ndarray, "populations scalars"]
    firsts: Int[np.ndarray, "bounds"]
    blocks: Int[np.ndarray, "bounds"]
    wiring: dict[str, Any]
    arrivals: dict[str, Any]

    @classmethod
    def of(cls, network: "SpikingNetwork") -> "Engine":
        """Lay a network out in arrays."""
        numbers = [list(cell.scalars(network.dt * 1000.0).values()) for cell in network.cells]
        width = max(len(row) for row in numbers)
        scalars = np.array([row + [0.0] * (width - len(row)) for row in numbers])
        firsts = np.cumsum([0, *(population.size for population in network.populations)])
        blocks = np.cumsum([0, *(-(-p.size // BLOCK) for p in network.populations)])
        wiring = _wiring(network)
        start = _start(network, firsts, int(wiring["wires"][:, 2].max(initial=0)) + 1)
        return cls(network, start, scalars, firsts, blocks, wiring, _arrivals(network))

    @functools.cached_property
    def _loop(self) -> Callable:
        from surrobrain.mechanistic.kernels.cache import compiled

        return compiled(write_loop(self.network.cells), "spiking")

    def own(self, state: object) -> SpikingState:
        """Refuse the state of another kind of network."""
        shapes = [a.shape for a in (self.start.values, self.start.arriving)]
        if not isinstance(state, SpikingState) or shapes != [
            state.values.shape, state.arriving.shape,
        ]:  # fmt: skip
            raise ValueError(
                f"state must come from a run of a network like this one, but "
                f"{type(state).__name__} of another shape or kind arrived; start without a state"
            )
        return state

    def run(
        self,
        start: SpikingState,
        n_times: int,
        *,
        inputs: Float[np.ndarray, "times populations"] | None,
        seed: int,
        keep: bool,
    ) -> Ran:
        """Run the loop for ``n_times`` samples from a state."""
        network, n = self.network, self.network.n_regions
        whole(n_times, "n_times")
        drive = np.tile([float(p.current) for p in network.populations], (n_times, 1))
        if inputs is not None:
            if inputs.shape != drive.shape:
                raise ValueError(
                    f"inputs must have shape {drive.shape}, but {inputs.shape} arrived"
                )
            drive += finite(inputs, "inputs", columns=network.names)
        counts = np.zeros((n_times, n), np.int64)
        x = self._in_blocks(np.vstack([start.values, start.held]))
        ring = np.stack([self._in_blocks(slot) for slot in start.arriving])
        noise = np.empty((2, self.blocks[-1] * BLOCK))
        steps, neurons = self._loop(
            x, ring, noise[0], noise[1], self.scalars, self.firsts, self.blocks, drive, counts,
            *self.wiring.values(), *self.arrivals.values(),
            np.uint64(seed % 2**64), start.step, network.steps_per_sample, keep,
        )  # fmt: skip
        values = self._from_blocks(x)
        arriving = np.stack([self._from_blocks(slot) for slot in ring])
        last = start.step + n_times * network.steps_per_sample
        end = SpikingState(last, values[:-1], values[-1], arriving)
        self._check(end)
        return Ran(counts, steps, neurons, end)

    @functools.cached_property
    def _places(self) -> Int[np.ndarray, "neurons"]:
        """Where every neuron lies among the places of all blocks."""
        shift = np.repeat(self.blocks[:-1] * BLOCK - self.firsts[:-1], np.diff(self.firsts))
        return np.arange(self.firsts[-1]) + shift

    def _in_blocks(self, rows: Float[np.ndarray, "rows neurons"]) -> Float[np.ndarray, "places"]:
        """Return rows cut into blocks, all rows of a block together; what pads them is zero."""
        padded = np.zeros((len(rows), self.blocks[-1], BLOCK))
        padded.reshape(len(rows), -1)[:, self._places] = rows
        return padded.transpose(1, 0, 2).ravel()  # (block, row, neuron)

    def _from_blocks(self, flat: Float[np.ndarray, "places"]) -> Float[np.ndarray, "rows neurons"]:
        """Undo ``_in_blocks``."""
        rows = flat.reshape(self.blocks[-1], -1, BLOCK).transpose(1, 0, 2)  # (row, block, neuron)
        return rows.reshape(len(rows), -1)[:, self._places]

    def _check(self, end: SpikingState) -> None:
        bad = ~np.isfinite(end.values).all(axis=0)
        if bad.any():
            k = int(np.searchsorted(self.firsts, int(np.argmax(bad)), side="right")) - 1
            raise Diverged(
                f"{int(bad.sum())} neurons left the finite range before "
                f"{end.step * self.network.dt:g} s, the first in population "
                f"{self.network.names[k]}; use a smaller dt or smaller weights"
            )


def _start(
    network: "SpikingNetwork", firsts: Int[np.ndarray, "bounds"], n_slots: int
) -> SpikingState:
    """Return the potentials that the structure seed decides."""
    n = int(firsts[-1])
    n_rows, n_channels = shape(network.cells)
    values = np.zeros((n_rows - 1, n))
    for q, (population, cell) in enumerate(zip(network.populations, network.cells, strict=True)):
        here = slice(firsts[q], firsts[q + 1])
        values[: cell.n_states, here] = cell.start[:, None]
        if population.start is not None:
            bounds = np.broadcast_to(population.start, 2)
            rng = stream(network.structure_seed, 0, q)
            values[0, here] = rng.uniform(bounds[0], bounds[1], population.size)
    return SpikingState(0, values, np.zeros(n), np.zeros((n_slots, n_channels, n)))


def _wiring(network: "SpikingNetwork") -> dict[str, Any]:
    """Return the wires: per projection (target, channel, delay, first row of ``starts``)."""
    from surrobrain.mechanistic.kernels.wires import wire_by_degree, wire_by_probability

    order = sorted(
        range(len(network.projections)),
        key=lambda k: network.names.index(network.projections[k].source),
    )
    wires, starts, targets, weights = [], [], [], []
    n_starts, n_targets = 0, 0
    _, n_channels = shape(network.cells)
    for k in order:
        projection = network.projections[k]
        source, target = (network.population(n) for n in (projection.source, projection.target))
        key = stream(network.structure_seed, 1, k).integers(2**63)
        within = projection.source == projection.target
        rule, amount = (
            (wire_by_probability, float(projection.probability))
            if projection.probability is not None
            else (wire_by_degree, projection.degree)
        )
        first, leads = rule(source.size, target.size, amount, within, np.uint64(key))
        q = network.names.index(projection.target)
        channel = network.cells[q].synapses.index(projection.synapse)
        wires.append((q, channel, round(projection.delay / network.dt), n_starts))
        starts.append(first + n_targets)
        targets.append(leads // BLOCK * (n_channels * BLOCK) + leads % BLOCK)
        weights.append(float(projection.weight))
        n_starts, n_targets = n_starts + len(first), n_targets + len(leads)
    sources = [network.names.index(network.projections[k].source) for k in order]
    return {
        "wires": np.array(wires, np.int64).reshape(-1, 4),
        "first_wire": np.searchsorted(sources, np.arange(network.n_regions + 1)).astype(np.int64),
        "starts": np.concatenate([np.zeros(0, np.int64), *starts]),
        "targets": np.concatenate([np.zeros(0, np.uint32), *targets]),
        "weights": np.array(weights, np.float64),
    }


def _arrivals(network: "SpikingNetwork") -> dict[str, Any]:
    """Return the tables of the Poisson inputs, padded to one length."""
    tables = [poisson_table(source.rate * network.dt) for source in network.inputs]
    limits = np.full((len(tables), max([1, *(len(t[0]) for t in tables)])), 2**32, np.uint64)
    for row, (table, _) in zip(limits, tables, strict=True):
        row[: len(table)] = table
    places = [network.names.index(source.target) for source in network.inputs]
    channels = [
        network.cells[q].synapses.index(source.synapse)
        for q, source in zip(places, network.inputs, strict=True)
    ]
    ends = [
        round(source.stop / network.dt) if np.isfinite(source.stop) else 2**62
        for source in network.inputs
    ]
    return {
        "inputs": np.array([places, channels, ends], np.int64).reshape(3, -1).T.copy(),
        "sizes": np.array([source.weight for source in network.inputs], np.float64),
        "limits": limits,
        "guides": np.array([t[1] for t in tables], np.int64).reshape(-1, 256),
    }
