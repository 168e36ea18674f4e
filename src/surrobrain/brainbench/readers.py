"""Who was right on what: one table for models and for people."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.humans import Humans

__all__ = ["Outcomes", "Readers", "outcomes", "same_cases"]

Readers = Choices | Sequence[Choices] | Humans


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Every reader on every case.

    Parameters
    ----------
    values : array, shape (n_items, n_readers)
        1 where right, 0 where wrong, NaN where not read.
    ids : tuple of str
        Of the cases.
    readers : tuple of str
        Models, or numbers of participants.
    subfields : tuple of (str or None)
        Of the cases.
    """

    values: Float[np.ndarray, "items readers"]
    ids: tuple[str, ...]
    readers: tuple[str, ...]
    subfields: tuple[str | None, ...]


def outcomes(readers: Readers) -> Outcomes:
    """Return who was right on what.

    Raises
    ------
    ValueError
        There is no reader, or two models read other cases.
    """
    if isinstance(readers, Humans):
        return _of_humans(readers)
    models = same_cases(readers)
    return Outcomes(
        np.stack([m.correct for m in models], axis=1).astype(np.float64),
        models[0].ids,
        tuple(m.model for m in models),
        models[0].subfields or (None,) * len(models[0].ids),
    )


def same_cases(readers: Choices | Sequence[Choices]) -> tuple[Choices, ...]:
    """Return the models as a tuple, or say which of them read other cases."""
    models = (readers,) if isinstance(readers, Choices) else tuple(readers)
    if not models:
        raise ValueError("there are no choices to judge; give the scores of one model or more")
    for model in models[1:]:
        if model.ids != models[0].ids:
            odd = set(model.ids) ^ set(models[0].ids)
            raise ValueError(
                f"{model.model} and {models[0].model} read other cases, or in another order: "
                f"{len(model.ids)} and {len(models[0].ids)}, {len(odd)} not shared; score both on "
                "the same file"
            )
    return models


def _of_humans(humans: Humans) -> Outcomes:
    ids = tuple(dict.fromkeys(humans.ids))
    people = tuple(dict.fromkeys(humans.participants))
    rows = {name: k for k, name in enumerate(ids)}
    columns = {name: k for k, name in enumerate(people)}
    values = np.full((len(ids), len(people)), np.nan)
    for name, person, right in zip(humans.ids, humans.participants, humans.correct, strict=True):
        values[rows[name], columns[person]] = right
    fields = dict(zip(humans.ids, humans.subfields, strict=True))
    return Outcomes(values, ids, people, tuple(fields[name] for name in ids))
