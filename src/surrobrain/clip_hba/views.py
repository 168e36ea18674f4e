"""What a model sees of images and prompts while it is tuned: in full, or from frozen layers on."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.clip_hba.frozen import (
    FrozenImages,
    FrozenTexts,
    freeze_images,
    freeze_texts,
    image_features,
    plain_image_features,
    plain_text_features,
    text_features,
)
from surrobrain.clip_hba.loading import Clip
from surrobrain.clip_hba.readout import cosines
from surrobrain.clip_hba.recipe import Recipe
from surrobrain.pretrained.images import Images

__all__ = ["Views", "all_cosines", "view"]

_AT_ONCE = 32


@dataclass(frozen=True, eq=False)
class Views:
    """Images and prompts, and what of them is frozen.

    Parameters
    ----------
    clip : Clip
    images : Images
    prompts : tuple of str
    frozen : tuple of FrozenImages and FrozenTexts, optional
        Without it the whole model runs every time.
    """

    clip: Clip
    images: Images
    prompts: tuple[str, ...]
    frozen: tuple[FrozenImages, FrozenTexts] | None

    def cosines(
        self,
        items: Int[np.ndarray, "chosen"],
        *,
        mirrored: Bool[np.ndarray, "chosen"] | None = None,
    ) -> Float[Any, "chosen prompts"]:
        """Return the cosine of some images with every prompt; gradients flow."""
        if self.frozen is not None:
            pictures, texts = self.frozen
            return cosines(
                image_features(self.clip, pictures, items), text_features(self.clip, texts)
            )
        some = self.images.pick([str(self.images.names[k]) for k in items])
        return cosines(
            plain_image_features(self.clip, some, mirrored=mirrored),
            plain_text_features(self.clip, self.prompts),
        )


def view(
    clip: Clip, images: Images, prompts: Sequence[str], *, recipe: Recipe,
    cache: str | Path | None = None,
) -> Views:  # fmt: skip
    """Look at images and prompts, computing what is frozen once if the recipe says so."""
    read = tuple(prompt[0] if recipe.first_letter else prompt for prompt in prompts)
    if recipe.shortcut == "plain":
        return Views(clip, images, read, None)
    frozen = freeze_images(
        clip, images, cache=cache, dtype=recipe.precision, shown=recipe.training.progress
    )
    return Views(clip, images, read, (frozen, freeze_texts(clip, read)))


def all_cosines(
    views: Views, items: Int[np.ndarray, "chosen"] | None = None, *, adapted: bool = True
) -> Float[np.ndarray, "chosen prompts"]:
    """Return cosines as numbers; of the model without its adapter where ``adapted`` is False."""
    import torch

    chosen = np.arange(len(views.images)) if items is None else items
    network = views.clip.vision.model
    with torch.no_grad():
        if adapted:
            return _in_parts(views, chosen)
        with network.disable_adapter():
            return _in_parts(views, chosen)


def _in_parts(views: Views, items: np.ndarray) -> np.ndarray:
    parts = [views.cosines(items[k : k + _AT_ONCE]) for k in range(0, len(items), _AT_ONCE)]
    return np.concatenate([part.cpu().numpy() for part in parts]).astype(np.float64)
