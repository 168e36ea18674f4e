"""Networks of rate units: the first units are the regions, further ones stay hidden."""

from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.learned.hidden_states import HiddenStates

__all__ = ["Recurrent"]


class Recurrent(HiddenStates):
    """Half of an architecture: write ``forward``, ``warm_start`` and what else there is to set.

    Parameters
    ----------
    n_regions, memory, n_inputs, n_states : int
        As in `HiddenStates`.

    Raises
    ------
    ValueError
        There are fewer states than regions, or a memory that no hidden state would read.
    """

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n_states)
        if memory > 1 and self.read is None:
            raise ValueError(
                f"without hidden states the last sample is the whole state, but memory={memory} "
                "arrived; use memory=1, or give more states than regions"
            )
        self.keep = nn.Parameter(torch.zeros(n_states))
        self.bias = nn.Parameter(torch.zeros(n_states))

    @abstractmethod
    def forward(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what the units send each other, before offset, input and what each one keeps."""

    def following(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what each unit keeps, and what arrives at it."""
        return self.keep * state + self(state) + self.bias
