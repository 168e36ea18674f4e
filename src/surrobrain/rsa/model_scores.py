"""How alike models and persons are, over time if there is time, beside the noise ceiling."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.rsa.ceiling import NoiseCeiling, ceiling_from, ceilings_of
from surrobrain.rsa.group import Group, Persons, gathered
from surrobrain.rsa.kendall import tau_a
from surrobrain.rsa.rdms import RDMs
from surrobrain.rsa.units import METHODS, Method, unit

__all__ = ["ModelScores", "evaluate"]


@dataclass(frozen=True, eq=False)
class ModelScores:
    """Similarity of every model with every person.

    Parameters
    ----------
    values : array, shape (n_persons, n_models) or (n_persons, n_models, n_times)
        One is perfect, zero is nothing in common (but for cosines).
    models, persons : tuple of str
        Their names.
    method : str
        How RDMs were compared.
    ceiling : NoiseCeiling or None
        None for a single person.
    times : array, shape (n_times,), or None
        Seconds.

    Examples
    --------
    >>> ModelScores(np.array([[0.2], [0.4]]), ("cnn",), ("a", "b"), "spearman", None).mean.round(6)
    array([0.3])
    """

    values: Float[np.ndarray, "persons models *times"]
    models: tuple[str, ...]
    persons: tuple[str, ...]
    method: str
    ceiling: NoiseCeiling | None
    times: Float[np.ndarray, "times"] | None = None

    @property
    def mean(self) -> Float[np.ndarray, "models *times"]:
        """Mean over persons."""
        return self.values.mean(axis=0)

    @property
    def relative(self) -> Float[np.ndarray, "models *times"]:
        """Mean over the lower noise ceiling; NaN where persons do not agree with each other."""
        lower = np.nan if self.ceiling is None else np.asarray(self.ceiling.lower)
        return self.mean / np.where(np.greater(lower, 0), lower, np.nan)


def evaluate(models: RDMs, persons: Persons, *, method: Method = "spearman") -> ModelScores:
    """Score models against every person, beside the noise ceiling of the persons.

    Parameters
    ----------
    models : RDMs
        One row per model; or one movie of a model, which is compared time by time.
    persons : RDMs, or mapping of str to RDMs
        One row per person; or one movie per person, by name.
    method : str
        As in `surrobrain.rsa.compare`.

    Returns
    -------
    ModelScores
        ``.mean``, ``.ceiling`` and ``.relative`` (to the lower ceiling) say how good the models
        are; `surrobrain.rsa.sign_flip_test`, `permutation_test` and `bootstrap` how sure that is.

    Raises
    ------
    ValueError
        Conditions or times do not match; the message lists the names.

    Examples
    --------
    >>> from surrobrain import rsa
    >>> persons = rsa.RDMs(np.array([[0.1, 0.9, 0.8], [0.2, 0.9, 0.7]]), ["cat", "dog", "car"])
    >>> model = rsa.RDMs(np.array([[0.0, 1.0, 0.5]]), ["cat", "dog", "car"], ["animal"])
    >>> evaluate(model, persons).mean.round(6)
    array([1.])
    """
    choice(method, METHODS, "method")
    group = gathered(persons, like=models)
    _refuse_other_times(models, group)
    still = None if models.times is not None else _forms(np.asarray(models.values), method, models)
    scores, ends = [], []
    for k, rows in enumerate(group.each_time()):
        own = still if still is not None else _forms(models.values[k : k + 1], method, models)
        scores.append(_scores(rows, own, method))
        if group.n_persons > 1:
            ends.append(ceilings_of(rows, method=method))
    values = np.stack(scores, axis=-1)
    values = values[..., 0] if group.times is None else values
    ceiling = ceiling_from(ends, group=group, method=method) if ends else None
    names = tuple(models.names) if models.times is None else ("model",)
    return ModelScores(values, names, group.names, method, ceiling, group.times)


def _forms(rows: np.ndarray, method: Method, models: RDMs) -> list[np.ndarray]:
    """Prepare models once, because ranks are what takes time."""
    wide = [np.asarray(row, dtype=np.float64) for row in rows]
    if method == "kendall":
        return wide
    names = models.names or ("of the model",)
    return [unit(row, method=method, name=name) for row, name in zip(wide, names, strict=True)]


def _scores(rows: np.ndarray, own: list[np.ndarray], method: Method) -> np.ndarray:
    if method == "kendall":
        return np.array([[tau_a(row, model) for model in own] for row in rows])
    return np.stack([unit(row, method=method) for row in rows]) @ np.stack(own).T


def _refuse_other_times(models: RDMs, group: Group) -> None:
    if models.times is None:
        return
    times = group.times
    if times is None or len(times) != len(models.times) or not np.allclose(times, models.times):
        raise ValueError(
            "a movie of a model is compared with movies of the same times; cut both with .at, or "
            "see rsa.generalization for all times with all"
        )
