"""Simulators whose posterior is known."""

from dataclasses import dataclass, field

import numpy as np
import torch


@dataclass
class LinearGaussian:
    """Numbers A u + noise: the posterior is Gaussian."""

    slopes: np.ndarray
    covariance: np.ndarray
    observed: np.ndarray
    calls: int = 0

    @classmethod
    def drawn(cls, n_unknowns: int = 2, n_numbers: int = 4, *, seed: int = 0) -> "LinearGaussian":
        rng = np.random.default_rng(seed)
        slopes = rng.normal(size=(n_numbers, n_unknowns))
        covariance = 0.4 * np.eye(n_numbers) + 0.2
        return cls(slopes, covariance, slopes @ rng.normal(size=n_unknowns) + 0.3)

    @property
    def n_unknowns(self) -> int:
        return self.slopes.shape[1]

    @property
    def start(self) -> np.ndarray:
        return np.zeros(self.n_unknowns)

    def simulate(self, us: np.ndarray, *, seed: int) -> np.ndarray:
        self.calls += len(us)
        noise = np.random.default_rng(seed).standard_normal((len(us), len(self.observed)))
        return us @ self.slopes.T + noise @ np.linalg.cholesky(self.covariance).T

    def mean(self, u: torch.Tensor) -> torch.Tensor:
        return torch.as_tensor(self.slopes) @ u

    def posterior(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and covariance."""
        precision = np.linalg.inv(self.covariance)
        spread = np.linalg.inv(self.slopes.T @ precision @ self.slopes + np.eye(self.n_unknowns))
        return spread @ self.slopes.T @ precision @ self.observed, spread


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
