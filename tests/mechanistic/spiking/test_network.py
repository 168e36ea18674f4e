"""Networks: continuation, wiring, chance, errors."""

import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import Diverged
from surrobrain.forward import ForwardModel
from surrobrain.mechanistic.spiking.engine import Engine
from surrobrain.mechanistic.spiking.network import SpikingNetwork
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.spiking.poisson_input import PoissonInput
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.projection import Projection
from surrobrain.mechanistic.spiking.synapses.conductance import Conductance
from surrobrain.mechanistic.spiking.synapses.delta import Delta
from surrobrain.mechanistic.spiking.synapses.exponential_current import ExponentialCurrent

DELTA = Delta()


def small(**changes):
    """Two populations of two kinds, with chance of every sort."""
    pulse = ExponentialCurrent(5.0)
    network = SpikingNetwork(
        [
            Population("E", 150, Leaky(), current=18.0, noise=0.6, start=(0.0, 20.0)),
            Population("I", 50, Exponential(), current=3.0),
        ],
        [
            Projection("E", "I", 3.0, pulse, delay=1.2e-3, degree=20),
            Projection("I", "E", -0.5, DELTA, delay=2e-3, probability=0.3),
            Projection("E", "E", 0.1, DELTA, delay=0.5e-3, probability=0.1),
        ],
        [PoissonInput("E", 500.0, 0.2, DELTA), PoissonInput("I", 300.0, 2.0, pulse)],
    )
    return dataclasses.replace(network, **changes)


def test_two_runs_joined_by_their_state_equal_one():
    network = small()
    whole = network.run(200, seed=5)
    first = network.run(77, seed=5)
    second = network.run(123, state=first.state, seed=5)
    assert np.array_equal(np.vstack([first.values, second.values]), whole.values)
    assert np.array_equal(second.state.values, whole.state.values)
    assert np.array_equal(second.state.arriving, whole.state.arriving)
    assert (whole.values > 0).any(axis=0).all()


def test_spikes_joined_and_rates_tell_the_same():
    network = small()
    one = network.spikes(0.2, seed=5)
    start = network.spikes(0.08, seed=5)
    rest = network.spikes(0.12, state=start.state, seed=5)
    assert np.array_equal(np.concatenate([start.neurons, rest.neurons]), one.neurons)
    assert np.allclose(np.concatenate([start.times, rest.times + 0.08]), one.times)
    values = network.run(200, seed=5).values
    assert np.allclose(one.binned(1e-3, "E"), values[:, 0])
    assert np.allclose(one.binned(1e-3, "I"), values[:, 1])


def test_the_seed_decides_the_noise_and_the_structure_seed_the_wires():
    network = small()
    same, again, other = (network.run(100, seed=s).values for s in (1, 1, 2))
    assert np.array_equal(same, again)
    assert not np.array_equal(same, other)
    rewired = small(structure_seed=1).run(100, seed=1).values
    assert not np.array_equal(same, rewired)


def test_settling_is_the_unseen_start_of_the_same_run():
    long = small().run(150, seed=3).values
    assert np.array_equal(small(settle=0.05).run(100, seed=3).values, long[50:])


def test_it_is_a_forward_model_that_can_be_simulated_and_stimulated():
    network = small()
    assert isinstance(network, ForwardModel)
    recording = sb.simulate(network, duration=0.3, seed=1)
    assert recording.names == ("E", "I")
    assert recording.unit == "Hz"
    pulse = sb.protocols.pulse_train(regions=["I"], rate=5.0, amplitude=30.0, width=0.05, onset=0.1)
    effect = sb.what_if(network, stimulus=pulse, duration=0.3, n_seeds=2)
    change = effect.difference
    assert np.allclose(change[:100], 0.0)
    assert change[100:150, 1].mean() > 20.0
    assert change[100:160, 0].mean() < 0.0


def wires(network, k=0):
    """Source and target of every wire of the projection k, sources in order."""
    made = Engine.of(network).wiring
    _, channels = 0, max(1, *(len(cell.synapses) for cell in network.cells))
    first = made["wires"][k, 3]
    size = network.population(network.projections[k].source).size
    starts = made["starts"][first : first + size + 1]
    places = made["targets"][starts[0] : starts[-1]].astype(np.int64)
    targets = places // (128 * channels) * 128 + places % (128 * channels)
    return np.repeat(np.arange(size), np.diff(starts)), targets


def test_every_target_has_its_degree_of_different_sources():
    cells = [Population("A", 300, Leaky()), Population("B", 170, Leaky())]
    within = SpikingNetwork(cells, [Projection("A", "A", 1.0, DELTA, degree=299)])
    source, target = wires(within)
    assert (source != target).all()
    assert len({*zip(source.tolist(), target.tolist(), strict=True)}) == 300 * 299
    across = SpikingNetwork(cells, [Projection("A", "B", 1.0, DELTA, degree=30)])
    source, target = wires(across)
    assert (np.bincount(target, minlength=170) == 30).all()
    assert len({*zip(source.tolist(), target.tolist(), strict=True)}) == 170 * 30
    counts = np.bincount(source, minlength=300)
    assert counts.var() == pytest.approx(170 * 0.1 * 0.9, rel=0.35)


@pytest.mark.parametrize("probability", [0.0, 0.03, 0.9, 1.0])
def test_pairs_are_joined_with_their_probability(probability):
    cells = [Population("A", 400, Leaky())]
    network = SpikingNetwork(cells, [Projection("A", "A", 1.0, DELTA, probability=probability)])
    source, target = wires(network)
    n, expected = 400 * 399, 400 * 399 * probability
    assert abs(len(source) - expected) <= 4 * np.sqrt(n * probability * (1 - probability))
    assert (source != target).all()
    assert len({*zip(source.tolist(), target.tolist(), strict=True)}) == len(source)


