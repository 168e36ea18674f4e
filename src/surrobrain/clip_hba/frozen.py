"""What never changes while an adapter is trained, computed once.

With two adapted blocks of ViT-L/14 a step of training is 15 times faster than with the whole
model, with one adapted block 400 times, and the loss and its gradients are the same (see
`surrobrain.clip_hba.towers` for why).
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.clip_hba.digests import below_digest
from surrobrain.clip_hba.kept import Kept, keep
from surrobrain.clip_hba.loading import Clip
from surrobrain.clip_hba.towers import blocks, class_tokens, entry, first_trained, leaving
from surrobrain.clip_hba.towers import refuse_chance as _refuse_chance
from surrobrain.pretrained.images import Images
from surrobrain.pretrained.vision import pixels, tokens

__all__ = [
    "FrozenImages", "FrozenTexts", "freeze_images", "freeze_texts", "image_features",
    "keep_class_tokens", "plain_image_features", "plain_text_features", "text_features",
    "toward",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class FrozenImages:
    """Images as far as the frozen part of a model takes them.

    Parameters
    ----------
    kept : Kept
        One array per image: `surrobrain.clip_hba.towers.entry`.
    cut : int
        The block up to which they were taken.
    """

    kept: Kept
    cut: int

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the images."""
        return self.kept.names


@dataclass(frozen=True, eq=False)
class FrozenTexts:
    """Texts as far as the frozen part of a model takes them.

    Parameters
    ----------
    texts : tuple of str
    entered : tensor
        `surrobrain.clip_hba.towers.entry` of all of them.
    at : tensor, shape (n_texts,)
        Where each text ends.
    cut : int
        The block up to which they were taken.
    """

    texts: tuple[str, ...]
    entered: Any
    at: Any
    cut: int


def freeze_images(
    clip: Clip, images: Images, *, cache: str | Path | None = None, dtype: str = "float32",
    batch: int = 8, shown: bool = True,
) -> FrozenImages:  # fmt: skip
    """Take images through the frozen part of the vision tower, once.

    Parameters
    ----------
    clip : Clip
    images : Images
    cache : path, optional
        Folder in which every image is kept under its content, the weights below the first trained
        block and the preparation; work that was cut off goes on where it was. Without it, all
        stays in memory.
    dtype : {"float32", "float16"}
        Half precision needs half of the disk (1.9 GB for 1806 images, two blocks of ViT-L/14) and
        is no longer exact.
    batch : int
        Images that are computed at once.
    shown : bool
        Show a bar.

    Returns
    -------
    FrozenImages

    Raises
    ------
    ValueError
        What is kept would be wrong, because something below the first trained output projection
        is trained, or drops out at random; or an image does not decode.
    """
    import torch

    network = clip.network
    cut = first_trained(network, "vision")
    _refuse_chance(network, "vision", cut)

    def compute(some: Images) -> np.ndarray:
        at = torch.zeros(len(some), dtype=torch.long, device=clip.device)
        with torch.no_grad():
            found = entry(network, "vision", _pixels(clip, some), cut=cut, at=at)
        return found.cpu().numpy()

    key = {
        "what": "entry",
        "weights": below_digest(network, "vision", cut),
        "preparation": dataclasses.asdict(clip.vision.preparation),
        "pooled": cut >= len(blocks(network, "vision")) - 1,
    }
    kept = keep(images, compute, key=key, folder=cache, dtype=dtype, batch=batch, shown=shown)
    return FrozenImages(kept, cut)


def image_features(
    clip: Clip, frozen: FrozenImages, items: Int[np.ndarray, "chosen"]
) -> Float[Any, "chosen joint"]:
    """Return some images in the space they share with texts, not normalized; gradients flow."""
    import torch

    entered = torch.as_tensor(frozen.kept.rows(items), device=clip.device)
    at = torch.zeros(len(items), dtype=torch.long, device=clip.device)
    return leaving(clip.network, "vision", entered, cut=frozen.cut, at=at)


