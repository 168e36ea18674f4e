"""A linear brain small enough to solve by hand, as both kinds of model."""

from dataclasses import dataclass

import numpy as np
import pytest

from surrobrain.data.connectome import Connectome
from surrobrain.forward import Trajectory
from surrobrain.seeds import stream


@dataclass(frozen=True, eq=False)
class LinearBrain:
    """x[t+1] = center + sum_k A_k (x[t-k] - center) + u + noise, a Predictor."""

    lags: np.ndarray  # (memory, n_regions, n_regions), newest first
    center: np.ndarray
    sigma: float = 0.0
    sfreq: float = 10.0
    modality: str = "activity"
    unit: str = "sd"

    @property
    def n_regions(self):
        return len(self.center)

    @property
    def regions(self):
        return tuple("ABCDEFGH"[: self.n_regions])

    @property
    def names(self):
        return self.regions

    @property
    def memory(self):
        return len(self.lags)

    def state_from(self, window):
        return window, 0

    def predict(self, windows, inputs=None):
        newest_first = windows[:, ::-1] - self.center
        expected = self.center + np.einsum("kij,wkj->wi", self.lags, newest_first)
        return expected if inputs is None else expected + inputs

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        window, clock = state or (np.tile(self.center, (self.memory, 1)), 0)
        values = np.empty((n_times, self.n_regions))
        for t in range(n_times):
            noise = self.sigma * stream(seed, clock + t).normal(size=self.n_regions)
            drive = noise if inputs is None else noise + inputs[t]
            values[t] = self.predict(window[None])[0] + drive
            window = np.vstack([window[1:], values[t]])
        return Trajectory(values, (window, clock + n_times))


@dataclass(frozen=True, eq=False)
class WiredBrain:
    """x[t+1] = W x[t] + u + noise with a connectome, no Predictor: stands for a network.

    With a gain of shape (n_channels, n_regions) it is seen through a lead field.
    """

    connectome: Connectome
    sigma: float = 0.0
    sfreq: float = 10.0
    modality: str = "activity"
    gain: np.ndarray | None = None

    @property
    def n_regions(self):
        return self.connectome.n_regions

    @property
    def regions(self):
        return tuple(self.connectome.names)

    @property
    def names(self):
        return self.regions if self.gain is None else tuple(f"E{k}" for k in range(len(self.gain)))

    def run(self, n_times, *, state=None, inputs=None, seed=0):
        x, clock = state or (np.ones(self.n_regions), 0)
        values = np.empty((n_times, self.n_regions))
        for t in range(n_times):
            noise = self.sigma * stream(seed, clock + t).normal(size=self.n_regions)
            x = self.connectome.weights @ x + noise + (0.0 if inputs is None else inputs[t])
            values[t] = x
        seen = values if self.gain is None else values @ self.gain.T
        return Trajectory(seen, (x, clock + n_times))


def _weights(n_regions):
    weights = np.random.default_rng(5).normal(size=(n_regions, n_regions))
    return 0.8 * weights / np.abs(np.linalg.eigvals(weights)).max()


@pytest.fixture
def linear_brain():
    """Return a maker of linear learned models."""

    def make(n_regions=4, *, memory=1, sigma=0.0, center=None, sfreq=10.0):
        lags = np.stack([_weights(n_regions) * 0.5**k / memory for k in range(memory)])
        center = np.zeros(n_regions) if center is None else np.asarray(center, dtype=float)
        return LinearBrain(lags, center, sigma, sfreq)

    return make


@pytest.fixture
def wired_brain():
    """Return a maker of linear networks."""

    def make(n_regions=4, *, sigma=0.0, gain=None):
        names = tuple("ABCDEFGH"[:n_regions])
        return WiredBrain(Connectome(_weights(n_regions), names=names), sigma, gain=gain)

    return make
