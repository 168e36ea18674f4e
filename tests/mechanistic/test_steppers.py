"""Steppers converge at their order."""

import numpy as np
import pytest

from surrobrain.mechanistic.steppers import euler


def end_of_decay(dt: float) -> float:
    state = (1.0,)
    for _ in range(round(1 / dt)):
        state = euler(lambda x: (-x[0],), state, dt=dt)
    return state[0]


def test_euler_converges_at_order_one() -> None:
    errors = [abs(end_of_decay(dt) - np.exp(-1)) for dt in (0.02, 0.01, 0.005, 0.0025)]
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 1.0, atol=0.02)


def test_increments_are_added_only_where_given() -> None:
    stepped = euler(lambda x: (0.0, 0.0), (1.0, 2.0), dt=0.1, increments=[None, 0.5])
    assert stepped == pytest.approx((1.0, 2.5))
