"""Lorenz against its equilibria, its Hopf point and its Lyapunov exponent."""

import dataclasses

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.lorenz import Lorenz
from surrobrain.mechanistic.observers.identity import Identity


def slope(state: np.ndarray, node: Lorenz) -> np.ndarray:
    return np.array(Lorenz.drift(np, tuple(state), (0.0,), node))


@pytest.mark.parametrize(("rho", "stable"), [(24.73, True), (24.75, False)])
def test_equilibria_lose_stability(rho: float, stable: bool) -> None:
    x = np.sqrt(8 / 3 * (rho - 1))
    state, node, shifts = np.array([x, x, rho - 1]), Lorenz(rho=rho), 1e-4 * np.eye(3)
    assert np.abs(slope(state, node)).max() < 1e-12
    jacobian = [(slope(state + h, node) - slope(state - h, node)) / 2e-4 for h in shifts]
    assert (np.linalg.eigvals(np.transpose(jacobian)).real.max() < 0) == stable


def test_lyapunov_exponent() -> None:
    """Two neighbors part by exp(0.906 t) on average; 100 pairs, pulled together every 0.5 s."""
    network = Network(
        Lorenz(), Connectome(np.zeros((200, 200))), noise=1.0, stepper="rk4", dt=2e-3,
        observer=Identity(2.0), settle=20.0,
    )  # fmt: skip
    quiet = dataclasses.replace(network, noise=0.0)
    state, size, growth = network.run(1).state, np.full(100, 1e-7), []
    apart = np.zeros((3, 100))
    apart[0] = size
    for _ in range(400):
        values = state.values.copy()
        values[:, 100:] = values[:, :100] + 1e-7 * apart / size
        state = quiet.run(1, state=dataclasses.replace(state, values=values)).state
        apart = state.values[:, 100:] - state.values[:, :100]
        size = np.sqrt((apart**2).sum(axis=0))
        growth.append(np.log(size / 1e-7))
    assert np.mean(growth[40:]) / 0.5 == pytest.approx(0.906, abs=0.01)
