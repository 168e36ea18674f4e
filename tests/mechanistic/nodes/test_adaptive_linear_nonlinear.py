"""The states of Cakan & Obermayer (2020), fixed points solved apart, and the neurons themselves."""

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import fsolve

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.engine import NetworkState
from surrobrain.mechanistic.fokker_planck import cascade
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.adaptive_linear_nonlinear import AdaptiveLinearNonlinear
from surrobrain.mechanistic.observers.firing_rate import FiringRate
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.spiking.network import SpikingNetwork
from surrobrain.mechanistic.spiking.neurons.adaptive_exponential import AdaptiveExponential
from surrobrain.mechanistic.spiking.neurons.exponential import Exponential
from surrobrain.mechanistic.spiking.population import Population
from surrobrain.mechanistic.spiking.projection import Projection
from surrobrain.mechanistic.spiking.synapses.exponential_current import ExponentialCurrent

NEURON = {
    "rest": -65.0, "soft_v": -50.0, "sharpness": 1.5, "peak_v": -40.0, "reset_v": -70.0,
    "refractory": 1.5,
}  # fmt: skip
ADAPTED = {"a": 15.0, "b": 40.0}


def alone(n: int, **parameters: object) -> Network:
    """Regions that do not hear each other, in ms."""
    node = AdaptiveLinearNonlinear(**parameters)
    return Network(node, Connectome(np.zeros((n, n))), observer=Identity(1000.0), settle=0.0)


def frequency(rate: np.ndarray) -> float:
    """Peaks per second at a sampling of 1000 Hz, by the spectrum."""
    power = np.abs(np.fft.rfft((rate - rate.mean()) * np.hanning(len(rate)), 1 << 17))
    return float(power.argmax() * 1000 / (1 << 17))


def test_the_states_of_a_node_without_adaptation() -> None:
    """Silent, a fast rhythm of E against I, active, by the mean inputs to E and to I."""
    inputs = {"mean_E": np.array([0.5, 0.75, 2.0]), "mean_I": np.array([0.8, 0.3, 0.8])}
    down, fast, up = alone(3, **inputs).run(3000).values[1500:].T
    assert down.max() < 0.1
    assert np.ptp(up) < 1e-3
    assert up.mean() == pytest.approx(33.82, abs=0.01)
    assert np.ptp(fast) > 40
    assert 15 < frequency(fast) < 35


def test_the_default_oscillates() -> None:
    assert frequency(alone(1).run(4000).values[1000:, 0]) == pytest.approx(13.7, abs=0.05)


def started(network: Network, **parameters: float) -> np.ndarray:
    """Last two seconds of four after a start elsewhere."""
    other = alone(1, **parameters).run(500).state
    state = NetworkState(0, other.values, other.observer, other.history)
    return network.run(4000, state=state).values[2000:, 0]


def test_two_states_without_adaptation_and_one_with() -> None:
    low, high = {"mean_E": 0.0, "mean_I": 2.0}, {"mean_E": 4.0, "mean_I": 0.5}
    here = {"mean_E": 2.5, "mean_I": 2.75}
    assert started(alone(1, **here), **low).max() < 0.01
    assert started(alone(1, **here), **high).min() > 40
    adapted = alone(1, **here, **ADAPTED)
    assert started(adapted, **low) == pytest.approx(started(adapted, **high), abs=0.01)


def test_adaptation_makes_a_slow_rhythm_between_them() -> None:
    rate = alone(1, mean_E=4.0, mean_I=2.0, **ADAPTED).run(6000).values[1000:, 0]
    assert 0.5 < frequency(rate) < 5
    assert rate.min() < 0.1
    assert rate.max() > 30


