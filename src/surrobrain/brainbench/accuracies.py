"""How often readers were right, and how far that may move with other cases and readers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.humans import Humans
from surrobrain.brainbench.readers import Outcomes, Readers, outcomes
from surrobrain.seeds import Seed
from surrobrain.statistics.bootstrap import bootstrap_interval

__all__ = ["Accuracy", "accuracy", "accuracy_by"]

_YEARS = {"0 to 4 years": 0, "5 to 9 years": 5, "10 to 19 years": 10, "20 years or more": 20}

Over = Literal["items", "both"]


@dataclass(frozen=True)
class Accuracy:
    """Share of right choices, with the interval of resampling.

    Parameters
    ----------
    label : str
        Whose, or of which part.
    value : float
        From 0 to 1; chance is 1 over the number of versions, 0.5 for pairs.
    low, high : float
        95 % interval.
    n_right, n_choices : int
        All choices of all readers.
    n_items, n_readers : int
        Cases and readers behind them.
    over : {"items", "both"}
        Whether the interval speaks of other cases, or of other cases and other readers.
    near_ties : int, optional
        Choices of models by less than 0.001 nats per token; None for people.
    """

    label: str
    value: float
    low: float
    high: float
    n_right: int
    n_choices: int
    n_items: int
    n_readers: int
    over: Over
    near_ties: int | None = None

    def __str__(self) -> str:
        """Say it in a line."""
        tied = "" if self.near_ties is None else f", {self.near_ties} near ties"
        return (
            f"{self.label}: {self.value:.3f} [{self.low:.3f}, {self.high:.3f}] "
            f"({self.n_right} of {self.n_choices}{tied})"
        )


def accuracy(
    readers: Readers, *, over: Over | None = None, n_draws: int = 10_000, seed: Seed = 0
) -> Accuracy:
    """Return how often a model, several models or people chose the original.

    Parameters
    ----------
    readers : Choices, sequence of Choices, or Humans
        Several models must have read the same cases.
    over : {"items", "both"}, optional
        What the interval resamples: cases, or cases and readers. By default both, and cases alone
        where there is one reader.
    n_draws : int
        Resampled tables.
    seed : int or Generator
        Decides them.

    Returns
    -------
    Accuracy
        Of several readers the mean over all choices.

    Raises
    ------
    ValueError
        There is no reader, or models read other cases.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> loss = np.array([[2.0, 2.1], [2.0, 2.2], [2.1, 2.0], [2.0, 2.3]])
    >>> print(accuracy(Choices("a model", ("1", "2", "3", "4"), loss=loss)))
    a model: 0.750 [0.250, 1.000] (3 of 4, 0 near ties)
    """
    table = outcomes(readers)
    label = _label(readers)
    return _judged(table.values, label, over, n_draws, seed, _near_ties(readers))


def accuracy_by(
    readers: Readers,
    by: Literal["subfield", "career", "experience"] | Sequence[str | None] = "subfield",
    *,
    over: Over | None = None,
    n_draws: int = 10_000,
    seed: Seed = 0,
) -> dict[str, Accuracy]:
    """Return the accuracy of every part of the cases, or of the people.

    Parameters
    ----------
    readers : Choices, sequence of Choices, or Humans
        Several models must have read the same cases.
    by : {"subfield", "career", "experience"} or sequence of str
        Subfield of the cases; position or years of the people; or one label per case of models,
        such as ``edit_places(items)`` or ``sides_shown(n)``.
    over, n_draws, seed
        As `accuracy` takes them.

    Returns
    -------
    dict of str to Accuracy
        In the order of first appearance, years from the fewest.

    Raises
    ------
    ValueError
        The labels are not known, or not one per case.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> choices = Choices("a model", ("1", "2"), loss=np.array([[2.0, 2.1], [2.1, 2.0]]))
    >>> [found.value for found in accuracy_by(choices, ["early", "late"]).values()]
    [1.0, 0.0]
    """
    if isinstance(by, str) and by in ("career", "experience"):
        if not isinstance(readers, Humans):
            raise ValueError(f"{by} is known of people, not of models; give by='subfield'")
        parts = _parts_of_people(readers, by)
        return {name: _of_people(part, name, over, n_draws, seed) for name, part in parts.items()}
    table = outcomes(readers)
    labels = _labels(table, by)
    ties = _near_ties_by_case(readers)
    return {
        name: _judged(
            table.values[rows], name, over, n_draws, seed,
            None if ties is None else int(ties[rows].sum()),
        )
        for name in dict.fromkeys(labels)
        if len(rows := np.flatnonzero(np.array(labels) == name))
    }  # fmt: skip


def _of_people(people: Humans, label: str, over: Over | None, n_draws: int, seed: Seed) -> Accuracy:
    return _judged(outcomes(people).values, label, over, n_draws, seed, None)


def _judged(
    values: Float[np.ndarray, "items readers"],
    label: str,
    over: Over | None,
    n_draws: int,
    seed: Seed,
    near_ties: int | None,
) -> Accuracy:
    n_items, n_readers = values.shape
    there = int(np.isfinite(values).sum())
    kind: Over = over or ("both" if n_readers > 1 else "items")
    low, high = bootstrap_interval(values, over=kind, n_draws=n_draws, seed=seed)
    right = int(np.nansum(values))
    return Accuracy(
        label, right / there, low, high, right, there, n_items, n_readers, kind, near_ties
    )


def _labels(table: Outcomes, by: str | Sequence[str | None]) -> list[str]:
    if isinstance(by, str):
        if by != "subfield":
            raise ValueError(
                f"cases are told apart by subfield or by a list of labels, but {by!r} arrived"
            )
        if not any(table.subfields):
            raise ValueError("the subfields of the cases are not known; give a label per case")
        by = table.subfields
    if len(by) != len(table.ids):
        raise ValueError(f"{len(by)} labels for {len(table.ids)} cases arrived; give one per case")
    return [label or "unknown" for label in by]


def _parts_of_people(humans: Humans, by: str) -> dict[str, Humans]:
    if by == "career":
        labels = np.array(humans.positions)
        return {str(n): humans.select(labels == n) for n in dict.fromkeys(humans.positions)}
    ends = [*list(_YEARS.values())[1:], np.inf]
    years, parts = humans.experience, {}
    for (name, begin), end in zip(_YEARS.items(), ends, strict=True):
        inside = (years >= begin) & (years < end)
        if inside.any():
            parts[name] = humans.select(inside)
    if not parts:
        raise ValueError("the experience of the participants is not known")
    return parts


def _label(readers: Readers) -> str:
    if isinstance(readers, Humans):
        return "humans"
    if isinstance(readers, Choices):
        return readers.model
    return readers[0].model if len(readers) == 1 else f"{len(readers)} models"


def _near_ties(readers: Readers) -> int | None:
    ties = _near_ties_by_case(readers)
    return None if ties is None else int(ties.sum())


def _near_ties_by_case(readers: Readers) -> np.ndarray | None:
    if isinstance(readers, Humans):
        return None
    models = (readers,) if isinstance(readers, Choices) else readers
    return np.sum([m.tied for m in models], axis=0)
