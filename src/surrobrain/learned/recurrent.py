"""Networks of rate units: the first units are the regions, further ones stay hidden."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole

__all__ = ["Recurrent"]


class Recurrent(nn.Module, ABC):
    """Half of an architecture: write ``forward``, ``warm_start`` and what else there is to set.

    Parameters
    ----------
    n_regions : int
        Number of regions; the first states are their samples.
    memory : int
        Samples from which the hidden states are read off, by a learned linear map.
    n_inputs : int
        Number of external inputs; they act on every state.
    n_states : int
        Number of states.

    Raises
    ------
    ValueError
        There are fewer states than regions, or a memory that no hidden state would read.
    """

    closed_form: ClassVar[bool] = False

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__()
        self.n_regions = whole(n_regions, "n_regions", low=1)
        self.memory = whole(memory, "memory", low=1)
        self.n_inputs = whole(n_inputs, "n_inputs", low=0)
        self.n_states = whole(n_states, "n_states", low=n_regions)
        hidden = n_states - n_regions
        if memory > 1 and not hidden:
            raise ValueError(
                f"without hidden states the last sample is the whole state, but memory={memory} "
                "arrived; use memory=1, or give more states than regions"
            )
        self.keep = nn.Parameter(torch.zeros(n_states))
        self.bias = nn.Parameter(torch.zeros(n_states))
        self.drive = nn.Parameter(torch.zeros(n_states, n_inputs)) if n_inputs else None
        self.read = nn.Parameter(torch.zeros(hidden, memory * n_regions)) if hidden else None

    @abstractmethod
    def forward(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what the units send each other, before offset, input and what each one keeps."""

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

    @property
    def n_active(self) -> int:
        """Number of parameters that act on the prediction: all, unless overridden."""
        return sum(p.numel() for p in self.parameters())

    def config(self) -> dict[str, object]:
        """Return the constructor's arguments."""
        return {"n_regions": self.n_regions, "memory": self.memory, "n_inputs": self.n_inputs}

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch states"]:
        """Return the newest sample, and beside it what the window says of the hidden states."""
        if self.read is None:
            return windows[:, -1]
        return torch.cat([windows[:, -1], windows.flatten(1) @ self.read.T], dim=1)

    def step(
        self,
        state: Float[Tensor, "batch states"],
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch states"]:
        """Return the state one sample later."""
        later = self.keep * state + self(state) + self.bias
        if self.drive is not None and drive is not None:
            later = later + drive @ self.drive.T
        if inputs is None:
            return later
        return later + nn.functional.pad(inputs, (0, self.n_states - self.n_regions))

    def observe(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch regions"]:
        """Return the first states."""
        return state[:, : self.n_regions]

    def forced(self, state: Tensor, teacher: Tensor, share: Tensor) -> Tensor:
        """Pull the first states, which data show; the hidden ones run on."""
        n = self.n_regions
        pulled = state[:, :n] + share[:, None] * (teacher[:, :n] - state[:, :n])
        return torch.cat([pulled, state[:, n:]], dim=1)

    def assign(self, **values: Float[np.ndarray, "..."]) -> None:
        """Set parameters by name."""
        own = dict(self.named_parameters())
        with torch.no_grad():
            for name, value in values.items():
                own[name].copy_(torch.as_tensor(value))
