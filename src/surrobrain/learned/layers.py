"""Layers whose weights follow from a seed alone, never from torch's global generator."""

from typing import Any

import numpy as np

__all__ = ["draw", "undrawn", "zero"]


def undrawn(n_in: int, n_out: int, *, bias: bool = True) -> Any:
    """Return a linear layer that is not initialized yet; see `draw` and `zero`."""
    from torch import nn

    return nn.utils.skip_init(nn.Linear, n_in, n_out, bias=bias)


def draw(rng: np.random.Generator, *layers: Any) -> None:
    """Draw the weights of linear layers with variance 1 / n_in, and set their bias to zero."""
    import torch

    with torch.no_grad():
        for layer in layers:
            drawn = rng.normal(size=tuple(layer.weight.shape)) / np.sqrt(layer.in_features)
            layer.weight.copy_(torch.as_tensor(drawn))
            if layer.bias is not None:
                layer.bias.zero_()


def zero(*layers: Any) -> None:
    """Set weights and bias of layers to zero: what they feed does not act yet."""
    import torch

    with torch.no_grad():
        for layer in layers:
            for parameter in layer.parameters():
                parameter.zero_()
