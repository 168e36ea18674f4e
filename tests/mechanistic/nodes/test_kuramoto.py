"""Kuramoto against its theory: onset of synchrony, locking with delay, direction of tracts."""

import numpy as np
import pytest
from scipy.optimize import brentq

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic import oracle
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.kuramoto import Kuramoto
from surrobrain.mechanistic.observers.identity import Identity


def test_two_channels_make_the_sine_of_the_difference() -> None:
    rng = np.random.default_rng(0)
    weights, theta = rng.normal(size=(6, 6)), rng.uniform(-9, 9, 6)
    node = Kuramoto(omega=np.arange(6.0))
    coupling = tuple(weights @ sent for sent in Kuramoto.source(np, (theta,), node))
    expected = node.omega + (weights * np.sin(theta[None, :] - theta[:, None])).sum(axis=1)
    np.testing.assert_allclose(Kuramoto.drift(np, (theta,), coupling, node)[0], expected)


def order(coupling: float, n: int = 1000, dt: float = 0.02) -> float:
    """Return R of all-to-all regions whose frequencies are quantiles of a Lorentzian."""
    node = Kuramoto(omega=np.tan(np.pi * ((np.arange(n) + 0.5) / n - 0.5)))
    theta, found = np.zeros(n), []
    for _ in range(3000):
        means = [np.mean(sent) for sent in Kuramoto.source(np, (theta,), node)]
        found.append(np.hypot(*means))
        mean_field = tuple(coupling * mean for mean in means)
        theta = theta + dt * Kuramoto.drift(np, (theta,), mean_field, node)[0]
    return float(np.mean(found[1500:]))


@pytest.mark.parametrize(("coupling", "expected"), [(4.0, np.sqrt(1 / 2)), (8.0, np.sqrt(3 / 4))])
def test_synchrony_above_the_critical_coupling(coupling: float, expected: float) -> None:
    assert order(coupling) == pytest.approx(expected, abs=0.01)


def test_no_synchrony_below_it() -> None:
    assert order(1.0) < 0.02


def run(weights: list, *, coupling: float) -> np.ndarray:
    """Two regions of 10 Hz, 20 ms apart, seen every millisecond."""
    lengths = np.array([[0.0, 20.0], [20.0, 0.0]])
    network = Network(
        Kuramoto(omega=20 * np.pi), Connectome(np.array(weights), lengths), coupling=coupling,
        speed=1.0, observer=Identity(1000.0), dt=1e-3, settle=0.0,
    )  # fmt: skip
    return oracle.run(network, 2500)


def test_delay_slows_a_locked_pair() -> None:
    late = run([[0.0, 1.0], [1.0, 0.0]], coupling=10.0)[1500:]
    np.testing.assert_allclose(late[:, 0], late[:, 1], atol=1e-9)
    omega = brentq(lambda w: w - 20 * np.pi + 10 * np.sin(0.02 * w), 0, 20 * np.pi)
    times = np.arange(len(late)) * 1e-3
    waves = np.stack([np.cos(omega * times), np.sin(omega * times)], axis=1)
    rest = late[:, 0] - waves @ np.linalg.lstsq(waves, late[:, 0])[0]
    assert np.abs(rest).max() < 1e-6


def test_a_driven_region_follows_its_driver_by_the_delay() -> None:
    values = run([[0.0, 1.0], [0.0, 0.0]], coupling=20.0)  # from the second to the first
    np.testing.assert_allclose(values[1520:, 0], values[1500:-20, 1], atol=1e-6)
