"""Epileptor against its seizures, computed by an adaptive integration."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from surrobrain.mechanistic.nodes.epileptor import Epileptor
from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D

NUMBERS = SimpleNamespace(where=lambda condition, a, b: a if condition else b)  # plain and fast


def test_seizures_come_and_go() -> None:
    node = Epileptor()

    def falling(t: float, state: np.ndarray) -> float:
        return state[2] - 3.4

    falling.direction = -1
    orbit = solve_ivp(
        lambda t, state: Epileptor.drift(NUMBERS, tuple(state.tolist()), (0.0,), node),
        (0, 2100), list(node.initial.values()), "LSODA", np.arange(300, 2100, 0.05),
        events=falling, rtol=1e-5, atol=1e-6,
    )  # fmt: skip
    x1, _, z, *_ = orbit.y
    np.testing.assert_allclose([z.min(), z.max()], [2.8535, 4.1429], atol=1e-4)
    np.testing.assert_allclose([x1.min(), x1.max()], [-1.993, 1.582], atol=2e-3)
    assert np.diff(orbit.t_events[0]) == pytest.approx([1933], abs=0.5)


@pytest.mark.parametrize("x0", [-2.3, -2.07, -1.6])
def test_onset_is_that_of_two_dimensions(x0: float) -> None:
    """At rest y1 = c - d x1^2 turns x1' into the cubic of the two-dimensional model."""
    x1, z = np.linspace(-2.5, -0.1, 50), 3.0
    state = (x1, 1 - 5 * x1 * x1, z, 0.0, 0.0, 0.0)
    full = Epileptor.drift(np, state, (0.3,), Epileptor(x0=x0))
    plane = Epileptor2D.drift(np, (x1, z), (0.3,), Epileptor2D(x0=x0, tau0=1 / 0.00035))
    np.testing.assert_allclose(full[0], plane[0], atol=1e-13)
    np.testing.assert_allclose(full[2], plane[1], atol=1e-15)


def test_branches_of_the_discharges_and_of_the_events() -> None:
    node = Epileptor()

    def slope(**changed: float) -> tuple:
        state = {"x1": 0.0, "y1": 0.0, "z": 0.0, "x2": 0.0, "y2": 0.0, "u": 0.0, **changed}
        return Epileptor.drift(NUMBERS, tuple(state.values()), (0.0,), node)

    assert slope(x1=-2.0)[0] == pytest.approx(8 + 12 + 3.1)  # -f1 = 12 - (-8)
    assert slope(x1=1.0, x2=0.5, z=3.0)[0] == pytest.approx(-(0.5 - 0.6) - 3 + 3.1)
    assert slope(x2=-0.3)[4] == 0
    assert slope(x2=0.75, y2=1.0)[4] == pytest.approx((6 - 1) / 10)
    assert slope(z=-1.0)[2] == pytest.approx(0.00035 * (6.4 + 1 + 0.1))
