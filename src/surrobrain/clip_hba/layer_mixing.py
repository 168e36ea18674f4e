"""From class tokens to embeddings over time: which layer speaks when.

Texts come first: class tokens of all layers are projected to the directions of the texts once, and
only then summed over layers for every time. The sum has as many numbers as there are texts, not as
many as CLIP is wide, and the result is the same, because a dot product of a sum is the sum of the
dot products.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.clip_hba.frozen import toward
from surrobrain.clip_hba.loading import Clip
from surrobrain.rsa.rdms import RDMs

__all__ = ["Curves", "curves_of", "embeddings", "layer_weights", "reach", "smoother"]

_SCALE = 100.0  # CLIP's own, exp(logit_scale)
_NOISE_SMOOTH = 3.0  # samples


@dataclass(frozen=True, eq=False)
class Curves:
    """Three published time courses, computed from measured RDMs and never trained.

    Parameters
    ----------
    beta : array, shape (n_times,)
        How much each time speaks for all, 0 to 1, and 0 before the stimulus.
    scale : array, shape (n_times,)
        The mean dissimilarity, 0 to 1, and 0 before the stimulus ("visual scaler").
    noise : array, shape (n_times,)
        Noise in standard deviations of a dimension: one minus smoothed beta, 0 to 1.

    Notes
    -----
    A correlation distance ignores scale, so that beta and scale act only where they are zero;
    what matters after onset is the noise.
    """

    beta: Float[np.ndarray, "times"]
    scale: Float[np.ndarray, "times"]
    noise: Float[np.ndarray, "times"]


def curves_of(movies: Sequence[RDMs]) -> Curves:
    """Compute the published time courses, averaged over persons."""
    from scipy.ndimage import gaussian_filter1d

    betas, scales = [], []
    for movie in movies:
        rows = np.stack(list(movie.rows()))
        scales.append(_stretched(rows.mean(axis=1)))
        unit = rows - rows.mean(axis=1, keepdims=True)
        unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-12)
        betas.append(_stretched(unit @ unit.mean(axis=0)))
    before = np.asarray(movies[0].times) < 0
    beta, scale = (np.where(before, 0.0, np.mean(a, axis=0)) for a in (betas, scales))
    return Curves(beta, scale, _stretched(1 - gaussian_filter1d(beta, _NOISE_SMOOTH)))


def smoother(
    times: Float[np.ndarray, "times"], *, seconds: float, mixing: str
) -> Float[np.ndarray, "times times"]:
    """Return the matrix that averages over neighboring times, cut at the edges."""
    apart = times[:, None] - times[None]
    if seconds == 0:
        return np.eye(len(times))
    if mixing == "minmax":
        window = (np.abs(apart) <= seconds * (1 + 1e-9)).astype(float)
    else:
        window = np.exp(-0.5 * (apart / seconds) ** 2)
    return window / window.sum(axis=1, keepdims=True)


def layer_weights(
    free: Float[Any, "times layers"], window: Float[Any, "times times"], *, mixing: str
) -> Float[Any, "times layers"]:
    """Return weights that are not negative and sum to one at every time; gradients flow.

    Examples
    --------
    >>> import torch
    >>> layer_weights(torch.tensor([[0.0, 1.0, 3.0]]), torch.eye(1), mixing="minmax")
    tensor([[0.0000, 0.2500, 0.7500]])
    """
    smooth = window @ free
    if mixing == "softmax":
        return smooth.softmax(dim=-1)
    above = smooth - smooth.amin(dim=-1, keepdim=True)
    above = above / above.amax(dim=-1, keepdim=True).clamp_min(1e-12)
    return above / above.sum(dim=-1, keepdim=True).clamp_min(1e-12)


def reach(
    clip: Clip,
    tokens: Float[Any, "images layers width"],
    directions: Float[Any, "texts joint"],
    *,
    reading: str,
) -> Float[Any, "images layers texts"]:
    """Return how far every layer of every image reaches toward every text; gradients flow.

    Parameters
    ----------
    clip : Clip
    tokens : tensor, shape (n_images, n_layers, width)
        Class tokens behind every block.
    directions : tensor, shape (n_texts, n_joint)
        Normalized text features.
    reading : {"normalized", "raw"}
        Cosines behind the last layer norm; or 100 times the bare dot product, as published.
    """
    if reading == "raw":
        return _SCALE * toward(clip, tokens, directions)
    from torch.nn.functional import normalize

    normed = clip.network.vision_model.post_layernorm(tokens)
    return normalize(clip.network.visual_projection(normed), dim=-1) @ directions.T


def embeddings(
    reached: Float[Any, "images layers texts"],
    weights: Float[Any, "times layers"],
    *,
    curves: Curves | None = None,
    rng: np.random.Generator | None = None,
) -> Float[Any, "times images texts"]:
    """Mix layers at every time; with curves, scale and disturb as published.

    Parameters
    ----------
    reached : tensor, shape (n_images, n_layers, n_texts)
        From `reach`.
    weights : tensor, shape (n_times, n_layers)
        From `layer_weights`.
    curves : Curves, optional
    rng : Generator, optional
        Draws the noise; needed with curves.
    """
    import torch

    n_images, n_layers, n_texts = reached.shape
    flat = reached.transpose(0, 1).reshape(n_layers, -1)
    mixed = (weights @ flat).reshape(-1, n_images, n_texts)  # (time, image, text)
    if curves is None or rng is None:
        return mixed

    def at_times(values: np.ndarray) -> Any:
        return torch.as_tensor(values, dtype=mixed.dtype, device=mixed.device)[:, None, None]

    drawn, faint = (
        torch.as_tensor(values.astype(np.float32), device=mixed.device)
        for values in (rng.standard_normal(mixed.shape), rng.uniform(1e-6, 1.1e-5, mixed.shape))
    )
    mixed = (at_times(curves.scale) * mixed).relu()
    spread = mixed.std(dim=1, keepdim=True)
    noisy = mixed + drawn * spread * at_times(curves.noise)
    return (at_times(curves.beta) * noisy).relu() + faint


def _stretched(values: Float[np.ndarray, "times"]) -> Float[np.ndarray, "times"]:
    low, high = values.min(), values.max()
    return (values - low) / (high - low) if high > low else np.zeros_like(values)
