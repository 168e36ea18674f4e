"""Jansen-Rit against the bifurcations of Grimbert & Faugeras 2006 and known orbits."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.signal import find_peaks

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.jansen_rit import JansenRit
from surrobrain.mechanistic.observers.identity import Identity

column = JansenRit()


def rate(v: float) -> float:
    return 2 * column.e0 / (1 + np.exp(column.r * (column.v0 - v)))


def equilibrium(v: float) -> tuple[float, np.ndarray]:
    """Return the input p at which y1 - y2 = v is an equilibrium, and the state there."""
    y0 = column.A / column.a * rate(v)
    y2 = column.B / column.b * column.C4 * rate(column.C3 * y0)
    p = (v + y2) * column.a / column.A - column.C2 * rate(column.C1 * y0)
    return p, np.array([y0, v + y2, y2, 0.0, 0.0, 0.0])


def drift(state: np.ndarray, p: float) -> np.ndarray:
    return np.array(JansenRit.drift(np, tuple(state), (np.float64(0.0),), JansenRit(p=p)))


def eigenvalues(v: float) -> np.ndarray:
    p, state = equilibrium(v)
    assert np.abs(drift(state, p)).max() < 1e-8
    shifts = 1e-6 * np.eye(6)
    jacobian = [(drift(state + h, p) - drift(state - h, p)) / 2e-6 for h in shifts]
    return np.linalg.eigvals(np.transpose(jacobian))


def test_folds() -> None:
    v = np.linspace(-5, 12, 20001)
    p = np.array([equilibrium(x)[0] for x in v])
    turns = p[1:-1][np.diff(np.sign(np.diff(p))) != 0]
    np.testing.assert_allclose(sorted(turns), [-41.3014, 113.5863], atol=1e-3)


@pytest.mark.parametrize(
    ("p", "frequency"), [(-12.1475, 7.24), (89.8291, 10.38), (315.6964, 11.16)]
)
def test_hopf_points(p: float, frequency: float) -> None:
    v = np.linspace(-5, 12, 2001)
    gap = np.array([equilibrium(x)[0] - p for x in v])
    roots = [
        brentq(lambda x: equilibrium(x)[0] - p, v[k], v[k + 1])
        for k in np.flatnonzero(gap[:-1] * gap[1:] < 0)
    ]
    waves = np.concatenate([eigenvalues(root) for root in roots])
    critical = min(waves[waves.imag > 1], key=lambda z: abs(z.real))
    assert abs(critical.real) < 0.01
    assert critical.imag / (2 * np.pi) == pytest.approx(frequency, abs=0.01)


def test_orbits_equal_an_adaptive_integration() -> None:
    inputs, times = np.array([120.0, 200.0, 220.0]), np.arange(4.0, 7.0, 1e-3)
    network = Network(
        JansenRit(p=inputs), Connectome(np.zeros((3, 3))),
        observer=Identity(1000.0), dt=2.5e-6, settle=4.0,
    )  # fmt: skip
    orbits = network.run(3000).values
    extremes = np.array([[1.23, 11.17], [5.943, 8.928], [6.082, 9.041]])  # from the literature
    np.testing.assert_allclose(np.stack([orbits.min(0), orbits.max(0)], 1), extremes, atol=0.01)
    for orbit, p in zip(orbits.T, inputs, strict=True):
        exact = solve_ivp(
            lambda t, y, p=p: drift(y, p), (0, 7), np.zeros(6), "DOP853", times, rtol=1e-8
        )  # fmt: skip
        potential = exact.y[1] - exact.y[2]
        assert orbit.max() == pytest.approx(potential.max(), abs=0.01)
        assert frequency_of(orbit) == pytest.approx(frequency_of(potential), rel=0.005)
    assert frequency_of(orbits[:, 0]) == pytest.approx(2.385, abs=0.005)
    assert frequency_of(orbits[:, 1]) == pytest.approx(10.86, abs=0.03)


def frequency_of(potential: np.ndarray) -> float:
    peaks, _ = find_peaks(potential, height=8)
    return 1000 / np.diff(peaks).mean()
