"""The linear part that several architectures share, and what is learned on top of it."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.errors import NotConverged
from surrobrain.learned.module import LearnedModule
from surrobrain.linear.autoregression import Autoregression, solve_autoregression
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck

__all__ = ["LinearMap", "OverLinear", "linear_start"]

_MOST_REGIONS = 128


class LinearMap(nn.Module):
    """The next sample as a linear map of a window; starts at zero, that is at the mean."""

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(n_regions, memory * n_regions))
        self.bias = nn.Parameter(torch.zeros(n_regions))
        self.drive = nn.Parameter(torch.zeros(n_regions, n_inputs)) if n_inputs else None

    def assign(self, solution: Autoregression) -> None:
        """Take over a solved regression."""
        flat = solution.coefficients.transpose(1, 0, 2).reshape(len(self.bias), -1)
        with torch.no_grad():
            self.weight.copy_(torch.as_tensor(flat))
            self.bias.copy_(torch.as_tensor(solution.intercept))
            if self.drive is not None:
                self.drive.copy_(torch.as_tensor(solution.drive))

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        found = nn.functional.linear(windows.flatten(1), self.weight, self.bias)
        if self.drive is None or drive is None:
            return found
        return found + nn.functional.linear(drive, self.drive)


class OverLinear(LearnedModule):
    """A linear map that is solved, and a network that starts at zero: write ``draw`` and the state.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Number of samples from which the state follows.
    n_inputs : int
        Number of external inputs; they enter the linear map too.
    lags : int, optional
        Samples of the linear map, at most ``memory``; all of them when absent.

    Notes
    -----
    Assign ``outer``, the layer through which the network acts, and call ``draw(seed=0)`` at the
    end of the constructor.
    """

    outer: Any

    def __init__(
        self, n_regions: int, *, memory: int, n_inputs: int = 0, lags: int | None = None
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.lags = memory if lags is None else min(whole(lags, "lags", low=1), memory)
        self.linear = LinearMap(n_regions, memory=self.lags, n_inputs=n_inputs)

    @abstractmethod
    def draw(self, seed: int) -> None:
        """Draw the network, with ``outer`` at zero."""

    @property
    def n_active(self) -> int:
        """Number of parameters that act: the linear ones while ``outer`` is zero."""
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
        """Solve the linear part and draw the network, which does not act yet."""
        solved = linear_start(windows[:, -self.lags :], targets, drives)
        self.linear.assign(self.written(solved))
        self.draw(seed)

    def written(self, solved: Autoregression) -> Autoregression:
        """Return the numbers with which this model acts as a solved regression: the same ones."""
        return solved


def linear_start(
    windows: Float[np.ndarray, "windows memory regions"],
    targets: Float[np.ndarray, "windows regions"],
    drives: Float[np.ndarray, "windows inputs"] | None = None,
) -> Autoregression:
    """Return the linear model that predicts the last fifth of the windows best.

    Two ridge regressions compete, with what a region keeps of itself solved first or together
    with the rest, and the Ornstein-Uhlenbeck process. That one needs fewer samples but its noise
    must be independent; whether it is, held-out prediction decides. Beyond 128 regions it would
    take minutes and is not tried; it knows no external input.
    """
    driven = drives is not None and drives.shape[1] > 0
    cut = len(windows) - len(windows) // 5
    last = None if drives is None else drives[cut:]

    def penalized(
        solve: Callable[..., Autoregression],
    ) -> Callable[[np.ndarray, np.ndarray], Autoregression]:
        return lambda w, t: solve(w, t, drives=None if drives is None else drives[: len(w)])

    rivals = [penalized(solve_autoregression), penalized(solve_leaky_autoregression)]
    if not driven and windows.shape[2] <= _MOST_REGIONS:
        rivals.append(solve_ornstein_uhlenbeck)
    errors = np.full(len(rivals), np.inf)
    for k, solve in enumerate(rivals):
        with suppress(NotConverged):  # no such process: a regression remains
            predicted = solve(windows[:cut], targets[:cut]).predict(windows[cut:], last)
            errors[k] = np.square(targets[cut:] - predicted).mean()
    solve = rivals[int(errors.argmin())]
    try:
        return solve(windows, targets)
    except NotConverged:  # with these samples too there is none
        return solve_leaky_autoregression(windows, targets)
