"""Everything that can be said about scores of one or more models."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from surrobrain.brainbench.accuracies import Accuracy, accuracy, accuracy_by
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.combination import Combination, Together, combine, ensemble
from surrobrain.brainbench.comparison import Comparison, compare
from surrobrain.brainbench.confidence import Calibration, calibration
from surrobrain.brainbench.fragile import Headline, Reading, headlines
from surrobrain.brainbench.humans import Humans, read_humans
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.item_correlation import ItemCorrelations, item_correlations
from surrobrain.brainbench.positions import edit_places
from surrobrain.brainbench.readers import same_cases
from surrobrain.brainbench.surface_cues import surface_cues
from surrobrain.brainbench.versus import Versus, compare_with_humans
from surrobrain.checks import choice
from surrobrain.seeds import Seed

__all__ = ["Analysis", "analyze"]


@dataclass(frozen=True, eq=False)
class Analysis:
    """Accuracy with what belongs beside it.

    Parameters
    ----------
    models : tuple of Accuracy
        Of each model.
    mean : Accuracy
        Over all of them.
    subfields : dict of str to Accuracy
        Of the models; empty where not known.
    calibrations : tuple of Calibration
        Of each model that is neither always right nor always wrong.
    correlations : ItemCorrelations
        Between models, and with people.
    ensemble : Together, optional
        Of several models.
    versus : Versus, optional
        Beside people.
    comparison : Comparison, optional
        Of two models that were named.
    combination : Combination, optional
        The most accurate model with people.
    headlines : tuple of Headline
        Which claims stand.
    baselines : tuple of Reading
        What needs no understanding, such as surface cues, with intervals where known.
    places : dict of str to Accuracy
        Of the models, by where the abstract was edited; empty where not known.
    """

    models: tuple[Accuracy, ...]
    mean: Accuracy
    subfields: dict[str, Accuracy]
    calibrations: tuple[Calibration, ...]
    correlations: ItemCorrelations
    ensemble: Together | None
    versus: Versus | None
    comparison: Comparison | None
    combination: Combination | None
    headlines: tuple[Headline, ...]
    baselines: tuple[Reading, ...] = ()
    places: Mapping[str, Accuracy] = field(default_factory=dict)

    def __str__(self) -> str:
        """Say it in lines."""
        lines = [*map(str, self.models)] if len(self.models) > 1 or self.versus is None else []
        lines += [str(self.mean)] if len(self.models) > 1 and self.versus is None else []
        lines += [f"chance: {0.5:.3f}", *map(str, self.baselines)]
        if self.versus is not None:
            lines.append(str(self.versus))
        else:
            lines += [str(found) for found in self.subfields.values()]
        lines += [str(found) for found in self.places.values()]
        lines += map(str, self.calibrations)
        lines += [str(found) for found in (self.comparison, self.combination) if found]
        return "\n".join([*lines, *map(str, self.headlines)])


def analyze(
    choices: Choices | Sequence[Choices],
    *,
    humans: Humans | str | Path | None = None,
    items: Sequence[Item] = (),
    pair: tuple[str, str] | None = None,
    baselines: Mapping[str, float] | None = None,
    seed: Seed = 0,
) -> Analysis:
    """Return accuracy, calibration, correlations, comparisons, and which headlines stand.

    Parameters
    ----------
    choices : Choices or sequence of Choices
        Models that read the same cases.
    humans : Humans, str or Path, optional
        People who read them, or the table of their trials.
    items : sequence of Item, optional
        The cases that were read, for their subfields, the places of their edits, and what surface
        cues reach.
    pair : tuple of str, optional
        Names of two models to compare, such as before and after tuning.
    baselines : mapping of str to float, optional
        Other accuracies to be shown beside the models.
    seed : int or Generator
        Decides every draw.

    Returns
    -------
    Analysis

    Raises
    ------
    ValueError
        Models read other cases, a name of the pair is unknown, or people read none of the cases.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> loss = np.random.default_rng(0).normal(3, 0.1, size=(40, 2))
    >>> found = analyze(Choices("a model", tuple(map(str, range(40))), loss=loss))
    >>> found.mean.n_items, found.versus
    (40, None)
    """
    models, places = _described(same_cases(choices), items)
    people = read_humans(humans) if isinstance(humans, (str, Path)) else humans
    versus = None if people is None else compare_with_humans(models, people, seed=seed)
    comparison = None if pair is None else _compared(models, pair, seed)
    best = max(models, key=lambda model: model.accuracy)
    joined = None
    if people is not None and versus is not None and versus.crowd is not None:
        joined = combine(best, people, seed=seed)
    return Analysis(
        tuple(accuracy(model, seed=seed) for model in models),
        accuracy(models, seed=seed),
        _subfields(models, versus, seed),
        tuple(calibration(m, seed=seed) for m in models if 0 < m.accuracy < 1),
        item_correlations(models, seed=seed) if versus is None else versus.correlations,
        ensemble(models, seed=seed) if len(models) > 1 else None,
        versus, comparison, joined,
        headlines(models, versus=versus, comparison=comparison, combination=joined),
        (*_cues(items, seed), *(Reading(name, v) for name, v in (baselines or {}).items())),
        {} if places is None else accuracy_by(models, places, seed=seed),
    )  # fmt: skip


def _described(
    models: tuple[Choices, ...], items: Sequence[Item]
) -> tuple[tuple[Choices, ...], tuple[str, ...] | None]:
    """Return models that know their subfields, and where each case was edited."""
    if not items:
        return models, None
    known = {item.id: item for item in items}
    absent = [name for name in models[0].ids if name not in known]
    if absent:
        raise ValueError(
            f"{models[0].model} read case {absent[0]!r}, which is not among the {len(items)} items"
            "; give the file that was scored"
        )
    read = [known[name] for name in models[0].ids]
    fields = tuple(item.subfield for item in read)
    return tuple(replace(model, subfields=fields) for model in models), edit_places(read)


def _cues(items: Sequence[Item], seed: Seed) -> Iterator[Reading]:
    for cue in surface_cues(items) if items else ():
        found = cue.accuracy(seed=seed)
        yield Reading(cue.name, found.value, found.low, found.high)


def _compared(models: Sequence[Choices], pair: tuple[str, str], seed: Seed) -> Comparison:
    known = {model.model: model for model in models}
    first, second = (known[choice(name, known, "model")] for name in pair)
    return compare(first, second, seed=seed)


def _subfields(
    models: tuple[Choices, ...], versus: Versus | None, seed: Seed
) -> dict[str, Accuracy]:
    if any(models[0].subfields):
        return accuracy_by(models, "subfield", seed=seed)
    return {} if versus is None else {name: ours for name, (ours, _) in versus.subfields.items()}
