"""Coombes-Byrne against the neurons that it averages, and the equations of Z and of its limits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.mechanistic.nodes.coombes_byrne import CoombesByrne
from surrobrain.mechanistic.nodes.montbrio_pazo_roxin import MontbrioPazoRoxin


def slope(state: np.ndarray, node: CoombesByrne) -> np.ndarray:
    return np.array(CoombesByrne.drift(np, tuple(state), (0.0,), node))


def test_without_synapses_it_is_montbrio_pazo_and_roxin() -> None:
    r, V = 0.7, -0.4
    found = slope(np.array([r, V, 0.0, 0.0]), CoombesByrne(kappa=0.0, eta=2.0, Delta=0.8))
    other = MontbrioPazoRoxin.drift(
        np, (r, V), (0.0,), MontbrioPazoRoxin(eta=2.0, Delta=0.8, J=0.0)
    )
    np.testing.assert_allclose(found[:2], other, rtol=1e-14)


def test_order_parameter_obeys_its_own_equation() -> None:
    """The form of Coombes & Byrne: theta neurons in a conductance g, as a flow of Z."""
    node, g = CoombesByrne(), 1.3
    for r, V in ((0.3, -1.0), (1.2, 0.5), (0.05, 3.0)):
        W = np.pi * r + 1j * V
        Z = (1 - W.conjugate()) / (1 + W.conjugate())
        dr, dV, _, _ = slope(np.array([r, V, g, 0.0]), node)
        dW = np.pi * dr + 1j * dV
        dZ = -2 * dW.conjugate() / (1 + W.conjugate()) ** 2
        free = -0.5j * (Z - 1) ** 2 + 0.5 * (Z + 1) ** 2 * (-node.Delta + 1j * node.eta)
        driven = 0.5j * (Z + 1) ** 2 * node.v_syn * g - 0.5 * (Z**2 - 1) * g
        assert dZ == pytest.approx(free + driven, rel=1e-12)


def test_is_the_mean_of_its_neurons() -> None:
    """With g held, v' = v^2 + eta + g (v_syn - v) has a closed form for each neuron."""
    node, start, duration, g = CoombesByrne(eta=3.0, kappa=0.0), -2.0, 1.0, 0.8
    lorentzian = np.tan(np.pi * ((np.arange(500) + 0.5) / 500 - 0.5))
    held = node.eta + g * node.v_syn - g * g / 4  # of u = v - g / 2, u' = u^2 + held
    root = np.sqrt(held + node.Delta * lorentzian.astype(complex))[:, None]
    voltage, turn = start - g / 2 + lorentzian[None, :], np.tan(root * duration)
    voltage = g / 2 + (root * (voltage + root * turn) / (root - voltage * turn)).real
    frozen = solve_ivp(
        lambda t, y: [*slope(np.array([*y, g, 0.0]), node)[:2]], (0, duration), [1 / np.pi, start],
        rtol=1e-10,
    ).y[:, -1]  # fmt: skip
    low, median, high = np.quantile(voltage, [0.25, 0.5, 0.75])  # of a Lorentzian: V -+ pi r
    assert median == pytest.approx(frozen[1], abs=4e-3)
    assert (high - low) / 2 == pytest.approx(np.pi * frozen[0], rel=4e-3)


def test_synapse_is_an_alpha_function() -> None:
    """With kappa = 0 a kick of q decays as alpha^2 t exp(-alpha t)."""
    node, times = CoombesByrne(kappa=0.0), np.linspace(0, 5, 11)
    start = np.array([0.1, -1.0, 0.0, 1.0])
    found = solve_ivp(lambda t, y: slope(y, node), (0, 5), start, "LSODA", times, rtol=1e-9).y[2]
    expected = node.alpha * times * np.exp(-node.alpha * times)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_fast_synapses_approach_their_limit() -> None:
    """Slaved to the rate, g = kappa pi r: the equilibrium is that of the two equations."""
    node = CoombesByrne(eta=2.0, Delta=1.0, v_syn=-4.0, alpha=50.0)
    r, V, g, _ = solve_ivp(
        lambda t, y: slope(y, node), (0, 60), [0.3, 0.0, 1.0, 0.0], "LSODA", rtol=1e-9
    ).y[:, -1]
    assert g == pytest.approx(np.pi * r, rel=1e-5)
    assert 1 / np.pi + 2 * r * V - np.pi * r * r == pytest.approx(0, abs=1e-5)
    assert V**2 - (np.pi * r) ** 2 + 2 + np.pi * r * (-4 - V) == pytest.approx(0, abs=1e-5)


def test_default_oscillates() -> None:
    times = np.arange(40, 60, 0.005)
    r = solve_ivp(
        lambda t, y: slope(y, CoombesByrne()), (0, 60), [0.5, 0, 1.5, 0], "LSODA", times, rtol=1e-9
    ).y[0]
    assert np.ptp(r) > 1
    assert r.min() > 0
