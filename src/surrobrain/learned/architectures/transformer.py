"""Causal Transformer over a linear map."""

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

__all__ = ["Transformer"]


class _Layer(nn.Module):
    """Attention to the past, then a network for every sample; both add to what they are given."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)
        self.asked, self.offered = undrawn(width, width), undrawn(width, 2 * width)
        self.mixed = undrawn(width, width)
        self.inner, self.outer = undrawn(width, 4 * width), undrawn(4 * width, width)

    def forward(self, tokens: Tensor, *, n_last: int) -> Tensor:
        """Return the last tokens, shape (batch, n_last, width), which see all before them."""
        seen, tokens = self.first(tokens), tokens[:, -n_last:]
        tokens = tokens + self.mixed(self._attended(seen, n_last))
        return tokens + self.outer(nn.functional.gelu(self.inner(self.second(tokens))))

    def _attended(self, seen: Tensor, n_last: int) -> Tensor:
        key, value = self.offered(seen).chunk(2, dim=-1)
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)  # (batch, head, time, width)
            for part in (self.asked(seen[:, -n_last:]), key, value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        n_times = seen.shape[1]
        later = torch.ones(n_times, n_times, dtype=torch.bool, device=seen.device).triu(1)
        share = scores.masked_fill(later[-n_last:], -math.inf).softmax(dim=-1)
        return (share @ value).transpose(1, 2).flatten(2)  # (batch, time, head and width)

    def draw(self, rng: np.random.Generator) -> None:
        draw(rng, self.asked, self.offered, self.mixed, self.inner, self.outer)


class Transformer(OverLinear, WindowModel):
    """The next sample is a linear map of the last few, plus what attention to the window adds.

    Use it on many or long recordings (EEG, groups of people), for forecasts of a few samples. It
    starts exactly as its linear part. It has many parameters for one run of fMRI, on which it
    mostly stays at that start, and its long run is no better for its good forecasts: judge it.

    Parameters
    ----------
    n_regions : int
        Number of regions.
    memory : int
        Samples of the window that attention reaches.
    n_inputs : int
        Number of external inputs; they enter both paths.
    width : int
        Numbers per sample inside the network; a multiple of ``heads``.
    depth : int
        Number of layers.
    heads : int
        Parallel attentions per layer.
    lags : int
        Samples of the linear map; at most ``memory``.

    Notes
    -----
    x[t+1] = A w + b + C u[t+1] + V norm(y[t]), with w the last ``lags`` samples and y the output
    of layers that normalize first [1]_ [2]_: y <- y + attention(norm(y)), y <- y +
    network(norm(y)). A token is E x[t-k] + p[k] with learned positions p; u[t+1] is added to the
    newest. No token sees a later one. V starts at zero. There is no dropout: weight decay, and
    the epoch chosen on held-out samples, take its place.

    References
    ----------
    .. [1] Vaswani et al. (2017), Attention is all you need. NeurIPS.
    .. [2] Xiong et al. (2020), On layer normalization in the transformer architecture. ICML.

    Examples
    --------
    >>> import surrobrain as sb
    >>> from surrobrain.learned.architectures import Transformer
    >>> from surrobrain.training.options import Training
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(200, 3)), sfreq=1.0)
    >>> model = Transformer(3, memory=4, width=8, depth=1)
    >>> sb.fit(model, recording, training=Training(epochs=2)).model
    Surrogate(Transformer, 3 regions, memory 4, 1 Hz, activity)
    """

    def __init__(
        self,
        n_regions: int,
        *,
        memory: int = 16,
        n_inputs: int = 0,
        width: int = 64,
        depth: int = 2,
        heads: int = 4,
        lags: int = 3,
    ) -> None:
        super().__init__(n_regions, memory=memory, n_inputs=n_inputs, lags=lags)
        self.width, self.depth = whole(width, "width", low=1), whole(depth, "depth", low=1)
        self.heads = whole(heads, "heads", low=1)
        if width % heads:
            raise ValueError(
                f"width must be a multiple of heads, but {width} and {heads} arrived; "
                f"use width={heads * max(1, width // heads)}"
            )
        self.token = undrawn(n_regions, width)
        self.position = nn.Parameter(torch.zeros(memory, width))
        self.driven = undrawn(n_inputs, width, bias=False) if n_inputs else None
        self.layers = nn.ModuleList(_Layer(width, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.outer = undrawn(width, n_regions)
        self.draw(seed=0)

    def forward(
        self,
        windows: Float[Tensor, "batch memory regions"],
        drive: Float[Tensor, "batch inputs"] | None = None,
    ) -> Float[Tensor, "batch regions"]:
        """Return the next sample after each window."""
        tokens = self.token(windows) + self.position  # (batch, time, width)
        if self.driven is not None and drive is not None:
            newest = tokens[:, -1:] + self.driven(drive)[:, None]
            tokens = torch.cat([tokens[:, :-1], newest], dim=1)
        for k, layer in enumerate(self.layers):  # of the last layer only the newest is read
            tokens = layer(tokens, n_last=self.memory if k + 1 < self.depth else 1)
        return self.linear(windows[:, -self.lags :], drive) + self.outer(self.norm(tokens[:, -1]))

    def draw(self, seed: int) -> None:
        """Draw the network; its outer layer is zero."""
        rng = stream(seed)
        draw(rng, self.token)
        if self.driven is not None:
            draw(rng, self.driven)
        for layer in self.layers:
            cast(_Layer, layer).draw(rng)
        with torch.no_grad():
            drawn = rng.normal(scale=0.1, size=(self.memory, self.width))
            self.position.copy_(torch.as_tensor(drawn))
        zero(self.outer)
