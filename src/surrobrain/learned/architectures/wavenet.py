"""WaveNet: gated, dilated, causal convolutions over a linear map."""

import math
from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from surrobrain.checks import whole
from surrobrain.learned.layers import draw, undrawn, zero
from surrobrain.learned.linear_map import OverLinear
from surrobrain.learned.window_model import WindowModel
from surrobrain.seeds import stream

__all__ = ["WaveNet"]


class _Layer(nn.Module):
    """One dilated convolution of two taps, as a gate on pairs of neighbors."""

    def __init__(self, channels: int, n_inputs: int) -> None:
        super().__init__()
        self.pair = undrawn(2 * channels, 2 * channels)
        self.drive = undrawn(n_inputs, 2 * channels, bias=False) if n_inputs else None
        self.kept, self.shown = undrawn(channels, channels), undrawn(channels, channels)

    def forward(self, values: Tensor, drive: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return half as many positions (batch, time, channel), and what the newest shows."""
        pairs = values.unflatten(1, (-1, 2)).flatten(2)
        found = self.pair(pairs)
        if self.drive is not None and drive is not None:
            found = found + self.drive(drive)[:, None]
        signal, gate = found.chunk(2, dim=-1)
        gated = torch.tanh(signal) * torch.sigmoid(gate)
        return values[:, 1::2] + self.kept(gated), self.shown(gated[:, -1])

    def draw(self, rng: np.random.Generator) -> None:
        drives = [] if self.drive is None else [self.drive]
        draw(rng, self.pair, self.kept, self.shown, *drives)


class WaveNet(OverLinear, WindowModel):
    """The next sample is a linear map of the last few, plus gated convolutions of the window.

    Use it for waveforms (EEG, MEG, LFP): its reach doubles with every layer while its cost grows
    with the window alone. It starts exactly as its linear part.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples of the window; the layers are as many as reach it, log2(memory) rounded up.
    n_inputs : int
        Number of external inputs; they enter both paths, and every gate.
    channels : int
        Numbers per position inside the network.
    lags : int
        Samples of the linear map; at most ``memory``.

    Notes
    -----
    Layer l, with dilation d = 1, 2, 4, ...: s = tanh(W [h[t-d], h[t]] + Q u) * sigmoid(W' [h[t-d],
    h[t]] + Q' u), h <- h + K s; finally x[t+1] = A w + b + C u[t+1] + V relu(sum over l of S s)
    [1]_. V starts at zero. The newest position of layer l looks at every second of those of the
    layer before, so only these are computed: n samples cost n - 1 gates, not n log2(n). Before
    the window lies the mean.

    References
    ----------
    .. [1] van den Oord et al. (2016), WaveNet: a generative model for raw audio. arXiv:1609.03499.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import WaveNet
    >>> from surrobrain.training.options import Training
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=1.0)
    >>> sb.fit(WaveNet(3, memory=8, channels=4), recording, training=Training(epochs=2)).model
    Surrogate(WaveNet, 3 regions, memory 8, 1 Hz, activity)
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 16,
        n_inputs: int = 0,
        channels: int = 32,
        lags: int = 3,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, lags=lags)
        self.channels = whole(channels, "channels", low=1)
        self.token = undrawn(n_regions, channels)
        depth = max(1, math.ceil(math.log2(memory)))
        self.layers = nn.ModuleList(_Layer(channels, n_inputs) for _ in range(depth))
        self.outer = undrawn(channels, n_regions)
        self.draw(seed=0)

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        before = 2 ** len(self.layers) - self.memory
        values = self.token(nn.functional.pad(windows, (0, 0, before, 0)))
        total = values.new_zeros(len(windows), self.channels)
        for layer in self.layers:
            values, shown = layer(values, drive)
            total = total + shown
        return self.linear(windows[:, -self.lags :], drive) + self.outer(torch.relu(total))

    def draw(self, seed: int) -> None:
        """Draw the network; its outer layer is zero."""
        rng = stream(seed)
        draw(rng, self.token)
        for layer in self.layers:
            cast(_Layer, layer).draw(rng)
        zero(self.outer)
