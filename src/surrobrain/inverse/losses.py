"""Data terms: how far a model's prediction is from what was recorded."""

from dataclasses import dataclass
from typing import Any

from surrobrain.checks import whole
from surrobrain.learned.architecture import Architecture

__all__ = ["Loss", "multi_step", "next_step"]


@dataclass(frozen=True)
class Loss:
    """Mean squared error over the next ``horizon`` samples, in standard deviations.

    Parameters
    ----------
    horizon : int
        Samples to predict from each window; the model runs on its own predictions.

    Notes
    -----
    mean over windows, steps 1..horizon and regions of (x_model - x)^2.
    """

    horizon: int

    def __call__(self, model: Architecture, windows: Any, targets: Any) -> Any:
        """Return the error; windows (batch, memory, regions), targets (batch, horizon, regions)."""
        state = model.encode(windows)
        total = 0.0
        for k in range(self.horizon):
            state = model.step(state)
            total = total + (model.observe(state) - targets[:, k]).square().mean()
        return total / self.horizon


def next_step() -> Loss:
    """Compare the next sample: best for effective connectivity and short forecasts."""
    return Loss(1)


def multi_step(n: int) -> Loss:
    """Compare the next ``n`` samples, run freely: best for the long run; n times slower.

    Examples
    --------
    >>> multi_step(5)
    Loss(horizon=5)
    """
    return Loss(whole(n, "n", low=1))
