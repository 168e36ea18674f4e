"""Larter-Breakspear: rest, cycle and chaos in the published order, and its equations by hand."""

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.larter_breakspear import LarterBreakspear
from surrobrain.mechanistic.observers.identity import Identity


def slope(state: np.ndarray, node: LarterBreakspear, coupling: float = 0.0) -> np.ndarray:
    return np.array(LarterBreakspear.drift(np, tuple(state), (coupling,), node))


def growth(width: float) -> float:
    """Return the largest real part of the eigenvalues at the equilibrium."""
    node = LarterBreakspear(d_V=width, d_Z=width)
    state = fsolve(slope, [-0.17, 0.25, 0.2], args=(node,), xtol=1e-13)
    assert np.abs(slope(state, node)).max() < 1e-10
    shifts = 1e-6 * np.eye(3)
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-6 for h in shifts]
    return np.linalg.eigvals(np.transpose(jacobian)).real.max()


def test_rest_is_lost_near_the_published_width() -> None:
    assert brentq(growth, 0.54, 0.6) == pytest.approx(0.55, abs=0.02)  # the paper: 0.55


def test_rest_cycle_and_chaos() -> None:
    widths = np.array([0.55, 0.58, 0.65, 0.65])
    network = Network(
        LarterBreakspear(d_V=widths, d_Z=widths), Connectome(np.zeros((4, 4))), stepper="rk4",
        dt=1e-4, observer=Identity(1e4), settle=0.0,
    )  # fmt: skip
    settled = network.run(30_000).state
    settled.values[0, 3] += 1e-6  # a neighbor of the third region
    values = network.run(10_000, state=settled).values
    assert np.ptp(values[:, 0]) < 1e-4
    for k, kinds in ((1, (1, 2)), (2, (10, 1000))):
        x = values[:, k]
        peaks = x[1:-1][(x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:])]
        assert kinds[0] <= len(np.unique(np.round(peaks, 3))) <= kinds[1]
    apart = np.abs(values[:, 3] - values[:, 2])
    assert apart[-2000:].max() > 0.05 > 1e-4 > apart[:100].max()


def test_every_term_has_its_place() -> None:
    node = LarterBreakspear(local=0.9, d_Z=0.7)
    V, W, Z, coupling = 0.2, 0.4, 0.3, 0.25

    def share(x: float, threshold: float, width: float) -> float:
        return 1 / (1 + np.exp(-2 * (x - threshold) / width))

    q_V, q_Z = share(V, 0, 0.65), share(Z, 0, 0.7)
    E = 0.36 * (0.9 * q_V + coupling)
    dV = (
        -(1 + 0.25 * E) * share(V, -0.01, 0.15) * (V - 1) - 2 * W * (V + 0.7) - 0.5 * (V + 0.5)
        - (6.7 * share(V, 0.3, 0.15) + E) * (V - 0.53) - 2 * Z * q_Z + 0.3
    )  # fmt: skip
    expected = (dV, 0.7 * (share(V, 0, 0.3) - W), 0.1 * (0.4 * 0.3 + 2 * V * q_V))
    assert slope(np.array([V, W, Z]), node, coupling) == pytest.approx(expected, rel=1e-12)
    assert LarterBreakspear.source(np, (V, W, Z), node)[0] == pytest.approx(q_V)
