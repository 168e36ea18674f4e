"""Models together, people together, and people with models: always judged on left-out cases."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.humans import Humans
from surrobrain.brainbench.positions import sides_shown
from surrobrain.brainbench.readers import same_cases
from surrobrain.checks import choice
from surrobrain.seeds import Seed
from surrobrain.statistics.bootstrap import bootstrap_interval, bootstrap_means
from surrobrain.statistics.logistic import predict_left_out

__all__ = ["Combination", "Together", "combine", "crowd", "ensemble"]


@dataclass(frozen=True, eq=False)
class Together:
    """What several readers prefer together; no weight was fitted.

    Parameters
    ----------
    label : str
        Who.
    ids : tuple of str
        Of the cases.
    preference : array, shape (n_items,)
        Above 0 where the original is preferred.
    value, low, high : float
        Accuracy, with the 95 % interval over cases; a tie counts as wrong.
    """

    label: str
    ids: tuple[str, ...]
    preference: Float[np.ndarray, "items"]
    value: float
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Combination:
    """A human trial and the models' scores of its case, combined by logistic regression.

    Parameters
    ----------
    machine, human, combined : float
        Accuracy over the trials, of cases no weight had seen.
    low, high : float
        95 % interval of the combined accuracy, over resampled cases.
    change, change_low, change_high : float
        Combined minus machine alone, paired; below 0 the human takes away.
    correct : array, shape (n_trials,)
        Where the combination was right.
    n_trials, n_items : int
        What it was judged on.
    """

    machine: float
    human: float
    combined: float
    low: float
    high: float
    change: float
    change_low: float
    change_high: float
    correct: Bool[np.ndarray, "trials"]
    n_trials: int
    n_items: int

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"machine {self.machine:.3f}, human {self.human:.3f}, together {self.combined:.3f} "
            f"[{self.low:.3f}, {self.high:.3f}], change {self.change:+.3f} "
            f"[{self.change_low:+.3f}, {self.change_high:+.3f}] over {self.n_trials} trials"
        )


def ensemble(choices: Sequence[Choices], *, seed: Seed = 0) -> Together:
    """Return what models prefer together: the sum of their preferences in standard deviations.

    Parameters
    ----------
    choices : sequence of Choices
        Models that read the same cases.
    seed : int or Generator
        Decides the interval.

    Returns
    -------
    Together

    Raises
    ------
    ValueError
        They read other cases.

    Notes
    -----
    Preferences (differences of perplexity) are divided by their standard deviation and not
    centered: a mean above zero is knowledge, not an offset.

    Examples
    --------
    >>> from surrobrain.brainbench import Choices
    >>> loss = np.array([[2.0, 2.1], [2.1, 2.0]])
    >>> weak, strong = Choices("m", ("1", "2"), loss=loss), Choices("n", ("1", "2"), loss=2 * loss)
    >>> ensemble([weak, strong]).value
    0.5
    """
    models = same_cases(choices)
    total = sum(m.preference / (m.preference.std() or 1.0) for m in models)
    return _together(f"ensemble of {len(models)} models", models[0].ids, np.asarray(total), seed)


def crowd(humans: Humans, *, weighted: bool = True, seed: Seed = 0) -> Together:
    """Return what people who read the same case prefer together.

    Parameters
    ----------
    humans : Humans
        All trials.
    weighted : bool
        Weigh each vote by its confidence.
    seed : int or Generator
        Decides the interval.

    Returns
    -------
    Together
    """
    votes = humans.signed_confidence if weighted else np.where(humans.correct, 1.0, -1.0)
    ids = tuple(dict.fromkeys(humans.ids))
    place = {name: k for k, name in enumerate(ids)}
    total = np.bincount([place[name] for name in humans.ids], votes, len(ids))
    return _together("confidence-weighted crowd" if weighted else "majority", ids, total, seed)


def combine(
    choices: Choices | Sequence[Choices],
    humans: Humans,
    *,
    recipe: Literal["scaled", "published"] = "scaled",
    seed: Seed = 0,
) -> Combination:
    """Return how accurate a human trial and models are together.

    Parameters
    ----------
    choices : Choices or sequence of Choices
        One feature each: the preference for the original.
    humans : Humans
        One trial, one feature: the signed confidence.
    recipe : {"scaled", "published"}
        "scaled" weighs features in standard deviations, without intercept, so that no side is
        favored, nearly unpenalized; "published" takes differences of perplexity and confidence as
        they are, signed by the side on which the study showed the original, with intercept and
        C = 1.
    seed : int or Generator
        Decides the intervals.

    Returns
    -------
    Combination

    Raises
    ------
    ValueError
        The people read a case that the models did not, or confidence was not asked.

    Notes
    -----
    All trials of a case are left out together, and predicted by weights of all other cases.

    Examples
    --------
    >>> from surrobrain.brainbench import Choices
    >>> rng, ids = np.random.default_rng(0), tuple(map(str, range(60)))
    >>> margin = rng.normal(0.1, 0.1, size=60)
    >>> machine = Choices("m", ids, loss=np.stack([2 - margin, 2 + margin], axis=1))
    >>> nan = np.full(60, np.nan)
    >>> humans = Humans(ids, ids, rng.random(60) < 0.7, np.ones(60), nan, nan, ids, (None,) * 60)
    >>> found = combine(machine, humans)
    >>> found.machine > found.human, found.n_items
    (True, 60)
    """
    choice(recipe, ["scaled", "published"], "recipe")
    models = same_cases(choices)
    cases = _cases(models, humans)
    if not np.isfinite(humans.confidence).all():
        raise ValueError("confidence was not asked in every trial; give those that have it")
    features = np.stack([*(m.preference[cases] for m in models), humans.signed_confidence], axis=1)
    side = np.array([1.0 if s == "original as A" else -1.0
                     for s in sides_shown(len(models[0].ids))])[cases]  # fmt: skip
    if recipe == "scaled":
        features = features / features.std(axis=0)
    odds = predict_left_out(
        features * side[:, None], side > 0, groups=cases,
        penalty=1.0 if recipe == "published" else 1e-3, intercept=recipe == "published",
    )  # fmt: skip
    together = odds * side > 0
    alone = (models[0].correct if len(models) == 1 else ensemble(models).preference > 0)[cases]
    return _judged(together, alone, humans, cases, seed)


def _judged(
    together: np.ndarray, alone: np.ndarray, humans: Humans, cases: np.ndarray, seed: Seed
) -> Combination:
    change = _by_case(together.astype(np.float64) - alone, cases)
    right = _by_case(together.astype(np.float64), cases)
    low, high = bootstrap_interval(right, seed=seed)
    moved = np.quantile(bootstrap_means(change, seed=seed), [0.025, 0.975])
    return Combination(
        float(alone.mean()), float(humans.correct.mean()), float(together.mean()), low, high,
        float(np.nanmean(change)), float(moved[0]), float(moved[1]), together, len(cases),
        len(np.unique(cases)),
    )  # fmt: skip


def _cases(models: tuple[Choices, ...], humans: Humans) -> np.ndarray:
    place = {name: k for k, name in enumerate(models[0].ids)}
    odd = [name for name in humans.ids if name not in place]
    if odd:
        raise ValueError(
            f"people read case {odd[0]!r}, which {models[0].model} did not; score the same cases, "
            "or select the trials"
        )
    return np.array([place[name] for name in humans.ids])


def _by_case(values: np.ndarray, cases: np.ndarray) -> np.ndarray:
    """One row per case, its trials side by side, NaN where there are fewer."""
    codes, counts = np.unique(cases, return_inverse=True, return_counts=True)[1:]
    order = np.argsort(codes, kind="stable")
    column = np.arange(len(cases)) - np.repeat(np.cumsum(counts) - counts, counts)
    table = np.full((len(counts), counts.max()), np.nan)
    table[codes[order], column] = values[order]
    return table


def _together(label: str, ids: tuple[str, ...], total: np.ndarray, seed: Seed) -> Together:
    right = (total > 0).astype(np.float64)
    low, high = bootstrap_interval(right[:, None], seed=seed)
    return Together(label, ids, total, float(right.mean()), low, high)
