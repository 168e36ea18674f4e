"""Smooth in time: a free run without sudden turns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from surrobrain.checks import number, whole
from surrobrain.data.recording import Recording
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.unroll import unroll
from surrobrain.learned.windows import cut_windows
from surrobrain.seeds import stream

__all__ = ["smoothness_in_time"]


def smoothness_in_time(
    weight: float = 1e-2,
    *,
    recording: Recording | None = None,
    steps: int = 8,
    points: int = 128,
    seed: int = 0,
) -> Callable[[Architecture], Any]:
    """Keep the free run of a model from jumping and from turning suddenly.

    Use it where samples are dense compared with what can change, as in BOLD.

    Parameters
    ----------
    weight : float
        Strength; the penalty is in the unit of the loss.
    recording : Recording, optional
        What the model is fitted to; runs start from its windows. Without one they start from
        windows drawn from the normal distribution.
    steps : int
        Samples of each run; 2 at least.
    points : int
        Number of runs, always from the same windows.
    seed : int
        Decides which they are.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Notes
    -----
    weight * mean of (x[t+1] - 2 x[t] + x[t-1])^2 over the run, the newest sample of the window
    being its first, in standard deviations: the penalty of a cubic smoothing spline [1]_ on the
    prediction.

    References
    ----------
    .. [1] Reinsch (1967), Smoothing by spline functions. Numer Math 10:177.

    Examples
    --------
    >>> import surrobrain as sb
    >>> value = smoothness_in_time(1.0, points=10000, steps=2)(sb.LinearVAR(3)).item()
    >>> print(f"{value:.1f}")  # it starts as next = 0: x, 0, 0
    1.0
    """
    number(weight, "weight", low=0.0)
    steps, points = whole(steps, "steps", low=2), whole(points, "points", low=1)
    return _SmoothnessInTime(float(weight), recording, steps, points, seed)


@dataclass(frozen=True, eq=False)
class _SmoothnessInTime:
    """The penalty, with the names that `fit` compares with the recording."""

    weight: float
    recording: Recording | None
    steps: int
    points: int
    seed: int

    @property
    def names(self) -> tuple[str, ...] | None:
        """Regions of the recording, if there is one."""
        return None if self.recording is None else tuple(self.recording.names)

    def __call__(self, model: Architecture) -> Any:
        import torch

        windows = torch.as_tensor(self._windows(model)).to(next(model.parameters()))
        run, _ = unroll(model, model.encode(windows), self.steps)
        path = torch.cat([windows[:, -1:], run], dim=1)  # (run, time, region)
        return self.weight * path.diff(n=2, dim=1).square().mean()

    def _windows(self, model: Architecture) -> np.ndarray:
        rng = stream(self.seed)
        if self.recording is None:
            return rng.normal(size=(self.points, model.memory, model.n_regions))
        if self.recording.n_regions != model.n_regions:
            raise ValueError(
                f"the recording has {self.recording.n_regions} regions but the model has "
                f"{model.n_regions}; give the recording that the model is fitted to"
            )
        every = cut_windows([self.recording], memory=model.memory).windows
        seen = self.recording.values[self.recording.valid]
        chosen = np.sort(rng.permutation(len(every))[: self.points])
        return (every[chosen] - seen.mean(axis=0)) / seen.std(axis=0)
