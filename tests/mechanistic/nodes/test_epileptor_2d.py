"""Epileptor in two dimensions against its fold and its critical excitability."""

import numpy as np
import pytest
from scipy.optimize import brentq

from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D


def slope(state: np.ndarray, node: Epileptor2D, coupling: float = 0.0) -> np.ndarray:
    return np.array(Epileptor2D.drift(np, tuple(state), (coupling,), node))


def growth(x0: float, tau0: float) -> float:
    """Return the largest real part of the eigenvalues at the equilibrium."""
    node = Epileptor2D(x0=x0, tau0=tau0)
    x = brentq(lambda x: slope(np.array([x, 4 * (x - x0)]), node)[0], -4, 4)
    state, shifts = np.array([x, 4 * (x - x0)]), 1e-5 * np.eye(2)
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-5 for h in shifts]
    return np.linalg.eigvals(np.transpose(jacobian)).real.max()


@pytest.mark.parametrize(("tau0", "critical"), [(2857, -2.06195), (90, -2.05926), (10, -2.03687)])
def test_critical_excitability(tau0: float, critical: float) -> None:
    found = brentq(growth, -2.1, -2.0, args=(float(tau0),), xtol=1e-10)
    assert found == pytest.approx(critical, abs=6e-6)


def test_fold_of_the_fast_nullcline() -> None:
    x, node = np.linspace(-2, -1, 200_001), Epileptor2D()
    nullcline = slope(np.array([x, np.zeros_like(x)]), node)[0]  # z at which x' = 0
    fold = nullcline.argmin()
    assert x[fold] == pytest.approx(-4 / 3, abs=1e-5)
    assert nullcline[fold] == pytest.approx(2.914815, abs=1e-6)
    assert x[fold] - nullcline[fold] / 4 == pytest.approx(-2.062037, abs=1e-5)


def test_a_seizing_neighbor_excites() -> None:
    state = np.array([-1.5, 3.0])
    alone, beside = (slope(state, Epileptor2D(), coupling) for coupling in (0.0, 2.0))
    assert beside[1] < alone[1]
    assert beside[0] == alone[0]
