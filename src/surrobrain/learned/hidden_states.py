"""Networks whose first states are the regions, while further ones stay hidden."""

from abc import abstractmethod

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

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
        Number of states; where it is smaller than that of the regions, they are principal
        components, which `reduce` finds.
    """

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs)
        self.n_states = whole(n_states, "n_states", low=1)
        self.n_shown = min(n_states, n_regions)  # states that follow from one sample
        self.drive = nn.Parameter(torch.zeros(n_states, n_inputs)) if n_inputs else None
        hidden = n_states - n_regions
        self.read = nn.Parameter(torch.zeros(hidden, memory * n_regions)) if hidden > 0 else None
        if hidden < 0:
            self.register_buffer("into", torch.zeros(n_states, n_regions))
            self.register_buffer("out", torch.zeros(n_regions, n_states))

    @abstractmethod
    def following(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return the state one sample later, as it is without any input."""

    def reduce(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
    ) -> tuple[Float[np.ndarray, "windows 1 shown"], Float[np.ndarray, "windows shown"]]:
        """Find the principal components, if any, and return what newest samples and next show."""
        newest = windows[:, -1]
        if self.n_shown < self.n_regions:
            variances, axes = np.linalg.eigh(newest.T @ newest / len(newest))
            size, axes = np.sqrt(variances[-self.n_shown :]), axes[:, -self.n_shown :]
            self.get_buffer("into").copy_(torch.as_tensor(axes.T / size[:, None]))
            self.get_buffer("out").copy_(torch.as_tensor(axes * size))
        like = next(self.parameters())
        before, after = (
            self.shown(torch.as_tensor(x).to(like)).numpy(force=True) for x in (newest, targets)
        )
        return before[:, None], after

    def shown(self, samples: Float[Tensor, "... regions"]) -> Float[Tensor, "... shown"]:
        """Return the states that samples show: themselves, or their principal components."""
        return samples if self.n_shown == self.n_regions else samples @ self.get_buffer("into").T

    def encode(
        self, windows: Float[Tensor, "batch memory regions"]
    ) -> Float[Tensor, "batch states"]:
        """Return the newest sample, and beside it what the window says of the hidden states."""
        newest = self.shown(windows[:, -1])
        if self.read is None:
            return newest
        return torch.cat([newest, windows.flatten(1) @ self.read.T], dim=1)

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
        return later + nn.functional.pad(self.shown(inputs), (0, self.n_states - self.n_shown))

    def observe(self, state: Float[Tensor, "... states"]) -> Float[Tensor, "... regions"]:
        """Return the first states, or what the components stand for."""
        if self.n_shown < self.n_regions:
            return state @ self.get_buffer("out").T
        return state[..., : self.n_regions]

    def forced(self, state: Tensor, teacher: Tensor, share: Tensor) -> Tensor:
        """Pull the first states, which data show; the hidden ones run on."""
        n = self.n_shown
        pulled = state[:, :n] + share[:, None] * (teacher[:, :n] - state[:, :n])
        return torch.cat([pulled, state[:, n:]], dim=1)
