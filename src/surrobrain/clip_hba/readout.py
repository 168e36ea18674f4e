"""From the angle between images and words to what people would say."""

from typing import Any

import numpy as np
from jaxtyping import Float, Float64

__all__ = ["cosines", "fitted_line"]


def cosines(
    images: Float[Any, "images joint"], texts: Float[Any, "texts joint"]
) -> Float[Any, "images texts"]:
    """Return the cosine of every image with every text; gradients flow.

    Examples
    --------
    >>> import torch
    >>> cosines(torch.tensor([[2.0, 0.0]]), torch.tensor([[3.0, 0.0], [0.0, 1.0]]))
    tensor([[1., 0.]])
    """
    from torch.nn.functional import normalize

    return normalize(images, dim=-1) @ normalize(texts, dim=-1).T


def fitted_line(
    found: Float[np.ndarray, "objects dimensions"], wanted: Float[np.ndarray, "objects dimensions"]
) -> tuple[Float64[np.ndarray, "dimensions"], Float64[np.ndarray, "dimensions"]]:
    """Return scale and offset of every dimension by least squares, with a rising line.

    Where more of the prompt goes with less of the dimension, the line is made to rise by a tenth
    of the median of the others, so that training may still find the direction.

    Examples
    --------
    >>> found, wanted = np.array([[0.1], [0.2], [0.3]]), np.array([[1.0], [3.0], [5.0]])
    >>> scale, offset = fitted_line(found, wanted)
    >>> scale.round(6), offset.round(6)
    (array([20.]), array([-1.]))
    """
    x, y = found.astype(np.float64), wanted.astype(np.float64)
    centered = x - x.mean(axis=0)
    power = (centered**2).sum(axis=0)
    slope = (centered * y).sum(axis=0) / np.where(power > 0, power, 1.0)
    rising = slope[slope > 0]
    least = 0.1 * float(np.median(rising)) if len(rising) else 1.0
    scale = np.maximum(slope, least)
    return scale, y.mean(axis=0) - scale * x.mean(axis=0)