def test_its_rest_is_where_moments_and_neurons_agree() -> None:
    """The active state, solved for two rates and an adaptation current, without tables."""
    p = AdaptiveLinearNonlinear(mean_E=2.0, mean_I=0.8, **{**ADAPTED, "a": 1.0, "b": 5.0})
    cell = Exponential(tau=20.0, **NEURON)

    def received(c: float, J: float, tau: float, spikes: float) -> tuple[float, float]:
        g = c * tau / abs(J)
        z1, z2 = g * spikes, g * g * spikes
        v = z2 / (1 + z1) ** 2 / (2 * tau * (1 + z1) - z2)
        return J * z1 / (1 + z1), 2 * J * J * v * tau * 20 / ((1 + z1) * 20 + tau)

    def gap(x: np.ndarray) -> np.ndarray:
        E, I, current = x  # noqa: E741
        EE = received(p.c_EE, p.J_EE, p.tau_sE, p.K_E * E)
        EI = received(p.c_EI, p.J_EI, p.tau_sI, p.K_I * I)
        IE = received(p.c_IE, p.J_IE, p.tau_sE, p.K_E * E)
        II = received(p.c_II, p.J_II, p.tau_sI, p.K_I * I)
        mean = np.array([p.mean_E + EE[0] + EI[0] - current / 200])
        of_E = cascade(cell, mean, np.sqrt([p.noise_E**2 + EE[1] + EI[1]]))
        of_I = cascade(
            cell, np.array([p.mean_I + IE[0] + II[0]]), np.sqrt([p.noise_I**2 + IE[1] + II[1]])
        )
        adaptation = p.a * (of_E.voltage[0, 0] - p.E_A) + p.tau_A * p.b * E
        return np.array([of_E.rate[0, 0] - E, of_I.rate[0, 0] - I, (adaptation - current) / 1e3])

    model = alone(1, **{k.name: getattr(p, k.name) for k in dataclasses.fields(p)})
    found = model.run(3000)
    E, _, current = fsolve(gap, [0.03, 0.05, found.state.values[4, 0]], xtol=1e-10)
    assert np.ptp(found.values[2000:]) < 1e-6
    assert found.values[-1, 0] == pytest.approx(1000 * E, abs=0.05)  # straight lines in tables
    assert found.state.values[4, 0] == pytest.approx(current, abs=0.1)


def test_moments_are_those_of_synapses_under_poisson_spikes() -> None:
    """Each spike opens a share g / tau of the closed synapses."""
    node, rng, dt = AdaptiveLinearNonlinear(), np.random.default_rng(0), 0.02
    rate, jump = 5.0, node.c_EE / node.J_EE
    s = np.full(20_000, 0.3)
    for _ in range(800):
        s = 1 - (1 - s * np.exp(-dt / node.tau_sE)) * (1 - jump) ** rng.poisson(
            node.K_E * rate / 1000 * dt, len(s)
        )
    state = dict.fromkeys(node.states, 0.0) | {"sigma_E": 1.5, "s_EE": s.mean(), "v_EE": s.var()}
    slopes = node.drift(np, tuple(state.values()), (0.0, rate, 0.0), node)
    found = dict(zip(node.states, slopes, strict=True))
    assert found["s_EE"] * node.tau_sE == pytest.approx(0.0, abs=0.02 * s.mean())
    assert found["v_EE"] * node.tau_sE / 2 == pytest.approx(0.0, abs=0.04 * s.var())


def test_other_regions_reach_e_alone_by_their_number_of_synapses() -> None:
    node = AdaptiveLinearNonlinear(K_E=0.0, K_gl=100.0, c_gl=0.6)
    state = dict.fromkeys(node.states, 0.0) | {"sigma_E": 1.5, "sigma_I": 1.5}
    found = node.drift(np, tuple(state.values()), (30.0, 20.0, 0.0), node)
    slopes = dict(zip(node.states, found, strict=True))
    g = 0.6 * 2.0 / 2.43
    assert slopes["s_EE"] == pytest.approx(100 * g * 0.030 / 2.0, rel=1e-12)
    assert slopes["v_EE"] == pytest.approx(100 * g * g * 0.030 / 4.0, rel=1e-12)
    assert slopes["s_IE"] == slopes["s_EI"] == 0.0


def neurons(name: str, size: int, mean: float, **adaptation: float) -> Population:
    """The neurons of the node; its adaptation is measured from E_A instead of from rest."""
    a, b = adaptation.get("a", 0.0), adaptation.get("b", 0.0)
    cell = AdaptiveExponential(capacitance=200.0, leak=10.0, tau_w=200.0, a=a, b=b, **NEURON)
    current = 200 * mean - a * (-65.0 + 80.0)
    return Population(name, size, cell, current=current, noise=1.5, start=(-70.0, -55.0))


