"""How a model is tuned to brains over time: as published, with every defect named, or better."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from surrobrain.checks import choice, number, whole
from surrobrain.clip_hba.rdm_loss import RDMLoss
from surrobrain.training.options import Training

__all__ = ["TIME_RECIPES", "TimeRecipe", "time_recipe_from"]

_MIXINGS, _READINGS = ("softmax", "minmax"), ("normalized", "raw")


@dataclass(frozen=True)
class TimeRecipe:
    """All choices of the second and third stage.

    Parameters
    ----------
    name : str
        What it is called in results.
    mixing : {"softmax", "minmax"}
        How free numbers become weights of layers that sum to one at every time: by a softmax; or,
        as published, by taking out the smallest, which then always counts exactly nothing.
    smooth : float
        Seconds over which these numbers are averaged: standard deviation of a Gaussian window, or
        with ``mixing="minmax"`` half the width of a rectangular one.
    reading : {"normalized", "raw"}
        Class tokens pass CLIP's last layer norm and are brought to unit length before they are
        compared with texts, so that all layers speak equally loud; or neither.
    curves : bool
        Noise, and a scale at every time, computed from the measured RDMs (see
        `surrobrain.clip_hba.time_model.Curves`). Predictions are then random, by seed.
    loss : RDMLoss
        What is minimized.
    adapter : {"dora", "lora"}
        Kind of the change of the output projection of every vision block.
    rank : int
        Of that change.
    alpha : float
        It is multiplied by ``alpha / rank``.
    start : {"identity", "kaiming"}
        The change is nothing at first; or random, which turns every row of weights by 9 degrees
        at rank 32 and by 40 degrees at rank 6 before anything was learned.
    directions_only : bool
        Keep the magnitudes of DoRA as they are.
    fixed_batches : bool
        Put the same images together in every epoch: 3.5 % of the pairs of THINGS are ever seen.
    split_persons : bool
        Let persons whose data are not learned from choose the epoch, where there are several.
    validation : float
        Share of the images that is not learned from and chooses the epoch.
    layers, adapters : Training
        Phase A, layer weights alone, and phase B, all together; the rate of B is that of the
        adapters, layer weights keep that of A. The improved recipe clips gradients in A: as long
        as all times are nearly alike, that of their curve of generalization is a hundred times
        what it is later, and Adam would remember it for hundreds of steps.
    seed : int
        Decides splits, batches, first weights and noise.

    Notes
    -----
    ``"published"`` is the group stage of CLIP-HBA [1]_, ``"published person"`` its stage for one
    person. Here prompts are read whole, the epoch is chosen by the total loss alone, and peft's
    DoRA stands for theirs, which moves at another speed.

    References
    ----------
    .. [1] Zhao et al. (2025), Shifting attention to you. arXiv 2502.04658.

    Examples
    --------
    >>> TIME_RECIPES["published"].adapters.rate, TIME_RECIPES["improved"].fixed_batches
    (3e-05, False)
    """

    name: str = "improved"
    mixing: str = "softmax"
    smooth: float = 0.015
    reading: str = "normalized"
    curves: bool = False
    loss: RDMLoss = RDMLoss()  # noqa: RUF009
    adapter: str = "dora"
    rank: int = 8
    alpha: float = 8.0
    start: str = "identity"
    directions_only: bool = False
    fixed_batches: bool = False
    split_persons: bool = True
    validation: float = 0.2
    layers: Training = Training(epochs=60, batch=64, rate=0.05, decay=0.0, clip=0.03)  # noqa: RUF009
    adapters: Training = Training(epochs=40, batch=64, rate=3e-4, decay=0.0, clip=1e12)  # noqa: RUF009
    seed: int = 0

    def __post_init__(self) -> None:
        """Validate once."""
        choice(self.mixing, _MIXINGS, "mixing of layers")
        choice(self.reading, _READINGS, "reading of class tokens")
        choice(self.adapter, ("dora", "lora"), "adapter")
        choice(self.start, ("identity", "kaiming"), "start")
        number(self.smooth, "smooth", low=0.0)
        number(self.validation, "validation", low=0.01, high=0.9)
        whole(self.rank, "rank", low=1)
        if self.directions_only and self.adapter != "dora":
            raise ValueError("only DoRA has magnitudes to keep; use adapter='dora'")


def _published(*, patience: int, epochs: tuple[int, int], batch: int, **more: object) -> TimeRecipe:
    layers = Training(
        epochs=epochs[0], batch=batch, schedule="constant", rate=3e-3, decay=0.01, clip=1e12,
        patience=patience, least_gain=0.0,
    )  # fmt: skip
    adapters = dataclasses.replace(layers, epochs=epochs[1], rate=3e-5)
    made = TimeRecipe(
        mixing="minmax", reading="raw", curves=True, alpha=16.0, start="kaiming",
        directions_only=True, split_persons=False, layers=layers, adapters=adapters, seed=1,
    )  # fmt: skip
    return dataclasses.replace(made, **more)  # pyright: ignore[reportArgumentType]


TIME_RECIPES = {
    "improved": TimeRecipe(),
    "published": _published(
        patience=5, epochs=(50, 50), batch=50, name="published", rank=32, fixed_batches=True,
        validation=350 / 1806, loss=RDMLoss(1.0, 0.1, 0.15, pooled=True),
    ),
    "published person": _published(
        patience=10, epochs=(10, 40), batch=40, name="published person", rank=6,
        loss=RDMLoss(1.0, 0.15, 0.1, pooled=True),
    ),
}  # fmt: skip


def time_recipe_from(
    recipe: str | TimeRecipe, *, changes: Mapping[str, object] | None = None
) -> TimeRecipe:
    """Return a recipe by name, or one that was given, with some of its choices changed.

    Examples
    --------
    >>> time_recipe_from("published", changes={"start": "identity"}).name
    'published, changed'
    """
    if isinstance(recipe, str):
        recipe = TIME_RECIPES[choice(recipe, TIME_RECIPES, "recipe")]
    made = dataclasses.replace(recipe, **(changes or {}))  # pyright: ignore[reportArgumentType]
    return made if made == recipe else dataclasses.replace(made, name=f"{recipe.name}, changed")
