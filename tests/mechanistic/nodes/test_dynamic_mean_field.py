"""Dynamic mean field against its fixed point and a balance solved independently."""

import numpy as np
import pytest
from scipy.optimize import fsolve

from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField
from surrobrain.mechanistic.nodes.wong_wang import firing_rate

REST = np.array([0.1647572075, 0.0392184486])


def slope(state: np.ndarray, node: DynamicMeanField) -> np.ndarray:
    return np.array(DynamicMeanField.drift(np, tuple(state), (0.0,), node))


def test_isolated_fixed_point() -> None:
    node = DynamicMeanField()
    S_E, S_I = root = fsolve(slope, [0.2, 0.05], args=(node,), xtol=1e-12)
    np.testing.assert_allclose(root, REST, atol=1e-10)
    I_E = node.I0 + node.w_plus * node.J_N * S_E - node.J_I * S_I
    I_I = node.W_I * node.I0 + node.J_N * S_E - node.w_II * S_I
    np.testing.assert_allclose([I_E, I_I], [0.3773805650, 0.2528951325], atol=1e-10)
    assert I_E - node.b_E / node.a_E == pytest.approx(-0.025845, abs=1e-6)
    rate_E = S_E / (node.tau_E * node.gamma * (1 - S_E))
    np.testing.assert_allclose([rate_E, S_I / node.tau_I], [3.0773270641, 3.9218448632], atol=2e-9)


def test_rate_at_the_target_of_inhibition_control() -> None:
    node = DynamicMeanField()
    assert firing_rate(np, -0.026 * node.a_E, node.d_E) == pytest.approx(3.0631, abs=1e-4)


def test_analytic_balance_holds_a_network_at_rest() -> None:
    weights = np.array([[0, 1, 0.5], [1, 0, 0.2], [0.5, 0.2, 0]])
    balanced = DynamicMeanField(J_I=np.array([1.945228, 1.756182, 1.441106]))
    S_E, S_I = np.full(3, REST[0]), np.full(3, REST[1])
    slopes = DynamicMeanField.drift(np, (S_E, S_I), (weights @ S_E,), balanced)
    np.testing.assert_allclose(slopes, 0.0, atol=1e-5)
    alone = DynamicMeanField.drift(np, (S_E, S_I), (weights @ S_E,), DynamicMeanField())
    assert (alone[0] > 0.1).all()  # unbalanced, tracts drive every region up


def test_feed_forward_inhibition_reaches_i_alone() -> None:
    state = tuple(REST)
    off, on = (
        DynamicMeanField.drift(np, state, (0.2,), DynamicMeanField(feed_forward=share))
        for share in (0.0, 1.0)
    )
    assert on[0] == off[0]
    assert on[1] > off[1]


def test_excitation_drives_inhibition() -> None:
    low, high = (slope(np.array([S_E, 0.04]), DynamicMeanField())[1] for S_E in (0.16, 0.5))
    assert high > low + 1