@pytest.mark.parametrize("adaptation", [{}, {"a": 4.0, "b": 20.0}])
def test_is_the_mean_of_its_neurons(adaptation: dict[str, float]) -> None:
    """Without adaptation up to chance and the step; with it, its mean stands for its sawtooth.

    A sawtooth of relative height h = 1 / (tau_A rate) changes the rate to second order, by h^2.
    """
    spikes = SpikingNetwork([neurons("E", 1000, 2.0, **adaptation)], dt=5e-5).spikes(4.0, seed=1)
    expected = alone(1, mean_E=2.0, K_E=0.0, K_I=0.0, **adaptation).run(3000).values[-1, 0]
    allowed = (1 / (0.2 * expected)) ** 2 if adaptation else 5e-3
    assert allowed < 0.04
    assert spikes.after(1.0).rates()["E"] == pytest.approx(expected, rel=allowed)


def test_is_the_mean_of_neurons_that_excite_inhibit_and_tire() -> None:
    """Random wires; weak synapses far from saturation are currents, as in the spiking network.

    The sawtooth of adaptation as above gives 5 %; synaptic noise counts as white.
    """
    sizes, to = {"E": 2000, "I": 500}, {"E": (40.0, 2.0, 4e-3, 100), "I": (-80.0, 5.0, 2e-3, 25)}
    wires = [
        Projection(source, target, weight, ExponentialCurrent(tau), delay=delay, degree=degree)
        for source, (weight, tau, delay, degree) in to.items()
        for target in sizes
    ]
    populations = [neurons("E", 2000, 1.5, b=20.0), neurons("I", 500, 1.0)]
    rates = SpikingNetwork(populations, wires).spikes(3.0, seed=1).after(1.0).rates()
    weak = {
        f"J_{kind}": 1000.0 * sign
        for kind, sign in zip(("EE", "IE", "EI", "II"), (1, 1, -1, -1), strict=True)
    }
    node = AdaptiveLinearNonlinear(
        mean_E=1.5, mean_I=1.0, b=20.0, K_E=100.0, K_I=25.0, c_EE=0.2, c_IE=0.2, c_EI=0.4,
        c_II=0.4, **weak,
    )  # fmt: skip
    for name, quantity in (("E", "rate"), ("I", "rate_I")):
        model = Network(
            node, Connectome(np.zeros((1, 1))), observer=Identity(100.0, quantity=quantity)
        )
        assert model.run(1).values[0, 0] == pytest.approx(rates[name], rel=0.05)


def test_fluctuations_of_the_input_have_the_size_that_is_stated() -> None:
    n = 400
    network = dataclasses.replace(alone(n), noise=0.1)
    inputs = network.run(200, seed=1).state.values[5:7]
    np.testing.assert_allclose(inputs.std(axis=1), 0.1 * np.sqrt(5.0 / 2), rtol=0.12)
    np.testing.assert_allclose(inputs.mean(axis=1), [0.4, 0.3], atol=0.03)


def test_its_rate_is_what_an_observer_of_rates_sees() -> None:
    network = alone(1)
    shown = dataclasses.replace(network, observer=FiringRate(1000.0)).run(20).values
    np.testing.assert_array_equal(shown, network.run(20).values)


def test_tables_are_made_when_a_network_needs_them(tmp_path: Path) -> None:
    code = """
import os, sys
from surrobrain import catalog
from surrobrain.mechanistic.nodes.adaptive_linear_nonlinear import AdaptiveLinearNonlinear as Node
folder = "surrobrain.mechanistic.nodes"
for name in catalog.names(folder):
    catalog.load(folder, name)()
print(os.listdir(os.environ["SURROBRAIN_CACHE"]), "numba" in sys.modules)
import surrobrain as sb
sb.Network(Node(), sb.examples.ring(4))
print(len(os.listdir(os.environ["SURROBRAIN_CACHE"] + "/kernels")))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "SURROBRAIN_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.split("\n")[:2] == ["[] False", "1"]
