"""Wong-Wang against fixed points computed independently, and its rate curve at threshold."""

import numpy as np
import pytest
from scipy.optimize import brentq

from surrobrain.mechanistic.nodes.wong_wang import WongWang, firing_rate


def slope(gating: float, node: WongWang) -> float:
    return float(WongWang.drift(np, (np.float64(gating),), (0.0,), node)[0])


@pytest.mark.parametrize(
    ("w", "current", "expected"),
    [
        (0.9, 0.30, [0.0343551]), (0.6, 0.33, [0.0980185]), (0.9, 0.33, [0.1896440]),
        (1.0, 0.32, [0.0996586, 0.4248232, 0.4831639]), (1.0, 0.382, [0.7564503]),
    ],
)  # fmt: skip
def test_fixed_points(w: float, current: float, expected: list[float]) -> None:
    node = WongWang(w=w, I0=current)
    grid = np.linspace(0, 1, 2001)
    slopes = np.array([slope(s, node) for s in grid])
    crossings = np.flatnonzero(slopes[:-1] * slopes[1:] < 0)
    found = [brentq(slope, grid[k], grid[k + 1], args=(node,)) for k in crossings]
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_rates_at_the_fixed_points() -> None:
    for w, current, gating, rate in (
        (0.9, 0.30, 0.0343551, 0.55503),
        (1.0, 0.382, 0.7564503, 48.45),
    ):
        node = WongWang(w=w, I0=current)
        excess = node.a * (node.w * node.J * gating + node.I0) - node.b
        assert firing_rate(np, excess, node.d) == pytest.approx(rate, rel=1e-4)


def test_rate_at_threshold_is_one_over_d() -> None:
    assert firing_rate(np, np.float64(0.0), 0.154) == pytest.approx(6.4935, abs=1e-4)


def test_series_meets_the_formula() -> None:
    for y in (0.0999999, -0.0999999, 1e-3, -1e-3):
        u = y / 0.154
        assert firing_rate(np, np.float64(u), 0.154) == pytest.approx(-u / np.expm1(-y), rel=1e-13)
