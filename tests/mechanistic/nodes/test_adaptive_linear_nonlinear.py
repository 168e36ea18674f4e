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
from surrobrain.mechanistic.fokker_planck import cascade
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.adaptive_linear_nonlinear import AdaptiveLinearNonlinear
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


def alone(*cases: dict[str, float]) -> Network:
    """Up to four regions that do not hear each other, in ms; one compiled loop for all tests."""
    regions = [AdaptiveLinearNonlinear(**cases[min(k, len(cases) - 1)]) for k in range(4)]
    names = [field.name for field in dataclasses.fields(AdaptiveLinearNonlinear)]
    node = AdaptiveLinearNonlinear(
        **{name: np.array([getattr(region, name) for region in regions]) for name in names}
    )
    silence = Connectome(np.zeros((4, 4)))
    return Network(node, silence, observer=Identity(1000.0), settle=0.0)


def frequency(rate: np.ndarray) -> float:
    """Peaks per second at a sampling of 1000 Hz, by the spectrum."""
    power = np.abs(np.fft.rfft((rate - rate.mean()) * np.hanning(len(rate)), 1 << 17))
    return float(power.argmax() * 1000 / (1 << 17))


def test_the_states_of_a_node_without_adaptation() -> None:
    """Silent, active, a fast rhythm of E against I, and the default."""
    inputs = ((0.5, 0.8), (2.0, 0.8), (0.75, 0.3), (0.4, 0.3))
    cases = [{"mean_E": mean_E, "mean_I": mean_I} for mean_E, mean_I in inputs]
    down, up, fast, default = alone(*cases).run(5000).values[2000:].T
    assert down.max() < 0.1
    assert np.ptp(up) < 1e-3
    assert up.mean() == pytest.approx(33.82, abs=0.01)
    assert np.ptp(fast) > 40
    assert 15 < frequency(fast) < 35
    assert frequency(default) == pytest.approx(13.7, abs=0.05)


def test_two_states_without_adaptation_and_one_with() -> None:
    low, high = {"mean_E": 0.0, "mean_I": 2.0}, {"mean_E": 4.0, "mean_I": 0.5}
    here = {"mean_E": 2.5, "mean_I": 2.75}
    before = alone(low, high, low, high).run(500).state
    after = alone(here, here, {**here, **ADAPTED}).run(4000, state=before).values[2000:].T
    assert after[0].max() < 0.01
    assert after[1].min() > 40
    np.testing.assert_allclose(after[2], after[3], atol=0.01)


def test_adaptation_makes_a_slow_rhythm_between_them() -> None:
    rate = alone({"mean_E": 4.0, "mean_I": 2.0, **ADAPTED}).run(6000).values[1000:, 0]
    assert 0.5 < frequency(rate) < 5
    assert rate.min() < 0.1
    assert rate.max() > 30


def test_its_rest_is_where_moments_and_neurons_agree() -> None:
    """The active state, solved for two rates and an adaptation current, without tables."""
    case = {"mean_E": 2.0, "mean_I": 0.8, "a": 1.0, "b": 5.0}
    p = AdaptiveLinearNonlinear(**case)
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

    found = alone(case).run(5000)
    E, _, current = fsolve(gap, [0.03, 0.05, found.state.values[4, 0]], xtol=1e-10)
    assert np.ptp(found.values[4000:]) < 1e-6
    assert found.values[-1, 0] == pytest.approx(1000 * E, abs=0.05)  # straight lines in tables
    assert found.state.values[4, 0] == pytest.approx(current, abs=0.1)


def test_moments_are_those_of_synapses_under_poisson_spikes() -> None:
    """Each spike opens a share g / tau of the closed synapses."""
    node, rng, dt = AdaptiveLinearNonlinear(), np.random.default_rng(0), 0.02
    rate, jump = 5.0, node.c_EE / node.J_EE
    s = np.full(20_000, 0.3)
    half = np.exp(-dt / 2 / node.tau_sE)
    for _ in range(800):
        spikes = rng.poisson(node.K_E * rate / 1000 * dt, len(s))
        s = half * (1 - (1 - half * s) * (1 - jump) ** spikes)
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
    case = {"mean_E": 2.0, "K_E": 0.0, "K_I": 0.0, **adaptation}
    expected = alone(case).run(3000).values[-1, 0]
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
    weak = {"J_EE": 1000.0, "J_IE": 1000.0, "J_EI": -1000.0, "J_II": -1000.0}
    strengths = {"c_EE": 0.2, "c_IE": 0.2, "c_EI": 0.4, "c_II": 0.4, "K_E": 100.0, "K_I": 25.0}
    model = alone({"mean_E": 1.5, "mean_I": 1.0, "b": 20.0, **strengths, **weak})
    state = tuple(model.run(3000).state.values)
    assert model.node.rate(np, state, model.node)[0] == pytest.approx(rates["E"], rel=0.05)
    assert model.node.rate_I(np, state, model.node)[0] == pytest.approx(rates["I"], rel=0.05)


def test_fluctuations_of_the_input_have_the_size_that_is_stated() -> None:
    network, inputs = dataclasses.replace(alone({}), noise=0.1), []
    state = network.initial_state
    for _ in range(400):  # 30 ms apart, six correlation times
        state = network.run(30, state=state, seed=1).state
        inputs.append(state.values[5:7])
    apart = np.array(inputs)
    np.testing.assert_allclose(apart.std(axis=(0, 2)), 0.1 * np.sqrt(5.0 / 2), rtol=0.06)
    np.testing.assert_allclose(apart.mean(axis=(0, 2)), [0.4, 0.3], atol=0.015)


def test_no_table_is_made_before_a_network_needs_it(tmp_path: Path) -> None:
    code = """
import os, sys
from surrobrain import catalog
folder = "surrobrain.mechanistic.nodes"
for name in catalog.names(folder):
    catalog.load(folder, name)()
print(os.listdir(os.environ["SURROBRAIN_CACHE"]), "numba" in sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "SURROBRAIN_CACHE": str(tmp_path)},
    )  # fmt: skip
    assert done.stdout.strip() == "[] False"
