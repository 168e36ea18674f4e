"""Data terms: how far a model's prediction is from what was recorded."""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from surrobrain.checks import whole
from surrobrain.learned.architecture import Architecture

__all__ = ["Loss", "MultiStep", "multi_step", "next_step"]


@runtime_checkable
class Loss(Protocol):
    """A callable that compares a model with what was recorded."""

    @property
    def horizon(self) -> int:
        """Samples after each window that it looks at."""
        ...

    def __call__(self, model: Architecture, windows: Any, targets: Any, /) -> Any:
        """Return a scalar; windows (batch, memory, regions), targets (batch, horizon, regions)."""
        ...


@dataclass(frozen=True)
class MultiStep:
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


def next_step() -> MultiStep:
    """Compare the next sample: best for effective connectivity and short forecasts."""
    return MultiStep(1)


def multi_step(n: int) -> MultiStep:
    """Compare the next ``n`` samples, run freely: best for the long run; n times slower.

    Examples
    --------
    >>> multi_step(5)
    MultiStep(horizon=5)
    """
    return MultiStep(whole(n, "n", low=1))
