"""Models whose state is simply the last few samples."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole

__all__ = ["WindowModel"]


class WindowModel(nn.Module, ABC):
    """Half of an architecture: write ``forward``, ``config`` and ``warm_start``, the rest is here.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Number of samples that decide the next one.
    n_inputs : int
        Number of external inputs.
    """

    closed_form: ClassVar[bool] = False

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int = 0) -> None:
        super().__init__()
        self.n_regions = whole(n_regions, "n_regions", low=1)
        self.memory = whole(memory, "memory", low=1)
        self.n_inputs = whole(n_inputs, "n_inputs", low=0)

    @abstractmethod
    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Tensor:
        """Return the next sample after each window, shape (batch, n_regions)."""

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: all, unless overridden."""
        return sum(p.numel() for p in self.parameters())

    def config(self) -> dict[str, object]:
        """Return the constructor's arguments."""
        return {"n_regions": self.n_regions, "memory": self.memory, "n_inputs": self.n_inputs}

    @abstractmethod
    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Set the parameters to the best values that can be had without training."""

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
