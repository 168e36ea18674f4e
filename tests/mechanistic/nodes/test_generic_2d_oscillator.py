"""The generic oscillator: excitable by default, oscillating at a = 2."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from surrobrain.mechanistic.nodes.generic_2d_oscillator import Generic2DOscillator


def slope(state: np.ndarray, node: Generic2DOscillator) -> np.ndarray:
    return np.array(Generic2DOscillator.drift(np, tuple(state), (0.0,), node))


def late(node: Generic2DOscillator, start: list[float]) -> np.ndarray:
    times = np.linspace(2000, 3000, 1001)
    return solve_ivp(
        lambda t, y: slope(y, node), (0, 3000), start, "LSODA", times, rtol=1e-8, atol=1e-10
    ).y[0]


def test_default_equilibrium_attracts_and_excites() -> None:
    node = Generic2DOscillator()
    root = fsolve(slope, [-0.2, 0.0], args=(node,), xtol=1e-12)
    assert root[0] == pytest.approx(-0.188652, abs=5.1e-7)
    np.testing.assert_allclose(late(node, [1.0, 3.0]), root[0], atol=1e-6)


def test_cycle_at_a_2_forgets_its_start() -> None:
    node = Generic2DOscillator(a=2.0)
    one, other = late(node, [0.0, 0.0]), late(node, [2.0, -3.0])
    assert np.ptp(one) > 1
    assert (one.min(), one.max()) == pytest.approx((other.min(), other.max()), abs=2e-3)


def test_every_coefficient_has_its_place() -> None:
    node = Generic2DOscillator(
        tau=2.0, I=0.5, a=1.0, b=2.0, c=3.0, d=0.1, e=4.0, f=5.0, g=6.0,
        alpha=7.0, beta=8.0, gamma=9.0,
    )  # fmt: skip
    V, W, coupling = 0.3, 0.7, 0.25
    fast = 0.2 * (-5 * V**3 + 4 * V**2 + 6 * V + 7 * W + 9 * (0.5 + coupling))
    slow = 0.05 * (1 + 2 * V + 3 * V**2 - 8 * W)
    found = Generic2DOscillator.drift(np, (V, W), (coupling,), node)
    assert found == pytest.approx((fast, slow), rel=1e-12)
