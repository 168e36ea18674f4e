"""Recurrent network over a linear map."""

import torch
from jaxtyping import Float
from torch import Tensor

from surrobrain.checks import choice, whole
from surrobrain.learned.layers import draw, undrawn, zero
from surrobrain.learned.linear_map import OverLinear
from surrobrain.seeds import stream

__all__ = ["Recurrent"]

_GATES = {"tanh": 1, "gru": 3, "lstm": 4}

# hidden units, what a LSTM holds (empty otherwise), the last samples
State = tuple[Tensor, Tensor, Tensor]


class Recurrent(OverLinear):
    """A linear map of the last few samples, plus what a recurrent network remembers.

    Use it where what comes next depends on more than the last few samples (bursts, slow
    modulation) and the recording is long: thousands of samples. It starts exactly as its linear
    part. On resting fMRI of one person `MLP` and `LinearVAR` predict as well. Chaotic dynamics
    need forcing (`generalized_teacher_forcing(share=0.1)`), or the long run is lost.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples from which the hidden state is read, starting at zero. A free run remembers more.
    n_inputs : int
        Number of external inputs; they enter both paths.
    hidden : int
        Number of hidden units.
    cell : {"gru", "lstm", "tanh"}
        How they are updated.
    lags : int
        Samples of the linear map; at most ``memory``.

    Notes
    -----
    h[t+1] = cell(h[t], x[t], u[t+1]) and x[t+1] = A w[t] + b + C u[t+1] + V h[t+1], with w the
    last ``lags`` samples; V starts at zero. "tanh": h' = tanh(W h + U x + c); "gru" [1]_, with
    the reset gate after the product; "lstm" [2]_, its forget gate open at first. While the window
    is read the external input is unknown and taken as 0: what it did shows in the samples.

    References
    ----------
    .. [1] Cho et al. (2014), Learning phrase representations using RNN encoder-decoder. EMNLP.
    .. [2] Hochreiter & Schmidhuber (1997), Long short-term memory. Neural Computation 9:1735.

    Examples
    --------
    >>> import numpy as np
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import Recurrent
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=1.0)
    >>> sb.fit(Recurrent(3, memory=5, hidden=8), recording, seed=0).model
    Surrogate(Recurrent, 3 regions, memory 5, 1 Hz, activity)
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 20,
        n_inputs: int = 0,
        hidden: int = 64,
        cell: str = "gru",
        lags: int = 3,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, lags=lags)
        self.hidden = whole(hidden, "hidden", low=1)
        self.cell = choice(cell, _GATES, "cell")
        gates = _GATES[cell] * hidden
        self.own = undrawn(hidden, gates)
        self.seen = undrawn(n_regions + n_inputs, gates)
        self.outer = undrawn(hidden, n_regions, bias=False)
        self.draw(seed=0)

    def encode(self, windows: Float[Tensor, "batch memory regions"]) -> State:
        """Let the network read the window, up to the sample before the newest."""
        h = windows.new_zeros(len(windows), self.hidden)
        c = h if self.cell == "lstm" else h[:, :0]
        for t in range(self.memory - 1):
            h, c = self._updated(h, c, windows[:, t], None)
        return h, c, windows[:, -self.lags :]

    def step(
        self,
        state: State,
        inputs: Float[Tensor, "batch regions"] | None = None,
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> State:
        """Update the hidden units by the newest sample, then predict the next one."""
        h, c, recent = state
        h, c = self._updated(h, c, recent[:, -1], drive)
        sample = self.linear(recent, drive) + self.outer(h)
        if inputs is not None:
            sample = sample + inputs
        return h, c, torch.cat([recent[:, 1:], sample[:, None]], dim=1)  # (batch, lag, region)

    def observe(self, state: State) -> Float[Tensor, "batch regions"]:
        """Return the newest sample."""
        return state[2][:, -1]

    def _updated(self, h: Tensor, c: Tensor, x: Tensor, u: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return the hidden units and what a LSTM holds after one more sample."""
        own, seen = self.own(h), self.seen(self.with_drive(x, u))
        if self.cell == "tanh":
            return torch.tanh(own + seen), c
        if self.cell == "gru":
            reset, keep = torch.sigmoid(own + seen)[:, : 2 * self.hidden].chunk(2, dim=1)
            new = torch.tanh(seen[:, 2 * self.hidden :] + reset * own[:, 2 * self.hidden :])
            return new + keep * (h - new), c
        let, forget, show, new = (own + seen).chunk(4, dim=1)
        c = torch.sigmoid(forget) * c + torch.sigmoid(let) * torch.tanh(new)
        return torch.sigmoid(show) * torch.tanh(c), c

    def draw(self, seed: int) -> None:
        """Draw the network; its outer layer is zero."""
        draw(stream(seed), self.own, self.seen)
        zero(self.outer)
        if self.cell == "lstm":
            with torch.no_grad():
                self.own.bias[self.hidden : 2 * self.hidden] = 1.0
