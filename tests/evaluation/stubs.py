"""Small forward models with real mathematics behind them."""

from dataclasses import dataclass

import numpy as np

from surrobrain.data.recording import Recording
from surrobrain.forward import Trajectory


def coupled(n_regions: int, seed: int = 0) -> np.ndarray:
    """A stable random transition matrix, spectral radius 0.9."""
    matrix = np.random.default_rng(seed).normal(size=(n_regions, n_regions)) + 3 * np.eye(n_regions)
    return 0.9 * matrix / np.abs(np.linalg.eigvals(matrix)).max()


@dataclass(frozen=True)
class Linear:
    """x[t+1] = A x[t] + noise, a `Predictor`."""

    matrix: np.ndarray
    sfreq: float = 2.0
    memory: int = 1
    modality: str = "activity"

    @property
    def n_regions(self):
        return len(self.matrix)

    @property
    def names(self):
        return tuple(f"region_{k}" for k in range(self.n_regions))

    @property
    def regions(self):
        return self.names

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        rng = np.random.default_rng(seed)
        x = np.zeros(self.n_regions) if state is None else state
        out = np.empty((n_times + 100, self.n_regions))
        for t in range(len(out)):
            x = self.matrix @ x + rng.normal(size=self.n_regions)
            out[t] = x
        return Trajectory(out[100:], x)

    def state_from(self, window):
        return window[-1]

    def predict(self, windows, inputs=None):
        return windows[:, -1] @ self.matrix.T

    def recording(self, n_times, seed):
        return Recording(self.run(n_times, seed=seed).values, self.sfreq, self.names)


@dataclass(frozen=True)
class Replay:
    """A forward model that is no predictor: it returns the run it was given."""

    values: np.ndarray
    sfreq: float = 2.0
    modality: str = "activity"

    @property
    def n_regions(self):
        return self.values.shape[1]

    @property
    def names(self):
        return tuple(f"region_{k}" for k in range(self.n_regions))

    @property
    def regions(self):
        return self.names

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        return Trajectory(self.values[:n_times], None)
