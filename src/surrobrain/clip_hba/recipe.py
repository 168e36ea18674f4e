"""How a model is tuned to behavior: as published, with every defect named, or better."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from surrobrain.checks import choice, number
from surrobrain.pretrained.vision import Preparation
from surrobrain.training.options import Training

__all__ = ["RECIPES", "Recipe", "recipe_from"]


@dataclass(frozen=True)
class Recipe:
    """All choices of the first stage that are not those of the adapter.

    Parameters
    ----------
    name : str
        What it is called in results.
    head : {"learned", "fixed"}
        What turns cosines into predictions: a scale and an offset for every dimension, started by
        least squares and trained; or CLIP's own scale of 100 and no offset.
    start : {"identity", "kaiming"}
        The adapter changes nothing at first; or it is random in both its factors, which turns
        every row of weights by 9 degrees at rank 32 before anything was learned.
    dropout_acts : bool
        Whether the dropout of the adapter is switched on while it is trained.
    names_sorted : bool
        Give the rows of the embedding the names of the images in the order of files, as the
        published table does: 21 of 1854 objects of THINGS then have another object's row.
    first_letter : bool
        Let the model read the first letter of a prompt alone, as published scripts of the later
        stages do: 66 prompts become 18 letters.
    fit, resample, normalization : str
        What is done to images; see `surrobrain.pretrained.vision.Preparation`.
    shortcut : {"cached", "plain"}
        Compute frozen layers once (exact), or run the whole model at every step.
    mirrored : float
        Chance that an image is mirrored at a step; needs ``shortcut="plain"``.
    precision : {"float32", "float16"}
        Of kept activations; half of the disk, and no longer exact.
    validation : float
        Share of the objects that are not held out which chooses the epoch.
    seed : int
        Decides the split, the order of the batches and whatever is drawn.
    training : Training
        Optimizer, rate, batch, patience. The loss is the mean squared error.

    Notes
    -----
    ``"published"`` is stage 1 of CLIP-HBA [1]_. Its defects are switched on where they belong to
    it: rows by sorted names, a random start, a nominal dropout (give it to the adapter) that never
    acts. Reading first letters belongs to its later stages and is off. What is left of a
    difference: peft normalizes the sum of the weights and the change, the original adds the change
    to weights that are normalized already, so that at an equal start the two move at other speeds;
    and batches follow from this package's seed.

    References
    ----------
    .. [1] Zhao et al. (2025), Shifting attention to you. arXiv 2502.04658.

    Examples
    --------
    >>> RECIPES["published"].training.rate, RECIPES["improved"].names_sorted
    (0.0003, False)
    >>> Recipe(mirrored=0.5)
    Traceback (most recent call last):
    ValueError: mirrored=0.5 changes what frozen layers see ...
    """

    name: str = "improved"
    head: str = "learned"
    start: str = "identity"
    dropout_acts: bool = False
    names_sorted: bool = False
    first_letter: bool = False
    fit: str = "squash"
    resample: str = "bicubic"
    normalization: str = "clip"
    shortcut: str = "cached"
    mirrored: float = 0.0
    precision: str = "float32"
    validation: float = 0.2
    seed: int = 0
    training: Training = Training(epochs=100, rate=3e-4, patience=15)  # noqa: RUF009

    def __post_init__(self) -> None:
        """Validate once."""
        choice(self.head, ("learned", "fixed"), "head")
        choice(self.start, ("identity", "kaiming"), "start")
        choice(self.shortcut, ("cached", "plain"), "shortcut")
        choice(self.precision, ("float32", "float16"), "precision")
        number(self.validation, "validation", low=0.01, high=0.9)
        number(self.mirrored, "mirrored", low=0.0, high=1.0)
        if self.mirrored and self.shortcut == "cached":
            raise ValueError(
                f"mirrored={self.mirrored:g} changes what frozen layers see at every step, and "
                "kept activations would be wrong; use shortcut='plain', or mirrored=0"
            )
        self.preparation(1)

    def preparation(self, size: int) -> Preparation:
        """Return what is done to images for a model of some size."""
        return Preparation(size, self.fit, self.resample, self.normalization)


RECIPES = {
    "published": Recipe(
        name="published", head="fixed", start="kaiming", dropout_acts=False, names_sorted=True,
        first_letter=False, fit="squash", resample="bilinear", normalization="things", seed=1,
        training=Training(
            epochs=500, batch=64, optimizer="adamw", schedule="constant", rate=3e-4, decay=0.01,
            clip=1e12, patience=20, least_gain=0.0,
        ),
    ),
    "improved": Recipe(),
}  # fmt: skip


def recipe_from(recipe: str | Recipe, *, changes: Mapping[str, object] | None = None) -> Recipe:
    """Return a recipe by name, or one that was given, with some of its choices changed.

    Examples
    --------
    >>> recipe_from("published", changes={"names_sorted": False}).name
    'published, changed'
    """
    if isinstance(recipe, str):
        recipe = RECIPES[choice(recipe, RECIPES, "recipe")]
    made = dataclasses.replace(recipe, **(changes or {}))  # pyright: ignore[reportArgumentType]
    return made if made == recipe else dataclasses.replace(made, name=f"{recipe.name}, changed")