def test_poisson_spikes_have_the_mean_the_variance_and_no_memory():
    deaf = Leaky(tau=1e4, threshold_v=200.0)
    network = SpikingNetwork(
        [Population("A", 1003, deaf)], inputs=[PoissonInput("A", 3000.0, 1e-3, DELTA)],
    )  # fmt: skip
    state, sums = None, []
    for _ in range(40):
        before = 0.0 if state is None else state.values[0] * np.exp(-1e-4)
        state = network.run(1, state=state, seed=2).state
        sums.append((state.values[0] - before) / 1e-3)
    counts = np.array(sums)  # spikes per ms and neuron, up to a leak of 1e-4
    n = counts.size
    assert counts.mean() == pytest.approx(3.0, abs=4 * np.sqrt(3.0 / n) + 1e-3)
    assert counts.var() == pytest.approx(3.0, rel=4 * np.sqrt(2.5 / n) + 1e-3)
    across = np.corrcoef(counts[:, :-1].ravel(), counts[:, 1:].ravel())[0, 1]
    over_time = np.corrcoef(counts[:-1].ravel(), counts[1:].ravel())[0, 1]
    assert max(abs(across), abs(over_time)) < 4 / np.sqrt(n)


def test_poisson_input_stops_when_it_is_told_to():
    loud = PoissonInput("A", 1e4, 10.0, DELTA, stop=0.05)
    spikes = SpikingNetwork([Population("A", 5, Leaky())], inputs=[loud]).spikes(0.2)
    assert spikes.times.max() == pytest.approx(0.05, abs=2e-3)


def test_a_population_answers_the_same_whoever_is_beside_it():
    alone = Population("A", 130, Leaky(), current=20.0, noise=1.0)
    other = Population("B", 10, Exponential(), current=10.0)
    first = SpikingNetwork([alone]).run(100, seed=1).values[:, 0]
    assert np.array_equal(first, SpikingNetwork([alone, other]).run(100, seed=1).values[:, 0])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Population("A", 0, Leaky()), "size of population A must be at least 1"),
        (lambda: Population("A", 1, Leaky(tau=-1.0)), "tau of Leaky must be between"),
        (lambda: Population("A", 1, Leaky(), float("nan")), "current of population A"),
        (lambda: Population("A", 1, Leaky(), noise=-1.0), "noise of population A"),
        (lambda: Population("A", 1, Leaky(), start=(3.0, 1.0)), "start of population A"),
        (lambda: Projection("A", "A", float("nan"), DELTA, degree=1), "weight from A to A"),
        (lambda: Projection("A", "A", 1.0, DELTA, delay=-1e-3, degree=1), "delay from A to A"),
        (lambda: Projection("A", "A", 1.0, DELTA), "give exactly one"),
        (lambda: Projection("A", "A", 1.0, DELTA, probability=1.5), "probability from A to A"),
        (lambda: Projection("A", "A", -1.0, Conductance(), degree=1), "never negative"),
        (lambda: Projection("A", "A", 1.0, Conductance(tau=0.0), degree=1), "tau of Conductance"),
        (lambda: PoissonInput("A", -1.0, 1.0, DELTA), "rate of the Poisson input to A"),
        (lambda: PoissonInput("A", 1.0, 1.0, DELTA, stop=float("nan")), "cannot stop at nan"),
    ],
)  # fmt: skip
def test_parts_refuse_what_makes_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_an_unknown_parameter_is_refused():
    with pytest.raises(TypeError, match="taum"):
        Leaky(taum=20.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"populations": []}, "needs populations"),
        ({"dt": 3e-4}, "dt must divide the sample interval"),
        ({"dt": -1e-4}, "dt must be above 0"),
        ({"dt": 1e-3}, "delay from E to E must be at least one step"),
        ({"projections": [Projection("X", "E", 1.0, DELTA, degree=1)]}, "no population 'X'"),
        ({"projections": [Projection("E", "E", 1.0, DELTA, degree=150)]}, "only 149 different"),
        ({"inputs": [PoissonInput("X", 1.0, 1.0, DELTA)]}, "no population 'X'"),
    ],
)  # fmt: skip
def test_networks_refuse_what_cannot_be_wired(changes, message):
    with pytest.raises(ValueError, match=message):
        small(**changes)


def test_steps_that_would_be_unstable_are_refused():
    fast = Population("A", 1, Exponential(tau=0.5))
    with pytest.raises(ValueError, match=r"dt of 1 ms is too long for Exponential"):
        SpikingNetwork([fast], dt=1e-3)
    with pytest.raises(ValueError, match=r"too long for a refractory period of 0\.3 ms"):
        SpikingNetwork([Population("A", 1, Leaky(refractory=0.3))], dt=1e-3)


def test_a_run_that_leaves_the_finite_range_says_where():
    calm, wild = Population("A", 3, Leaky()), Population("B", 3, Leaky(refractory=1000.0))
    network = SpikingNetwork(
        [calm, wild], inputs=[PoissonInput("B", 1e5, 1e308, Conductance(1e4, 10.0))]
    )
    with pytest.raises(Diverged, match="population B"):
        network.run(300)


def test_inputs_and_states_that_do_not_fit_are_refused():
    network = small()
    with pytest.raises(ValueError, match=r"inputs must have shape \(5, 2\)"):
        network.run(5, inputs=np.zeros((5, 3)))
    with pytest.raises(ValueError, match="inputs must be finite"):
        network.run(5, inputs=np.full((5, 2), np.nan))
    with pytest.raises(ValueError, match="state must come from a run"):
        network.run(5, state=SpikingNetwork([Population("A", 1, Leaky())]).run(1).state)
