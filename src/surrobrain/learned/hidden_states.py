"""Networks whose first states are the regions, while further ones stay hidden."""

from abc import abstractmethod

import torch  # noqa: TID253
from jaxtyping import Float
from torch import Tensor, nn  # noqa: TID253

from surrobrain.checks import whole
from surrobrain.learned.module import LearnedModule

__all__ = ["HiddenStates"]


class HiddenStates(LearnedModule):
    """Part of an architecture: write ``following`` and ``warm_start``.

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
    """

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.n_states = whole(n_states, "n_states", low=n_regions)
        hidden = n_states - n_regions
        self.drive = nn.Parameter(torch.zeros(n_states, n_inputs)) if n_inputs else None
        self.read = nn.Parameter(torch.zeros(hidden, memory * n_regions)) if hidden else None

    @abstractmethod
    def following(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return the state one sample later, as it is without any input."""

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
        later = self.following(state)
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
