"""Vector autoregression: the model every other one has to beat."""

from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from surrobrain.learned.linear_map import LinearMap
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.autoregression import solve_autoregression

__all__ = ["LinearVAR"]


class LinearVAR(WindowModel):
    """The next sample is a linear map of the last few.

    Use it first: on most recordings of resting fMRI nothing predicts the next sample much better.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Number of samples that decide the next one.
    n_inputs : int
        Number of external inputs.
    ridge : float, optional
        Penalty that pulls towards regions that do not act on each other; 0 is least squares.
        Chosen by cross-validation over contiguous stretches of time when absent.

    Notes
    -----
    x[t+1] = b + sum over k of A_k x[t-k] + C u[t+1], solved by `solve_autoregression`.

    Examples
    --------
    >>> import surrobrain as sb
    >>> values = np.random.default_rng(0).normal(size=(200, 3))
    >>> sb.fit(sb.LinearVAR(3), sb.Recording(values, sfreq=1.0)).n_parameters
    12
    """

    closed_form: ClassVar[bool] = True

    def __init__(
        self, n_regions: int, *, memory: int = 1, n_inputs: int = 0, ridge: float | None = None
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.ridge = ridge
        self.linear = LinearMap(n_regions, memory=memory, n_inputs=n_inputs)

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve the regression; nothing is left to chance."""
        self.linear.assign(solve_autoregression(windows, targets, drives=drives, ridge=self.ridge))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        return self.linear(windows, drive)
