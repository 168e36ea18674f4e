"""Hodgkin-Huxley against its rest, its Hopf points and its firing rates."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve

from surrobrain.mechanistic.nodes.hodgkin_huxley import HodgkinHuxley


def slope(state: np.ndarray, current: float) -> np.ndarray:
    node = HodgkinHuxley(I=current)
    with np.errstate(over="ignore"):
        return np.array(HodgkinHuxley.drift(np, tuple(state), (0.0,), node))


def rest(current: float) -> np.ndarray:
    guess = np.array([-65.0 + 5 * np.sqrt(max(current, 0)) / 3, 0.1, 0.4, 0.4])
    return fsolve(slope, guess, args=(current,), xtol=1e-13)


def growth(current: float) -> float:
    state, h = rest(current), 1e-6
    columns = [
        (slope(state + d, current) - slope(state - d, current)) / (2 * h) for d in h * np.eye(4)
    ]
    return np.linalg.eigvals(np.transpose(columns)).real.max()


def rate(current: float) -> float:
    """Spikes per second over the last 700 of 1000 ms, from rest."""
    solved = solve_ivp(
        lambda _, x: slope(x, current), (0, 1000), list(HodgkinHuxley.initial.values()),
        method="LSODA", rtol=1e-8, atol=1e-9, max_step=0.5,
        events=_upward,
    )  # fmt: skip
    times = solved.t_events[0]
    times = times[times > 300]
    return 1000 * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 2 else 0.0


def _upward(_: float, x: np.ndarray) -> float:
    return x[0]


_upward.direction = 1


def test_rest() -> None:
    np.testing.assert_allclose(rest(0.0)[0], -64.99638, atol=5e-6)
    np.testing.assert_allclose(rest(0.0)[1:], [0.0529551, 0.595994, 0.317732], atol=6e-7)


@pytest.mark.parametrize(("low", "high", "hopf"), [(9.0, 10.5, 9.7754), (150, 160, 154.522)])
def test_hopf_points(low: float, high: float, hopf: float) -> None:
    assert brentq(growth, low, high) == pytest.approx(hopf, abs=6e-4)


@pytest.mark.parametrize(
    ("current", "expected"),
    [(6.2, 0.0), (6.3, 52.37), (7.0, 58.33), (10.0, 68.32), (20.0, 86.47)],
)
def test_rates(current: float, expected: float) -> None:
    assert rate(current) == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("V", [-40.0, -55.0])
def test_removable_singularities(V: float) -> None:
    state = np.array([V, 0.2, 0.4, 0.5])
    sides = [slope(state + np.array([d, 0, 0, 0]), 0.0) for d in (-1e-5, 0.0, 1e-5)]
    assert np.isfinite(sides).all()
    np.testing.assert_allclose(sides[1], (sides[0] + sides[2]) / 2, rtol=1e-6)
