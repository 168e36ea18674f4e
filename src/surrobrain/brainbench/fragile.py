"""Headlines that another, equally good choice of analysis would change."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from surrobrain.brainbench.accuracies import accuracy
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.combination import Combination
from surrobrain.brainbench.comparison import Comparison
from surrobrain.brainbench.versus import Versus
from surrobrain.statistics.intervals import binomial_interval

__all__ = ["Headline", "Reading", "headlines"]

_MOVES = 0.01  # a headline that another rule moves by more than this is fragile


@dataclass(frozen=True)
class Reading:
    """A headline number under one rule.

    Parameters
    ----------
    rule : str
        How it was computed.
    value : float
        The number.
    low, high : float
        95 % interval; NaN where there is none.
    """

    rule: str
    value: float
    low: float = float("nan")
    high: float = float("nan")

    @property
    def interval(self) -> str:
        """The interval as it stands in tables; a hyphen where there is none."""
        return f"{self.low:.3f} to {self.high:.3f}" if math.isfinite(self.low) else "-"

    def __str__(self) -> str:
        """Say it in a line."""
        return f"{self.rule}: {self.value:.3f}" + (
            f" [{self.low:.3f}, {self.high:.3f}]" if math.isfinite(self.low) else ""
        )


@dataclass(frozen=True)
class Headline:
    """A claim, the readings of it, and whether it stands.

    Parameters
    ----------
    claim : str
        In a few words.
    readings : tuple of Reading
        The first is the usual one.
    fragile : bool
        Whether another rule moves it by more than 0.01 (near ties: out of its interval), or its
        interval holds no effect.
    why : str
        In one sentence.
    """

    claim: str
    readings: tuple[Reading, ...]
    fragile: bool
    why: str

    def __str__(self) -> str:
        """Say it in a line."""
        said = ", ".join(f"{r.rule} {r.value:.3f}" for r in self.readings)
        return f"{'FRAGILE ' if self.fragile else ''}{self.claim}: {said}. {self.why}"


def headlines(
    choices: Sequence[Choices],
    *,
    versus: Versus | None = None,
    comparison: Comparison | None = None,
    combination: Combination | None = None,
) -> tuple[Headline, ...]:
    """Return each headline that can be computed, under every rule.

    Parameters
    ----------
    choices : sequence of Choices
        Models that read the same cases.
    versus : Versus, optional
        Of models and people.
    comparison : Comparison, optional
        Of two models, such as before and after tuning.
    combination : Combination, optional
        Of a model with people.

    Returns
    -------
    tuple of Headline
    """
    found = [_near_ties(choices)]
    if all(model.n_tokens is not None for model in choices):
        found.append(_totals(choices))
    if versus is not None:
        found += [_experts(versus)] if versus.experts else []
        found.append(_alike(versus))
    if comparison is not None:
        found.append(_tuned(comparison))
    if combination is not None:
        found.append(_joined(combination))
    return tuple(found)


def _moves(readings: Sequence[Reading]) -> bool:
    values = [reading.value for reading in readings]
    return max(values) - min(values) > _MOVES


def _near_ties(choices: Sequence[Choices]) -> Headline:
    usual = accuracy(choices)
    tied = np.mean([m.tied for m in choices])
    right = np.mean([m.correct & ~m.tied for m in choices])
    readings = (
        Reading("as decided", usual.value, usual.low, usual.high),
        Reading("near ties wrong", float(right)),
        Reading("near ties right", float(right + tied)),
    )
    counts = [m.near_ties for m in choices]
    least, most = min(counts), max(counts)
    n = str(least) if least == most else f"{least} to {most}"
    return Headline(
        "Accuracy of the models", readings,
        not usual.low <= right <= right + tied <= usual.high,
        f"{n} of {len(choices[0].ids)} cases per model are decided by less than 0.001 nats per "
        "token, the size of half-precision rounding.",
    )  # fmt: skip


def _totals(choices: Sequence[Choices]) -> Headline:
    totals = [model.scored("sum") for model in choices]
    flips = [int((t.correct != m.correct).sum()) for t, m in zip(totals, choices, strict=True)]
    readings = tuple(
        Reading(rule, found.value, found.low, found.high)
        for rule, found in (("mean per token", accuracy(choices)), ("total", accuracy(totals)))
    )
    return Headline(
        "Likelihood per token or in all", readings, _moves(readings),
        f"Choosing by the total flips {min(flips)} to {max(flips)} cases per model.",
    )  # fmt: skip


def _experts(versus: Versus) -> Headline:
    readings = tuple(
        Reading(f"ties: {ties}", found.value, found.low, found.high)
        for ties, found in versus.experts.items()
    )
    return Headline(
        "Most expert 20 % of the people", readings, _moves(readings),
        f"Ratings of expertise are often equal; all people reach {versus.humans.value:.3f}.",
    )  # fmt: skip


def _alike(versus: Versus) -> Headline:
    found = versus.correlations
    people, reliability = found.with_humans, found.reliability
    assert people is not None
    assert reliability is not None
    readings = (
        Reading("Spearman with people", float(people.mean())),
        Reading("divided by its ceiling", found.corrected),
    )
    return Headline(
        "Models find other cases hard than people do", readings, fragile=True,
        why=f"The human shares have a reliability of {reliability.whole:.2f} only, so that no "
        f"model can be expected above {reliability.ceiling:.2f}.",
    )  # fmt: skip


def _tuned(comparison: Comparison) -> Headline:
    test, n = comparison.test, comparison.first.n_items
    readings = (
        Reading("difference", comparison.difference, comparison.low, comparison.high),
        Reading(f"{comparison.first.label}", comparison.first.value,
                *binomial_interval(comparison.first.n_right, n)),
        Reading(f"{comparison.second.label}", comparison.second.value,
                *binomial_interval(comparison.second.n_right, n)),
    )  # fmt: skip
    return Headline(
        "The two models differ", readings,
        test.p > 0.05,
        f"{comparison.first.label} and {comparison.second.label}: {test.only_first} against "
        f"{test.only_second} discordant cases, McNemar p = {test.p:.2g}.",
    )  # fmt: skip


def _joined(found: Combination) -> Headline:
    readings = (
        Reading("machine alone", found.machine),
        Reading("with a human, left-out cases", found.combined, found.low, found.high),
        Reading("change", found.change, found.change_low, found.change_high),
    )
    return Headline(
        "A human beside the machine helps", readings, found.change_low <= 0,
        f"The change is {found.change:+.3f} [{found.change_low:+.3f}, {found.change_high:+.3f}].",
    )  # fmt: skip
