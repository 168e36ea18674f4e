"""Wilson-Cowan against fixed points, extremes and periods computed independently."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import fsolve

from surrobrain.mechanistic.nodes.wilson_cowan import WilsonCowan

PLAIN = {
    "shift": 0.0, "a_E": 1.5, "a_I": 1.5, "theta_E": 3.0, "theta_I": 3.0,
    "tau_E": 2.5, "tau_I": 3.75,
}  # fmt: skip
HYSTERESIS = {
    "c_EE": 12.0, "c_IE": 4.0, "c_EI": 13.0, "c_II": 11.0, "a_E": 1.2, "theta_E": 2.8,
    "a_I": 1.0, "theta_I": 4.0, "tau_E": 10.0, "tau_I": 10.0, "P": 0.0,
}  # fmt: skip


def slope(state: np.ndarray, node: WilsonCowan) -> np.ndarray:
    return np.array(WilsonCowan.drift(np, tuple(state), (0.0,), node))


def orbit(node: WilsonCowan, duration: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times in ms and E, every 0.01 ms, once the start is forgotten."""
    times = np.arange(0.6 * duration, duration, 0.01)
    found = solve_ivp(
        lambda t, y: slope(y, node), (0, duration), [0.1, 0.05], "DOP853", times,
        rtol=1e-9, atol=1e-11,
    )  # fmt: skip
    return times, found.y[0]


@pytest.mark.parametrize(
    ("changed", "guess", "expected"),
    [
        ({"P": 1.0}, 0.03, 0.0282548), ({"P": 3.0}, 0.3, 0.321951),
        ({**PLAIN, "P": 0.5}, 0.03, 0.0341345),
    ],
)  # fmt: skip
def test_fixed_points(changed: dict, guess: float, expected: float) -> None:
    node = WilsonCowan(**changed)
    root = fsolve(slope, [guess, guess], args=(node,), xtol=1e-12)
    assert np.abs(slope(root, node)).max() < 1e-12
    assert root[0] == pytest.approx(expected, abs=5.1e-7)
    assert orbit(node, 500.0)[1][-1] == pytest.approx(expected, abs=1e-6)  # and it attracts


@pytest.mark.parametrize(
    ("changed", "low", "high", "period"),
    [
        ({"P": 1.25}, 0.10256, 0.26966, 39.967), ({"P": 1.5}, 0.14761, 0.28231, 26.559),
        ({**PLAIN, "P": 1.0}, 0.03415, 0.29803, 18.404),
        ({**PLAIN, "P": 1.25}, 0.03750, 0.38077, 16.555),
    ],
)  # fmt: skip
def test_limit_cycles(changed: dict, low: float, high: float, period: float) -> None:
    times, E = orbit(WilsonCowan(**changed), 800.0)
    np.testing.assert_allclose([E.min(), E.max()], [low, high], atol=2e-5)
    middle = (low + high) / 2
    k = np.flatnonzero((E[:-1] < middle) & (E[1:] >= middle))
    crossings = times[k] + 0.01 * (middle - E[k]) / (E[k + 1] - E[k])
    np.testing.assert_allclose(np.diff(crossings), period, atol=1.5e-3)


def test_lowered_sigmoid_leaves_rest_at_zero_and_hysteresis_beside_it() -> None:
    node = WilsonCowan(**HYSTERESIS)
    assert np.abs(slope(np.zeros(2), node)).max() < 1e-16
    assert orbit(node, 1500.0)[1][-1] == pytest.approx(0.0, abs=1e-6)
    high = fsolve(slope, [0.45, 0.1], args=(node,))
    assert high[0] > 0.4
    shifts = 1e-6 * np.eye(2)
    jacobian = [(slope(high + h, node) - slope(high - h, node)) / 2e-6 for h in shifts]
    assert np.linalg.eigvals(jacobian).real.max() < 0


def test_tracts_reach_excitation_alone() -> None:
    state = (np.float64(0.2), np.float64(0.1))
    alone, driven = (WilsonCowan.drift(np, state, (c,), WilsonCowan()) for c in (0.0, 0.5))
    assert driven[0] > alone[0]
    assert driven[1] == alone[1]


def test_maxima_of_the_lowered_sigmoids() -> None:
    """Where both inputs saturate, E' = (k - r E) k - E shows k: 0.9945 for E and 0.9994 for I."""
    node = WilsonCowan(P=50.0, Q=50.0, c_EE=0.0, c_IE=0.0, c_EI=0.0, c_II=0.0)
    k = np.sqrt(slope(np.zeros(2), node) * 8)
    np.testing.assert_allclose(k, [0.9945, 0.9994], atol=5e-5)
