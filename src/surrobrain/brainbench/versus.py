"""Models beside people, on the same cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from surrobrain.brainbench.accuracies import Accuracy, accuracy, accuracy_by
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.combination import Together, crowd
from surrobrain.brainbench.humans import Humans, Ties, most_expert, read_humans
from surrobrain.brainbench.item_correlation import ItemCorrelations, item_correlations
from surrobrain.brainbench.readers import outcomes, same_cases
from surrobrain.seeds import Seed

__all__ = ["Versus", "compare_with_humans"]


@dataclass(frozen=True, eq=False)
class Versus:
    """What models and people got right.

    Parameters
    ----------
    models, humans : Accuracy
        Mean over all choices; intervals over cases and readers.
    each : tuple of Accuracy
        Of each model.
    difference, low, high : float
        Mean accuracy per case, models minus people, with the 95 % interval over cases.
    experts : dict of str to Accuracy
        Of the 20 % of trials of highest expertise, by each rule for ties; empty where not rated, or
        where no case has five trials.
    crowd : Together, optional
        People who read the same case together, weighted by confidence; None where not asked.
    subfields : dict of str to (Accuracy, Accuracy)
        Of models and people; empty where not known.
    career, experience : dict of str to Accuracy
        Of people, by position and by years.
    correlations : ItemCorrelations
        Whether they find the same cases hard, with the ceiling.
    """

    models: Accuracy
    humans: Accuracy
    each: tuple[Accuracy, ...]
    difference: float
    low: float
    high: float
    experts: dict[str, Accuracy]
    crowd: Together | None
    subfields: dict[str, tuple[Accuracy, Accuracy]]
    career: dict[str, Accuracy]
    experience: dict[str, Accuracy]
    correlations: ItemCorrelations

    def __str__(self) -> str:
        """Say it in lines."""
        lines = [
            str(self.models),
            str(self.humans),
            f"difference {self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}], per case",
            *(f"most expert 20 %, ties: {ties}: {e.value:.3f} [{e.low:.3f}, {e.high:.3f}]"
              for ties, e in self.experts.items()),
            *(f"{name}: models {m.value:.3f}, humans {h.value:.3f}"
              for name, (m, h) in self.subfields.items()),
            str(self.correlations),
        ]  # fmt: skip
        return "\n".join(lines)


def compare_with_humans(
    choices: Choices | Sequence[Choices],
    humans: Humans | str | Path,
    *,
    n_draws: int = 10_000,
    seed: Seed = 0,
) -> Versus:
    """Compare models with people who read the same cases.

    Parameters
    ----------
    choices : Choices or sequence of Choices
        Models that read the same cases.
    humans : Humans, str or Path
        Trials, or the table that holds them; see `surrobrain.brainbench.read_humans`.
    n_draws : int
        Resampled tables.
    seed : int or Generator
        Decides them.

    Returns
    -------
    Versus

    Raises
    ------
    ValueError
        Models read other cases than each other, or share fewer than three with the people.

    Examples
    --------
    >>> from surrobrain.brainbench import Choices, Humans
    >>> rng, ids = np.random.default_rng(0), tuple(map(str, range(30)))
    >>> models = [Choices(m, ids, loss=rng.normal(size=(30, 2)) + 3) for m in ("m", "n")]
    >>> nan = np.full(60, np.nan)
    >>> humans = Humans(("a",) * 30 + ("b",) * 30, ids + ids, rng.random(60) < 0.6, nan, nan, nan,
    ...                 ("unknown",) * 60, (None,) * 60)
    >>> versus = compare_with_humans(models, humans)
    >>> versus.humans.n_choices, versus.models.n_readers
    (60, 2)
    """
    people = humans if isinstance(humans, Humans) else read_humans(humans)
    models = same_cases(choices)
    how = {"n_draws": n_draws, "seed": seed}
    correlations = item_correlations(models, people, seed=seed)
    asked = bool(np.isfinite(people.expertise).all()) and _several(people)
    years = bool(np.isfinite(people.experience).any())
    difference, low, high = _difference(models, people, n_draws, seed)
    return Versus(
        accuracy(models, **how),
        accuracy(people, **how),
        tuple(accuracy(model, **how) for model in models),
        difference, low, high,
        {t: accuracy(most_expert(people, ties=t), **how) for t in get_args(Ties)} if asked else {},
        crowd(people, seed=seed) if np.isfinite(people.confidence).all() else None,
        _subfields(models, people, n_draws, seed),
        accuracy_by(people, "career", **how),
        accuracy_by(people, "experience", **how) if years else {},
        correlations,
    )  # fmt: skip


def _several(people: Humans) -> bool:
    """Whether a fifth of the trials of any case is a trial or more."""
    return int(np.unique(people.ids, return_counts=True)[1].max()) >= 5


def _difference(
    models: tuple[Choices, ...], people: Humans, n_draws: int, seed: Seed
) -> tuple[float, float, float]:
    """Per case, so that a case that many people read does not count more for them."""
    from surrobrain.statistics.bootstrap import bootstrap_interval

    of_models, of_people = outcomes(models), outcomes(people)
    place = {name: k for k, name in enumerate(of_models.ids)}
    pairs = [(place[n], k) for k, n in enumerate(of_people.ids) if n in place]
    ahead = np.array(
        [of_models.values[i].mean() - np.nanmean(of_people.values[k]) for i, k in pairs]
    )
    low, high = bootstrap_interval(ahead[:, None], n_draws=n_draws, seed=seed)
    return float(ahead.mean()), low, high


def _subfields(
    models: tuple[Choices, ...], people: Humans, n_draws: int, seed: Seed
) -> dict[str, tuple[Accuracy, Accuracy]]:
    known = dict(zip(people.ids, people.subfields, strict=True))
    fields = models[0].subfields or tuple(known.get(name) for name in models[0].ids)
    if not any(fields) or not any(people.subfields):
        return {}
    theirs = accuracy_by(people, "subfield", n_draws=n_draws, seed=seed)
    ours = accuracy_by(models, fields, n_draws=n_draws, seed=seed)
    return {name: (found, theirs[name]) for name, found in ours.items() if name in theirs}
