"""Multilayer perceptron over a linear map."""

from collections.abc import Callable
from contextlib import suppress
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.errors import NotConverged
from surrobrain.learned.linear_map import LinearMap
from surrobrain.learned.window_model import WindowModel
from surrobrain.linear.autoregression import Autoregression, solve_autoregression
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck
from surrobrain.seeds import stream

__all__ = ["MLP"]

_MOST_REGIONS = 128


class MLP(WindowModel):
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
        self.linear = LinearMap(n_regions, memory=memory, n_inputs=n_inputs)
        self.inner = _undrawn(memory * n_regions + n_inputs, hidden)
        self.outer = _undrawn(hidden, n_regions)
        self._draw(seed=0)

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: the linear ones while V is zero."""
        acting = self if self.outer.weight.any() else self.linear
        return sum(p.numel() for p in acting.parameters())

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve the linear part and draw the hidden layer; the outer layer starts at zero."""
        self.linear.assign(linear_start(windows, targets, drives))
        self._draw(seed)

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        seen = windows.flatten(1)
        if self.n_inputs:
            none = seen.new_zeros(len(seen), self.n_inputs)
            seen = torch.cat([seen, none if drive is None else drive], dim=1)
        return self.linear(windows, drive) + self.outer(torch.tanh(self.inner(seen)))

    def _draw(self, seed: int) -> None:
        fan_in = self.inner.in_features
        inner = stream(seed).normal(size=(self.hidden, fan_in)) / np.sqrt(fan_in)
        with torch.no_grad():
            self.inner.weight.copy_(torch.as_tensor(inner))
            for zero in (self.inner.bias, self.outer.weight, self.outer.bias):
                zero.zero_()


def _undrawn(n_in: int, n_out: int) -> nn.Linear:
    """Make a layer without touching torch's global generator."""
    return cast(nn.Linear, nn.utils.skip_init(nn.Linear, n_in, n_out))


def linear_start(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    drives: Float[np.ndarray, "windows inputs"] | None = None,
) -> Autoregression:
    """Return the linear model that predicts the last fifth of the windows better.

    The Ornstein-Uhlenbeck process needs fewer samples but its noise must be independent; whether
    it is, held-out prediction decides. Beyond 128 regions it would take minutes and is not tried;
    it knows no external input.
    """
    driven = drives is not None and drives.shape[1] > 0
    if driven or windows.shape[2] > _MOST_REGIONS:
        return solve_autoregression(windows, targets, drives=drives)
    cut = len(windows) - len(windows) // 5

    def error(solve: Callable[..., Autoregression]) -> float:
        predicted = solve(windows[:cut], targets[:cut]).predict(windows[cut:])
        return float(np.square(targets[cut:] - predicted).mean())

    with suppress(NotConverged):  # no such process: the regression remains
        if error(solve_ornstein_uhlenbeck) < error(solve_autoregression):
            return solve_ornstein_uhlenbeck(windows, targets)
    return solve_autoregression(windows, targets)
