"""Every neuron and synapse of the catalog: declared fully, and the same compiled as in NumPy."""

import functools

import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.mechanistic.node import check_parameters
from surrobrain.mechanistic.spiking.network import SpikingNetwork
from surrobrain.mechanistic.spiking.neuron import Neuron
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.spiking.poisson_input import PoissonInput
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.synapse import Synapse
from surrobrain.mechanistic.spiking.synapses.exponential_current import ExponentialCurrent

NEURONS, SYNAPSES = (f"surrobrain.mechanistic.spiking.{kind}" for kind in ("neurons", "synapses"))
every_neuron = pytest.mark.parametrize("name", catalog.names(NEURONS))
every_synapse = pytest.mark.parametrize("name", catalog.names(SYNAPSES))
STRONG = {"leaky": 24.0, "exponential": 12.0, "adaptive_exponential": 900.0, "izhikevich": 10.0}


@every_neuron
def test_a_neuron_declares_everything(name: str) -> None:
    neuron = catalog.load(NEURONS, name)()
    assert isinstance(neuron, Neuron)
    assert neuron.__dataclass_params__.frozen
    assert neuron.current_unit
    assert set(neuron.initial) == set(neuron.states)
    check_parameters(neuron, ())
    state = tuple(neuron.initial[s] for s in neuron.states)
    assert len(neuron.drift(np, state, 0.0, neuron)) == len(neuron.states)
    assert len(neuron.reset(np, state, neuron)) == len(neuron.states)
    after = neuron.reset(np, state, neuron)
    assert after[0] < neuron.threshold(np, after, neuron)


@every_neuron
def test_linear_means_linear(name: str) -> None:
    neuron = catalog.load(NEURONS, name)()
    rng = np.random.default_rng(0)
    x, y = rng.uniform(-60.0, -40.0, (2, len(neuron.states)))
    ends = [np.array(neuron.drift(np, tuple(z), 1.0, neuron)) for z in (x, y, (x + y) / 2)]
    assert neuron.linear == np.allclose(ends[2], (ends[0] + ends[1]) / 2, rtol=1e-12)


@every_synapse
def test_a_synapse_declares_everything(name: str) -> None:
    synapse = catalog.load(SYNAPSES, name)()
    assert isinstance(synapse, Synapse)
    assert synapse.__dataclass_params__.frozen
    check_parameters(synapse, ())
    state = tuple(np.ones(len(synapse.states)))
    assert len(synapse.arrive(synapse)) == 1 + len(synapse.states)
    assert len(synapse.drift(np, state, synapse)) == len(synapse.states)
    flows = [synapse.current(np, state, v, synapse) for v in (-80.0, -50.0)]
    assert synapse.linear == (flows[0] == flows[1])


def heard(neuron: Neuron, synapses: list[Synapse], weight: float) -> SpikingNetwork:
    """One neuron that hears Poisson spikes through every synapse, one sample per step."""
    inputs = [PoissonInput("A", 2000.0, weight, synapse) for synapse in synapses]
    return SpikingNetwork([Population("A", 1, neuron, current=0.5)], [], inputs, sfreq=10000.0)


def states(network: SpikingNetwork, n_steps: int) -> np.ndarray:
    """States of the one neuron after every step, of the compiled loop."""
    state, found = None, []
    for _ in range(n_steps):
        state = network.run(1, state=state, seed=3).state
        found.append(state.values[:, 0])
    return np.array(found)


def in_numpy(network: SpikingNetwork, counts: np.ndarray, weight: float) -> np.ndarray:
    """The same in NumPy, below the threshold."""
    (cell,), (population,) = network.cells, network.populations
    dt, own = network.dt * 1000.0, len(cell.neuron.states)
    steps, x, found = cell.propagator(dt), cell.start, []
    for arrived in counts:
        new = steps @ np.concatenate([x, [population.current, 1.0]])
        if not cell.exact:
            start = cell.drift(x, population.current)
            ahead = np.concatenate([(x + dt * start)[:own], new[own:]])
            new[:own] = (x + dt / 2 * (start + cell.drift(ahead, population.current)))[:own]
        x = new + weight * arrived @ cell.jumps
        found.append(x)
    return np.array(found)


@functools.cache
def arrivals(n_synapses: int, n_steps: int) -> np.ndarray:
    """How many Poisson spikes arrive in every step: the jumps of currents that decay."""
    decays = [ExponentialCurrent(1.0 + k) for k in range(n_synapses)]
    currents = states(heard(Leaky(threshold_v=200.0), decays, 1.0), n_steps)[:, 1:]
    before = np.vstack([np.zeros(n_synapses), currents[:-1]])
    counts = currents - before * np.exp([-0.1 / s.tau for s in decays])
    assert np.allclose(counts, np.rint(counts), atol=1e-9)
    return np.rint(counts)


@every_neuron
def test_the_compiled_loop_computes_what_numpy_computes(name: str) -> None:
    synapses = [catalog.load(SYNAPSES, s)() for s in catalog.names(SYNAPSES)]
    network = heard(catalog.load(NEURONS, name)(), synapses, 0.01)
    counts = arrivals(len(synapses), 40)
    assert (counts.sum(axis=0) > 0).all()
    expected = in_numpy(network, counts, 0.01)
    assert np.ptp(expected, axis=0).min() > 0.0
    assert np.allclose(states(network, 40), expected, rtol=1e-10, atol=1e-12)


@every_neuron
def test_enough_current_makes_it_fire_and_none_does_not(name: str) -> None:
    neuron = catalog.load(NEURONS, name)()
    driven = SpikingNetwork([Population("A", 1, neuron, current=STRONG[name])])
    assert len(driven.spikes(0.5).times) > 3
    assert len(SpikingNetwork([Population("A", 1, neuron)]).spikes(0.2).times) == 0