def freeze_texts(clip: Clip, texts: Sequence[str]) -> FrozenTexts:
    """Take texts through the frozen part of the text tower: one batch, cut to the longest.

    Raises
    ------
    ValueError
        A text is too long for the model; what is kept would be wrong, as in `freeze_images`.
    """
    import torch

    cut = first_trained(clip.network, "text")
    _refuse_chance(clip.network, "text", cut)
    table, ends = (torch.as_tensor(a, device=clip.device) for a in tokens(clip.vision, texts))
    with torch.no_grad():
        entered = entry(clip.network, "text", table, cut=cut, at=ends)
    return FrozenTexts(tuple(texts), entered, ends, cut)


def text_features(clip: Clip, frozen: FrozenTexts) -> Float[Any, "texts joint"]:
    """Return texts in the space they share with images, not normalized; gradients flow."""
    return leaving(clip.network, "text", frozen.entered, cut=frozen.cut, at=frozen.at)


def keep_class_tokens(
    clip: Clip, images: Images, *, cache: str | Path | None = None, dtype: str = "float32",
    batch: int = 8, shown: bool = True,
) -> Kept:  # fmt: skip
    """Compute the class token behind every block, as the model is now.

    For whatever is trained on top of a model that itself stays as it is.

    Returns
    -------
    Kept
        One array per image, shape (n_blocks, width), neither normalized nor projected.
    """
    import torch

    network = clip.network
    n_blocks = len(blocks(network, "vision"))
    _refuse_chance(network, "vision", n_blocks)

    def compute(some: Images) -> np.ndarray:
        with torch.no_grad():
            return class_tokens(network, _pixels(clip, some)).cpu().numpy()

    key = {
        "what": "class tokens",
        "weights": below_digest(network, "vision", n_blocks),
        "preparation": dataclasses.asdict(clip.vision.preparation),
    }
    return keep(images, compute, key=key, folder=cache, dtype=dtype, batch=batch, shown=shown)


def toward(
    clip: Clip, found: Float[Any, "*more width"], directions: Float[Any, "texts joint"]
) -> Float[Any, "*more texts"]:
    """Return how far class tokens reach in the direction of texts, by CLIP's visual projection.

    The two matrices are multiplied with each other first: whatever is then summed over blocks and
    times has as many numbers as there are texts, not as many as the model is wide.

    Parameters
    ----------
    clip : Clip
    found : tensor, shape (..., width)
        Such as what `keep_class_tokens` keeps.
    directions : tensor, shape (n_texts, n_joint)
        Normalized text features.

    Returns
    -------
    tensor, shape (..., n_texts)
    """
    return found @ (directions @ clip.network.visual_projection.weight).T


def plain_image_features(
    clip: Clip, images: Images, *, mirrored: Bool[np.ndarray, "images"] | None = None
) -> Float[Any, "images joint"]:
    """Return what `image_features` does by running the whole model, as transformers has it.

    Images that are ``mirrored`` change places of left and right first.
    """
    seen = _pixels(clip, images)
    if mirrored is not None:
        seen[mirrored] = seen[mirrored].flip(-1)
    return _pooled(clip.network.get_image_features(pixel_values=seen))


def plain_text_features(clip: Clip, texts: Sequence[str]) -> Float[Any, "texts joint"]:
    """Return what `text_features` does by running the whole model, as transformers has it."""
    import torch

    table, _ = tokens(clip.vision, texts)
    return _pooled(
        clip.network.get_text_features(input_ids=torch.as_tensor(table, device=clip.device))
    )


def _pixels(clip: Clip, images: Images) -> Any:
    import torch

    return torch.as_tensor(pixels(images, clip.vision.preparation), device=clip.device)


def _pooled(found: Any) -> Any:
    return getattr(found, "pooler_output", found)  # a tensor before transformers 5
