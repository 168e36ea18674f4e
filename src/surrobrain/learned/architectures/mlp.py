"""Multilayer perceptron over a linear map."""

import torch
from jaxtyping import Float
from torch import Tensor

from surrobrain.checks import whole
from surrobrain.learned.layers import draw, undrawn, zero
from surrobrain.learned.linear_map import OverLinear
from surrobrain.learned.window_model import WindowModel
from surrobrain.seeds import stream

__all__ = ["MLP"]


class MLP(OverLinear, WindowModel):
    """The next sample is a linear map of the last few, plus what a small network adds to it.

    The default surrogate. It starts exactly as the better of two linear models and leaves
    that start only for a better prediction of held-out samples.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Number of samples that decide the next one.
    n_inputs : int
        Number of external inputs; they enter both paths.
    hidden : int
        Width of the hidden layer.

    Notes
    -----
    x[t+1] = A w + b + V tanh(U w + c) with w the window of the last samples and u[t+1]. V starts
    at zero. A starts as the ridge autoregression, or as the Ornstein-Uhlenbeck process where that
    predicts the last fifth of the windows better (`linear_start`). Without the linear path such a
    network recovers effective connectivity worse than least squares does [1]_.

    References
    ----------
    .. [1] Luo et al. (2025), Mapping effective connectivity by virtually perturbing a surrogate
       brain, Nature Methods; re-measured by ``python -m benchmarks npi``.

    Examples
    --------
    >>> import numpy as np
    >>> import surrobrain as sb
    >>> values = np.random.default_rng(0).normal(size=(200, 3))
    >>> sb.fit(sb.MLP(3, memory=2, hidden=8), sb.Recording(values, sfreq=1.0), seed=0).model
    Surrogate(MLP, 3 regions, memory 2, 1 Hz, activity)
    """

    def __init__(
        self, n_regions: int, *, memory: int = 3, n_inputs: int = 0, hidden: int = 128
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.hidden = whole(hidden, "hidden", low=1)
        self.inner = undrawn(memory * n_regions + n_inputs, hidden)
        self.outer = undrawn(hidden, n_regions)
        self.draw(seed=0)

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        seen = self.with_drive(windows.flatten(1), drive)
        return self.linear(windows, drive) + self.outer(torch.tanh(self.inner(seen)))

    def draw(self, seed: int) -> None:
        """Draw the hidden layer; the outer one is zero."""
        draw(stream(seed), self.inner)
        zero(self.outer)
