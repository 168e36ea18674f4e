"""Models whose state is simply the last few samples."""

from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor

from surrobrain.learned.module import LearnedModule

__all__ = ["WindowModel"]


class WindowModel(LearnedModule):
    """Half of an architecture: write ``forward`` and ``warm_start``, the rest is here.

    It is made as `LearnedModule` is.
    """

    @abstractmethod
    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Tensor:
        """Return the next sample after each window, shape (batch, n_regions)."""

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch memory regions"]:
        """Return the window itself: it is the state."""
        return windows

    def step(
        self,
        state: Float[Tensor, "batch memory regions"],
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch memory regions"]:
        """Append the next sample, with the input added to it, and forget the oldest."""
        sample = self(state, drive) if self.n_inputs else self(state)
        if inputs is not None:
            sample = sample + inputs
        return torch.cat([state[:, 1:], sample[:, None]], dim=1)  # (batch, memory, region)

    def observe(
        self, state: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch regions"]:
        """Return the newest sample."""
        return state[:, -1]
