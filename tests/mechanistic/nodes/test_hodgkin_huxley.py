"""Hodgkin-Huxley against rest, Hopf points and firing rates computed independently."""

import numpy as np
import pytest
from scipy.optimize import brentq, fsolve

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.hodgkin_huxley import HodgkinHuxley
from surrobrain.mechanistic.observers.identity import Identity


def slope(state: np.ndarray, node: HodgkinHuxley) -> np.ndarray:
    return np.array(HodgkinHuxley.drift(np, tuple(state), (0.0,), node))


def equilibrium(V: float) -> tuple[float, np.ndarray]:
    """Return the current at which V is an equilibrium, and the state there."""
    rise = slope(np.array([V, 0.0, 0.0, 0.0]), HodgkinHuxley())[1:]
    fall = -slope(np.array([V, 1.0, 1.0, 1.0]), HodgkinHuxley())[1:]
    state = np.array([V, *(rise / (rise + fall))])
    return -slope(state, HodgkinHuxley())[0], state


def growth(V: float) -> float:
    """Return the largest real part of the eigenvalues at that equilibrium."""
    current, state = equilibrium(V)
    node, shifts = HodgkinHuxley(I=current), 1e-5 * np.eye(4)
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-5 for h in shifts]
    return np.linalg.eigvals(np.transpose(jacobian)).real.max()


def test_rest() -> None:
    found = fsolve(slope, [-65, 0.05, 0.6, 0.3], args=(HodgkinHuxley(),), xtol=1e-12)
    expected = [-64.99638, 0.0529551, 0.595994, 0.317732]
    assert (np.abs(found - expected) < [6e-6, 6e-8, 6e-7, 6e-7]).all()


@pytest.mark.parametrize(
    ("V", "current", "literature"), [(-59, 9.7754, 9.78), (-45, 154.522, 154.5)]
)
def test_hopf_points(V: float, current: float, literature: float) -> None:
    found = equilibrium(brentq(growth, V - 3, V + 6, xtol=1e-10))[0]
    assert found == pytest.approx(current, rel=5e-6)
    assert found == pytest.approx(literature, abs=0.03)


def test_firing_from_rest() -> None:
    currents = np.array([6.2, 6.3, 7.0, 10.0, 20.0])
    network = Network(
        HodgkinHuxley(I=currents), Connectome(np.zeros((5, 5))), stepper="rk4", dt=2.5e-5,
        observer=Identity(2e4), settle=0.0,
    )  # fmt: skip
    start, late = np.split(network.run(40_000).values, 2)
    rates = [rate(potential) for potential in late.T]
    assert rates[0] == 0
    assert 1 <= (np.diff(np.sign(start[:, 0])) > 0).sum() <= 5  # a few spikes, then rest
    np.testing.assert_allclose(rates[1:], [52.37, 58.33, 68.32, 86.47], atol=0.006)
    assert (start.max(axis=0) > 39).all()
    assert (start.max(axis=0) < 41.2).all()


def rate(potential: np.ndarray) -> float:
    """Return the firing rate in Hz of samples at 20 kHz."""
    k = np.flatnonzero((potential[:-1] < 0) & (potential[1:] >= 0))
    if len(k) < 2:
        return 0.0
    crossings = k + potential[k] / (potential[k] - potential[k + 1])
    return float(2e4 / np.diff(crossings).mean())


@pytest.mark.parametrize(("V", "gate", "rise"), [(-40.0, 1, 1.0), (-55.0, 3, 0.1)])
def test_singularities_are_removed(V: float, gate: int, rise: float) -> None:
    closed = np.zeros(4)
    for shift in (-1e-9, 0.0, 1e-9):
        closed[0] = V + shift
        assert slope(closed, HodgkinHuxley())[gate] == pytest.approx(rise, rel=1e-9)
    closed[0] = V + 0.5
    u = 0.05
    assert slope(closed, HodgkinHuxley())[gate] == pytest.approx(
        rise * u / -np.expm1(-u), rel=1e-13
    )


def test_rates_triple_every_ten_degrees() -> None:
    state = np.array([-50.0, 0.2, 0.4, 0.5])
    cold, warm = (slope(state, HodgkinHuxley(temperature=t)) for t in (6.3, 16.3))
    np.testing.assert_allclose(warm, cold * [1, 3, 3, 3], rtol=1e-12)
