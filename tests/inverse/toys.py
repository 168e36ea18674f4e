"""Simulators whose posterior is known."""

from dataclasses import dataclass, field

import numpy as np
import torch

from benchmarks.inverse_calibration import LinearGaussian

__all__ = ["Curved", "Failing", "LinearGaussian"]


@dataclass
class Failing(LinearGaussian):
    """Fails where the first unknown is above a limit."""

    limit: float = 0.0

    def simulate(self, us: np.ndarray, *, seed: int) -> np.ndarray:
        found = super().simulate(us, seed=seed)
        found[us[:, 0] > self.limit] = np.nan
        return found


@dataclass
class Curved:
    """One number exp(u) + noise: the posterior is skewed, and known by quadrature."""

    observed: np.ndarray = field(default_factory=lambda: np.array([2.0]))
    covariance: np.ndarray = field(default_factory=lambda: np.array([[1.0]]))
    n_unknowns: int = 1
    start: np.ndarray = field(default_factory=lambda: np.zeros(1))

    def simulate(self, us: np.ndarray, *, seed: int) -> np.ndarray:
        return np.exp(us) + np.random.default_rng(seed).standard_normal(us.shape)

    def mean(self, u: torch.Tensor) -> torch.Tensor:
        return torch.exp(u)

    def log_posterior(self, u: np.ndarray) -> np.ndarray:
        return -0.5 * (self.observed[0] - np.exp(u)) ** 2 - 0.5 * u**2

    def moments(self) -> tuple[float, float]:
        """Mean and standard deviation."""
        grid = np.linspace(-6, 4, 20001)
        weight = np.exp(self.log_posterior(grid))
        weight /= weight.sum()
        mean = float(weight @ grid)
        return mean, float(np.sqrt(weight @ (grid - mean) ** 2))
