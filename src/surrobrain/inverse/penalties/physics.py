"""Keep to a known law: the residual of a differential equation along the model's own step."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive, whole
from surrobrain.data.recording import Recording
from surrobrain.learned.architecture import Architecture
from surrobrain.learned.windows import cut_windows
from surrobrain.seeds import stream

__all__ = ["physics"]


def physics(
    drift: Callable[[Any], Any],
    weight: float = 1e-2,
    *,
    recording: Recording | None = None,
    dt: float = 1.0,
    points: int = 256,
    seed: int = 0,
) -> Callable[[Architecture], Any]:
    """Keep the step of a model near what a known equation says of it.

    Parameters
    ----------
    drift : callable
        Tensor of samples (points, n_regions) -> their time derivatives, same shape; both in the
        unit of ``recording``, or in standard deviations from the mean without one.
    weight : float
        Strength; the penalty is in the unit of the loss.
    recording : Recording, optional
        What the model is fitted to. Its windows are the collocation points, and its mean and
        standard deviation translate the drift. Without one, points are drawn from the normal
        distribution.
    dt : float
        Time between two samples in the drift's unit of time.
    points : int
        Number of collocation points, always the same ones.
    seed : int
        Decides which they are.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Notes
    -----
    weight * mean over points and regions of ((next - newest) - change)^2 in standard deviations,
    where change is that of one Runge-Kutta step of fourth order of ``dx/dt = drift(x)``: the
    residual of a physics-informed network [1]_, by finite difference, as these models are maps in
    discrete time. External input is taken as zero. `fit` scales by the training part of a
    recording; give that part here.

    References
    ----------
    .. [1] Raissi, Perdikaris & Karniadakis (2019), Physics-informed neural networks. J Comput Phys
       378:686.

    Examples
    --------
    >>> import surrobrain as sb
    >>> decays = physics(lambda x: -x, 1.0, dt=0.1, points=10000)
    >>> print(f"{decays(sb.LinearVAR(3)).item():.1f}")  # it starts as next = 0
    0.8
    """
    number(weight, "weight", low=0.0)
    dt, points = positive(dt, "dt"), whole(points, "points", low=1)
    if recording is None:
        return _Physics(drift, weight, dt, points, seed)
    seen = recording.values[recording.valid]
    return _Physics(
        drift, weight, dt, points, seed,
        recording=recording, center=seen.mean(axis=0), scale=seen.std(axis=0),
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Physics:
    """The penalty, with the names that `fit` compares with the recording."""

    drift: Callable[[Any], Any]
    weight: float
    dt: float
    points: int
    seed: int
    recording: Recording | None = None
    center: Float[np.ndarray, "regions"] | float = 0.0
    scale: Float[np.ndarray, "regions"] | float = 1.0

    @property
    def names(self) -> tuple[str, ...] | None:
        """Regions of the recording, if there is one."""
        return None if self.recording is None else tuple(self.recording.names)

    def __call__(self, model: Architecture) -> Any:
        import torch

        some = next(model.parameters())
        windows = torch.as_tensor(self._windows(model.memory, model.n_regions)).to(some)
        center, scale = (torch.as_tensor(part).to(some) for part in (self.center, self.scale))
        newest = windows[:, -1]
        found = model.observe(model.step(model.encode(windows))) - newest
        said = self._change(newest * scale + center) / scale
        return self.weight * (found - said).square().mean()

    def _change(self, x: Any) -> Any:
        """Return how far the equation moves samples within one step."""
        first = self.drift(x)
        second = self.drift(x + self.dt / 2 * first)
        third = self.drift(x + self.dt / 2 * second)
        fourth = self.drift(x + self.dt * third)
        return self.dt / 6 * (first + 2 * second + 2 * third + fourth)

    def _windows(self, memory: int, n_regions: int) -> Float[np.ndarray, "points memory regions"]:
        rng = stream(self.seed)
        if self.recording is None:
            return rng.normal(size=(self.points, memory, n_regions))
        if self.recording.n_regions != n_regions:
            raise ValueError(
                f"the recording has {self.recording.n_regions} regions but the model has "
                f"{n_regions}; give the recording that the model is fitted to"
            )
        every = cut_windows([self.recording], memory=memory).windows
        chosen = np.sort(rng.permutation(len(every))[: self.points])
        return (every[chosen] - self.center) / self.scale
