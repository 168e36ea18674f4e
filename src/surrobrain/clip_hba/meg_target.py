"""What a model over time is to predict: whose RDMs, of which images, in which batches."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from surrobrain.checks import choice
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.errors import NotEnough
from surrobrain.rsa.condensed import positions
from surrobrain.rsa.group import gathered
from surrobrain.rsa.rdms import RDMs
from surrobrain.seeds import stream

__all__ = ["MEGTarget", "even_batch", "target_of"]

_PERSONS, _IMAGES = 6, 7  # separate these draws from others of the same seed
_LEAST = 4  # images on either side: six pairs


@dataclass(frozen=True, eq=False)
class MEGTarget:
    """Mean RDMs to learn from and to validate on, on the same scale.

    Parameters
    ----------
    conditions : tuple of str
        Names of the images.
    times : array, shape (n_times,)
        Seconds.
    learned, validated : array, shape (n_times, n_pairs)
        Mean over persons, stretched so that what is learned from runs from 0 to 1.
    persons, validation_persons : tuple of str
        Whose means they are.
    train, validation : array of int
        Which images are learned from and which choose the epoch.
    """

    conditions: tuple[str, ...]
    times: Float[np.ndarray, "times"]
    learned: Float32[np.ndarray, "times pairs"]
    validated: Float32[np.ndarray, "times pairs"]
    persons: tuple[str, ...]
    validation_persons: tuple[str, ...]
    train: Int[np.ndarray, "train"]
    validation: Int[np.ndarray, "validation"]

    def among(
        self, items: Int[np.ndarray, "chosen"], *, validation: bool = False
    ) -> Float32[np.ndarray, "times chosen_pairs"]:
        """Return the dissimilarities of some images, in the order given."""
        rows = self.validated if validation else self.learned
        return rows[:, positions(items, n_conditions=len(self.conditions))]

    def digest(self) -> str:
        """Return a number that changes with anything in here."""
        whole = hashlib.sha256(repr((self.conditions, self.times.tolist())).encode())
        for array in (self.learned, self.validated, self.train, self.validation):
            whole.update(np.ascontiguousarray(array).tobytes())
        return whole.hexdigest()


def target_of(
    movies: RDMs | Mapping[str, RDMs],
    *,
    recipe: TimeRecipe,
    validation_persons: Sequence[str] = (),
) -> MEGTarget:
    """Split persons and images, and average.

    Parameters
    ----------
    movies : RDMs, or mapping of str to RDMs
        One movie, or one per person by name.
    recipe : TimeRecipe
        Says whether persons are split, and the share of images that validates.
    validation_persons : sequence of str
        Who validates; by default a quarter of the persons, drawn by seed.

    Raises
    ------
    NotEnough
        There are too few images, or no person is left to learn from.
    ValueError
        Conditions or times of persons differ (the message names the person), RDMs have no times,
        or a person is unknown.
    """
    group = gathered({"person": movies} if isinstance(movies, RDMs) else movies)
    if group.times is None:
        raise ValueError(
            f"the RDMs of {group.names[0]} have no times, but a movie is needed: one RDM per time"
        )
    chosen = _validating(group.names, recipe, validation_persons)
    learning = tuple(n for n in group.names if n not in chosen) if chosen else group.names
    by_name = dict(zip(group.names, group.movies, strict=True))
    learned = _mean([by_name[name] for name in learning])
    validated = _mean([by_name[name] for name in chosen]) if chosen else learned
    low, high = learned.min(), learned.max()
    if not high > low:
        raise ValueError("all dissimilarities are the same: there is nothing to learn from them")
    n = len(group.conditions)
    order = stream(recipe.seed, _IMAGES).permutation(n)
    n_validation = max(_LEAST, round(recipe.validation * n))
    if n - n_validation < _LEAST:
        raise NotEnough(
            f"{n} images are too few: at least {_LEAST} are needed to learn from and {_LEAST} to "
            "choose the epoch"
        )
    learned, validated = ((mean - low) / (high - low) for mean in (learned, validated))
    return MEGTarget(
        group.conditions, group.times, learned, validated, learning, tuple(chosen) or learning,
        order[n_validation:], order[:n_validation],
    )  # fmt: skip


def even_batch(n_items: int, batch: int) -> int:
    """Return a batch size from ``batch`` up whose last batch is at least half full.

    A batch of one or two images has no RDM to speak of.

    Examples
    --------
    >>> even_batch(65, 64), even_batch(128, 64)
    (65, 64)
    """
    return next(
        size for size in range(min(batch, n_items), n_items + 1)
        if n_items % size == 0 or 2 * (n_items % size) >= size
    )  # fmt: skip


def _validating(
    names: tuple[str, ...], recipe: TimeRecipe, asked: Sequence[str]
) -> tuple[str, ...]:
    for name in asked:
        choice(name, names, "person to validate on")
    if not asked and recipe.split_persons and len(names) > 1:
        order = stream(recipe.seed, _PERSONS).permutation(len(names))
        asked = [names[k] for k in order[: max(1, len(names) // 4)]]
    if len(set(asked)) == len(names):
        raise NotEnough(
            f"all {len(names)} persons ({', '.join(names)}) are to validate and none is left to "
            "learn from; no one can do both"
        )
    return tuple(name for name in names if name in set(asked))


def _mean(movies: Sequence[RDMs]) -> Float32[np.ndarray, "times pairs"]:
    total = np.zeros(movies[0].values.shape, np.float32)
    for movie in movies:
        total += movie.values.astype(np.float32) / len(movies)
    return total
