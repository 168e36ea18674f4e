"""How well several models over time fit several persons, beside the noise ceiling."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from surrobrain.rsa.model_scores import ModelScores, evaluate
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.units import Method

__all__ = ["scores_over_time"]


def scores_over_time(
    models: Mapping[str, RDMs], persons: Mapping[str, RDMs], *, method: Method = "spearman"
) -> ModelScores:
    """Score movies of several models against the movies of persons, time by time.

    Parameters
    ----------
    models : mapping of str to RDMs
        Predictions, by the name of the model, of images that no model has seen.
    persons : mapping of str to RDMs
        Measurements, by the name of the person.
    method : str
        As in `surrobrain.rsa.compare`.

    Returns
    -------
    ModelScores
        With the noise ceiling of the persons where there are at least two.

    Raises
    ------
    ValueError
        Images or times do not match, or a model tells nothing apart; the message names the model.
    """
    found = {}
    for name, movie in models.items():
        try:
            found[name] = evaluate(movie, persons, method=method)
        except ValueError as error:
            raise ValueError(f"prediction of {name}: {error}") from None
    first = next(iter(found.values()))
    values = np.concatenate([scores.values for scores in found.values()], axis=1)
    return dataclasses.replace(first, values=values, models=tuple(models))
