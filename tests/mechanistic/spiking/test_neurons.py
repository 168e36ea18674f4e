"""Single neurons and synapses against closed forms and adaptive integration."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.mechanistic.spiking.network import SpikingNetwork
from surrobrain.mechanistic.spiking.neurons.adaptive_exponential import AdaptiveExponential
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.spiking.neurons.izhikevich import Izhikevich
from surrobrain.mechanistic.spiking.neurons.leaky import Leaky
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.projection import Projection
from surrobrain.mechanistic.spiking.siegert import siegert_rate
from surrobrain.mechanistic.spiking.synapses.alpha_conductance import AlphaConductance
from surrobrain.mechanistic.spiking.synapses.alpha_current import AlphaCurrent
from surrobrain.mechanistic.spiking.synapses.conductance import Conductance
from surrobrain.mechanistic.spiking.synapses.delta import Delta
from surrobrain.mechanistic.spiking.synapses.exponential_current import ExponentialCurrent


def membrane(network, n_steps, neuron):
    """States of one neuron after every step; the network shows one sample per step."""
    state, found = None, []
    for _ in range(n_steps):
        state = network.run(1, state=state).state
        found.append(state.values[:, neuron])
    return np.array(found)


def pair(synapse, weight, *, delay=1e-3, dt=1e-4):
    """A neuron that fires once, in its first step, and one that hears it."""
    once = Leaky(tau=1.0, rest=0.0, threshold_v=1.0, reset_v=0.0, refractory=1000.0)
    return SpikingNetwork(
        [Population("A", 1, once, current=50.0), Population("B", 1, Leaky())],
        [Projection("A", "B", weight, synapse, delay=delay, degree=1)], dt=dt, sfreq=1 / dt,
    )  # fmt: skip


@pytest.mark.parametrize("dt", [1e-4, 1e-3])
def test_steps_below_the_threshold_are_exact(dt):
    network = SpikingNetwork([Population("A", 1, Leaky(), current=15.0)], dt=dt, sfreq=1 / dt)
    v = membrane(network, 40, 0)[:, 0]
    times = np.arange(1, 41) * dt * 1000
    assert np.allclose(v, 15.0 * (1 - np.exp(-times / 20.0)), rtol=1e-13)


def test_a_constant_current_fires_at_the_rate_of_the_reference():
    period = 1000.0 / 36.961
    for dt in (1e-4, 1e-5):
        network = SpikingNetwork([Population("A", 1, Leaky(), current=24.0)], dt=dt)
        intervals = np.diff(network.spikes(0.5).times)[1:] * 1000
        assert np.ptp(intervals) < 1e-9
        late = intervals[0] - period
        assert -1e-3 < late <= dt * 1000, "a spike is fired at the end of its step"


@pytest.mark.parametrize(
    ("mean", "sd", "rate"),
    [(24.0, 0.0, 36.961), (15.0, 5.0, 9.461), (18.0, 3.0, 12.512), (20.0, 5.0, 27.341),
     (24.0, 0.5, 37.058)],
)  # fmt: skip
def test_siegert_rates_of_the_reference(mean, sd, rate):
    assert siegert_rate(mean, sd) == pytest.approx(rate, abs=5e-4)


def test_siegert_is_silent_far_below_the_threshold_and_refuses_what_is_no_number():
    assert siegert_rate(-50.0, 1.0) == 0.0
    assert siegert_rate(19.0, 0.0) == 0.0
    with pytest.raises(ValueError, match="sd must be between 0"):
        siegert_rate(10.0, -1.0)


@pytest.mark.parametrize(("mean", "sd"), [(15.0, 5.0), (18.0, 3.0), (20.0, 5.0), (24.0, 0.5)])
def test_simulated_rates_are_those_of_siegert(mean, sd):
    n, seconds = 1000, 4.0
    cells = Population("A", n, Leaky(), mean, sd / np.sqrt(20.0), start=(0.0, 19.0))
    spikes = SpikingNetwork([cells]).spikes(seconds + 0.4, seed=1).after(0.4)
    # a spike is reported at the end of its step, half a step late on average
    expected = 1 / (1 / siegert_rate(mean, sd) + 0.5e-4)
    error = np.sqrt(expected / (n * seconds)) * max(spikes.variation(least=5), 0.1)
    assert abs(spikes.rates()["A"] - expected) < 4 * error


def test_an_exponential_current_makes_the_potential_of_the_closed_form():
    network = pair(ExponentialCurrent(5.0), 3.0)
    v = membrane(network, 300, 1)[:, 0]
    times = np.arange(1, 301) * 0.1 - 0.1 - 1.0  # since the arrival
    shape = np.where(times > 0, np.exp(-times / 20.0) - np.exp(-times / 5.0), 0.0)
    assert np.allclose(v, 3.0 * shape * 5.0 / 15.0, atol=1e-13)


def test_an_alpha_current_makes_the_potential_of_the_closed_form():
    network = pair(AlphaCurrent(2.0), 3.0)
    states = membrane(network, 300, 1)
    times = np.maximum(np.arange(1, 301) * 0.1 - 0.1 - 1.0, 0.0)
    assert np.allclose(states[:, 2], 3.0 * times / 2.0 * np.exp(1 - times / 2.0), atol=1e-12)
    assert states[:, 2].max() == pytest.approx(3.0)
    rate = 1 / 2.0 - 1 / 20.0
    shape = (1 - np.exp(-rate * times) * (1 + rate * times)) / rate**2 * np.exp(-times / 20.0)
    assert np.allclose(states[:, 0], 3.0 * np.e / 2.0 / 20.0 * shape, atol=1e-12)


@pytest.mark.parametrize("kind", [Conductance, AlphaConductance])
def test_a_conductance_pulls_to_its_reversal_with_an_error_of_second_order(kind):
    def drift(t, x):
        g = 0.8 * np.exp(-t / 5.0) if kind is Conductance else 0.8 * t / 5.0 * np.exp(1 - t / 5.0)
        return (-x + g * (-30.0 - x)) / 20.0

    errors = []
    for dt in (1e-4, 5e-5):
        v = membrane(pair(kind(5.0, reversal=-30.0), 0.8, dt=dt), round(0.02 / dt), 1)[:, 0]
        v = v[round(1e-3 / dt) + 1 :]  # fired at dt, arrived 1 ms later
        times = np.arange(1, len(v) + 1) * dt * 1000
        exact = solve_ivp(drift, (0, 30), [0.0], t_eval=times, rtol=1e-11, atol=1e-12).y[0]
        errors.append(np.abs(v - exact).max())
    assert exact.min() < -3.0
    assert errors[0] < 1e-3
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.1)


@pytest.mark.parametrize("steps", [1, 7, 30])
def test_a_spike_arrives_after_its_delay_to_the_step(steps):
    v = membrane(pair(Delta(), 2.0, delay=steps * 1e-4), 40, 1)[:, 0]
    arrival = 1 + steps  # fired at the end of the first step
    assert (v[: arrival - 1] == 0).all()
    assert v[arrival - 1] == 2.0


def test_the_membrane_is_held_for_the_refractory_period_and_deaf_to_jumps():
    held = Leaky(refractory=3.0)
    driver = Leaky(tau=1.0, threshold_v=1.0, reset_v=0.0, refractory=0.4)
    network = SpikingNetwork(
        [Population("A", 1, driver, 50.0), Population("B", 1, held, start=21.0)],
        [Projection("A", "B", 0.5, Delta(), degree=1)], sfreq=10000.0,
    )  # fmt: skip
    v = membrane(network, 60, 1)[:, 0]
    assert (v[:31] == 10.0).all(), "fired in the first step, then held for thirty"
    assert (v[31:] != 10.0).all()


def reference(neuron, current, duration, start):
    """Spike times in ms by adaptive integration with events; before the event, no cap."""
    times, state, at = [], start, 0.0

    def drift(t, x):
        return neuron.drift(np, tuple(x), current, neuron)

    def peak(t, x):
        return x[0] - neuron.threshold(np, tuple(x), neuron)

    peak.terminal, peak.direction = True, 1.0
    while at < duration:
        run = solve_ivp(
            drift, (at, duration), state, events=peak, rtol=1e-9, atol=1e-9, max_step=1.0
        )
        if not len(run.t_events[0]):
            break
        times.append(run.t[-1])
        state = list(neuron.reset(np, tuple(run.y[:, -1]), neuron))
        at = run.t[-1]
        if neuron.refractory:
            at += neuron.refractory
    return np.array(times)


@pytest.mark.parametrize(
    ("neuron", "current"),
    [
        (Exponential(), 6.0), (Exponential(), 12.0),
        (AdaptiveExponential(), 800.0), (AdaptiveExponential(), 1000.0),
        (AdaptiveExponential(a=0.0, b=0.0), 600.0),
        (Izhikevich(), 10.0), (Izhikevich(a=0.1, d=2.0), 10.0), (Izhikevich(c=-50.0, d=2.0), 10.0),
    ],
)  # fmt: skip
def test_spikes_come_when_adaptive_integration_says(neuron, current):
    start = [neuron.initial[name] for name in neuron.states]
    expected = reference(neuron, current, 300.0, start)
    assert len(expected) >= 5
    for dt in (1e-4, 1e-5):
        network = SpikingNetwork([Population("A", 1, neuron, current)], dt=dt)
        found = network.spikes(0.3).times * 1000
        n = min(len(found), len(expected))
        assert n >= 0.9 * len(expected), "the last ones may fall behind the end"
        # a spike is up to a step late, and what recovery gains meanwhile delays the next as much
        assert np.abs(found[:n] - expected[:n]).max() < 2 * dt * 1000 * n


def test_regular_spiking_adapts_and_fast_spiking_does_not():
    slow, fast = (
        np.diff(SpikingNetwork([Population("A", 1, cell, 10.0)]).spikes(0.5).times)
        for cell in (Izhikevich(), Izhikevich(a=0.1, d=2.0))
    )
    assert slow[0] < 0.6 * slow[-1]
    assert fast[-1] < 0.5 * slow[-1]
