"""Van der Pol against its known period and amplitude."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.mechanistic.nodes.van_der_pol import VanDerPol


def cycle(node: VanDerPol, cycles: float) -> tuple[float, float]:
    """Return the period in s and the amplitude of x, by an adaptive integration."""

    def turning(t: float, state: np.ndarray) -> float:
        return state[1]

    turning.direction = -1
    orbit = solve_ivp(
        lambda t, y: VanDerPol.drift(np, tuple(y), (0.0,), node),
        (0, cycles), [2.0, 0.1], "DOP853", rtol=1e-11, atol=1e-13, events=turning,
    )  # fmt: skip
    return float(np.diff(orbit.t_events[0])[-1]), float(orbit.y_events[0][-1, 0])


@pytest.mark.parametrize(
    ("mu", "period", "amplitude"), [(1.0, 6.6632868593, 2.0086198609), (5.0, 11.6122306678, 2.0215)]
)
def test_period_and_amplitude(mu: float, period: float, amplitude: float) -> None:
    found = cycle(VanDerPol(mu=mu, omega=1.0), 120)
    assert found[0] == pytest.approx(period, rel=1e-8)
    assert found[1] == pytest.approx(amplitude, abs=1e-5)


def test_small_damping_leaves_a_sine_of_amplitude_2() -> None:
    period, amplitude = cycle(VanDerPol(mu=0.01, omega=1.0), 1500)
    assert amplitude == pytest.approx(2.0, abs=1e-4)
    assert period == pytest.approx(2 * np.pi * (1 + 0.01**2 / 16), abs=1e-6)


def test_frequency_scales_time() -> None:
    assert cycle(VanDerPol(omega=10.0), 12)[0] == pytest.approx(0.66632868593, rel=1e-8)
