"""The Ornstein-Uhlenbeck network against the Lyapunov equation."""

import numpy as np
from scipy.linalg import solve_continuous_lyapunov

from surrobrain.data.connectome import Connectome
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.mechanistic.sweep import sweep


def test_covariance_solves_the_lyapunov_equation() -> None:
    weights = np.array([[0.0, 0.8, 0.0], [0.1, 0.0, 0.6], [-0.5, 0.2, 0.0]])
    model = Network(
        Linear(tau=0.05), Connectome(weights), coupling=0.9, noise=np.array([1.0, 0.5, 2.0]),
        observer=Identity(2000.0), dt=5e-4,
    )  # fmt: skip
    runs = sweep(model, {"tau": np.full(64, 0.05)}, duration=40.0, seed=5)
    found = np.mean([np.cov(values.T) for values in runs.values], axis=0)
    drift = (0.9 * weights - np.eye(3)) / 0.05
    expected = solve_continuous_lyapunov(drift, -np.diag([1.0, 0.25, 4.0]))
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(found / scale, expected / scale, atol=0.02)
