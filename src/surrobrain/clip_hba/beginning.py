"""What a stage starts from: the stage before, made one with its adapters, and new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Float32

from surrobrain.clip_hba.loading import Clip, load, merged
from surrobrain.clip_hba.random_start import randomize
from surrobrain.clip_hba.time_model import TimeModel
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.clip_hba.towers import blocks
from surrobrain.pretrained.adapters import Adapter
from surrobrain.pretrained.vision import VisionModel

__all__ = ["Beginning", "beginning", "last_layer", "plain"]


@dataclass(frozen=True, eq=False)
class Beginning:
    """A model with untrained adapters in all vision blocks.

    Parameters
    ----------
    clip : Clip
    prompts : tuple of str
    before : TimeModel or None
        The model before this one, where that had times already.
    """

    clip: Clip
    prompts: tuple[str, ...]
    before: TimeModel | None

    def free(
        self, times: Float[np.ndarray, "times"], recipe: TimeRecipe
    ) -> Float32[np.ndarray, "times layers"]:
        """Return the numbers from which layer weights are made, at the start.

        Those of the model before at the nearest time; else `unlearned`.

        Raises
        ------
        ValueError
            The model before mixes layers in another way, so that its numbers mean something else.
        """
        if self.before is not None:
            if self.before.recipe.mixing != recipe.mixing:
                raise ValueError(
                    f"the model to start from mixes layers by {self.before.recipe.mixing}, the "
                    f"recipe by {recipe.mixing}; use the same for both stages"
                )
            near = np.abs(times[:, None] - self.before.times[None]).argmin(axis=1)
            return self.before.free[near].copy()
        return self.unlearned(times, recipe)

    def unlearned(
        self, times: Float[np.ndarray, "times"], recipe: TimeRecipe
    ) -> Float32[np.ndarray, "times layers"]:
        """Return numbers by which all layers count alike, or as published the last one alone."""
        n_layers = len(blocks(self.clip.network, "vision"))
        start = np.zeros((len(times), n_layers), np.float32)
        if recipe.mixing == "minmax":
            start[:, -1] = 1.0
        return start


def beginning(start: Any, *, recipe: TimeRecipe, prompts: Sequence[str] = ()) -> Beginning:
    """Make a copy of a model and put new adapters into all its vision blocks.

    Raises
    ------
    ValueError
        Neither the model nor the caller says along which texts it is read.
    TypeError
        The model is none.
    """
    vision = plain(start)
    said = tuple(prompts) or tuple(getattr(start, "prompts", ()))
    if not said:
        raise ValueError(
            "no prompts arrived, and the model to start from has none; say along which dimensions "
            "images are read: prompts=['metallic; artificial', 'food-related', ...]"
        )
    adapter = Adapter(recipe.adapter, recipe.rank, alpha=recipe.alpha, dropout=0.0)
    n_blocks = len(blocks(vision.network, "vision"))
    clip = load(
        vision, adapter=adapter, vision_blocks=n_blocks, text_blocks=0, seed=recipe.seed
    )  # fmt: skip
    _arrange(clip, recipe)
    return Beginning(clip, said, start if isinstance(start, TimeModel) else None)


def last_layer(
    start: Any, *, times: Float[np.ndarray, "times"], prompts: Sequence[str] = ()
) -> TimeModel:
    """Return a model as it is, read from its last layer at all times: what tuning must beat.

    Parameters
    ----------
    start : Clip, VisionModel or a tuned model
    times : array, shape (n_times,)
        Seconds.
    prompts : sequence of str
        Dimensions in words; by default those of ``start``.
    """
    recipe = TimeRecipe(name="last layer", mixing="minmax", rank=1)
    begun = beginning(start, recipe=recipe, prompts=prompts)
    free = begun.unlearned(times, recipe)
    return TimeModel(begun.clip, begun.prompts, times, free, recipe, start=start)


def plain(start: Any) -> VisionModel:
    """Return a model without adapters that computes what this one computes."""
    if isinstance(start, VisionModel):
        return start
    clip = start if isinstance(start, Clip) else getattr(start, "clip", None)
    if not isinstance(clip, Clip):
        raise TypeError(
            f"a model to start from is a Clip, a VisionModel or a tuned model, but "
            f"{type(start).__name__} arrived"
        )
    return merged(clip)


def _arrange(clip: Clip, recipe: TimeRecipe) -> None:
    if recipe.start == "kaiming":
        randomize(clip, seed=recipe.seed)
    for name, value in clip.trained().items():
        if recipe.directions_only and "magnitude" in name:
            value.requires_grad_(requires_grad=False)
