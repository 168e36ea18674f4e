"""A small world whose judgments follow from what is seen, and short recipes."""

import dataclasses

import numpy as np

from surrobrain.clip_hba.embedding import Embedding
from surrobrain.clip_hba.recipe import RECIPES, Recipe
from surrobrain.pretrained.images import Images
from tests.tiny_clip import PROMPTS


def judged(images: Images) -> Embedding:
    """People who judge colors and contrast."""
    color = np.stack([np.asarray(s).reshape(-1, 3).mean(axis=0) for s in images.sources]) / 255
    values = np.stack(
        [60 * color[:, 0], 40 * color[:, 1], 20 * (color[:, 0] - color[:, 2] + 1),
         100 * color.std(axis=1)], axis=1)  # fmt: skip
    return Embedding(values, images.names, PROMPTS)


def brief(
    recipe: str | Recipe = "improved", *, epochs: int = 4, rate: float = 3e-3, **changes: object
) -> Recipe:
    made = RECIPES[recipe] if isinstance(recipe, str) else recipe
    training = dataclasses.replace(
        made.training, epochs=epochs, rate=rate, batch=16, progress=False
    )
    return dataclasses.replace(made, training=training, **changes)  # pyright: ignore
