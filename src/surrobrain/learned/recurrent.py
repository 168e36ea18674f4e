"""Networks of rate units: the first units are the regions, further ones stay hidden."""

from abc import abstractmethod

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.learned.hidden_states import HiddenStates

__all__ = ["Recurrent"]

_GAINS = (0.2, 0.5, 1.0)  # the least is a line, to 1 % within a standard deviation


class Recurrent(HiddenStates):
    """Half of an architecture: write ``forward``, ``solve`` and what else there is to set.

    Parameters
    ----------
    n_regions, memory, n_inputs, n_states : int
        As in `HiddenStates`.

    Raises
    ------
    ValueError
        There are fewer states than regions, or a memory that no hidden state would read.

    Notes
    -----
    A unit sends ``tanh(g z) / g``. The gain g is no parameter: of three, the start takes the one
    that predicts the last fifth of the windows best, since signals whose extremes carry on, as in
    BOLD, must not be cut off at one standard deviation.
    """

    gain: Tensor

    def __init__(self, n_regions: int, *, memory: int, n_inputs: int, n_states: int) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, n_states=n_states)
        if memory > 1 and self.read is None:
            raise ValueError(
                f"without hidden states the last sample is the whole state, but memory={memory} "
                "arrived; use memory=1, or give more states than regions"
            )
        self.keep = nn.Parameter(torch.zeros(n_states))
        self.bias = nn.Parameter(torch.zeros(n_states))
        self.register_buffer("gain", torch.ones(1))

    @abstractmethod
    def solve(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None,
        seed: int,
    ) -> None:
        """Set the parameters to the best that can be had without training, for this gain."""

    def warm_start(
        self,
        windows: Float[np.ndarray, "windows memory regions"],
        targets: Float[np.ndarray, "windows regions"],
        *,
        drives: Float[np.ndarray, "windows inputs"] | None = None,
        seed: int,
    ) -> None:
        """Solve for every gain on the first four fifths, and for the best one on everything."""
        cut = len(windows) - len(windows) // 5
        early = None if drives is None else drives[:cut]
        driven = None if drives is None else torch.as_tensor(drives[cut:]).to(self.keep)
        later, expected = (torch.as_tensor(a[cut:]).to(self.keep) for a in (windows, targets))
        errors = []
        for gain in _GAINS:
            self.gain.fill_(gain)
            self.solve(windows[:cut], targets[:cut], drives=early, seed=seed)
            with torch.no_grad():
                found = self.observe(self.step(self.encode(later), None, driven))
                errors.append((found - expected).square().mean().item())
        self.gain.fill_(_GAINS[int(np.argmin(errors))])
        self.solve(windows, targets, drives=drives, seed=seed)

    def sent(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what the units send."""
        return torch.tanh(self.gain * state) / self.gain

    @abstractmethod
    def forward(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what the units send each other, before offset, input and what each one keeps."""

    def following(self, state: Float[Tensor, "batch states"]) -> Float[Tensor, "batch states"]:
        """Return what each unit keeps, and what arrives at it."""
        return self.keep * state + self(state) + self.bias
