"""A row of scores in plain words."""

import math
from collections.abc import Mapping

from surrobrain.evaluation.contest import Scores
from surrobrain.evaluation.metric import Tag
from surrobrain.statistics.intervals import jackknife_margin, pooled_margin

__all__ = ["BASELINES", "verdict"]

BASELINES: Mapping[str, str] = {
    "persistence": "persistence",
    "linear_var": "the linear VAR",
    "null": "the phase-randomized null",
}
"""Columns that a model must beat, and what they are called in a sentence."""


def verdict(scores: Scores, tag: Tag) -> str:
    """Say in plain words what a score is worth, chance taken into account.

    Parameters
    ----------
    scores : Scores
        What one metric says of every contestant.
    tag : Tag
        What the metric measures, and which direction is good.

    Returns
    -------
    str
        How the model stands to the floor, and which baselines are not beaten: those whose
        difference from the model has an interval that includes zero or lies on the wrong side.
    """
    value = scores.values["model"]
    if math.isnan(value):
        return "undefined: a run diverged or is constant"
    sign = 1.0 if tag.better == "higher" else -1.0
    model = scores.replicates["model"]
    rivals = [name for name in BASELINES if not math.isnan(scores.values[name])]
    unbeaten = [
        BASELINES[name]
        for name in rivals
        if not sign * (value - scores.values[name])
        > jackknife_margin(model - scores.replicates[name])
    ]
    told = _beside_the_floor(scores, tag, sign)
    if rivals:
        told.append(
            f"no better than {' and '.join(unbeaten)}" if unbeaten else "beats every baseline"
        )
    return "; ".join(told) or "no baseline is defined"


def _beside_the_floor(scores: Scores, tag: Tag, sign: float) -> list[str]:
    """Test whether the runs do worse than other stretches of the recording.

    For the true law both are draws of one law beside the same stretch: a two-sample test.
    """
    if math.isnan(scores.floor):
        return []

    def ahead(name: str) -> tuple[float, float]:
        """Return by how much the floor is better than a contestant, and what chance allows."""
        single = scores.single[name]
        gap = sign * (scores.floor - float(single.mean()))
        return gap, pooled_margin(scores.repeats, single)

    gap, margin = ahead("null")
    # the null keeps what regions do alone, so only between regions must a recording beat it
    if tag.scope == "network" and gap <= margin:
        return ["the recording does not repeat itself on this score"]
    gap, margin = ahead("model")
    if math.isnan(margin):
        return ["too few runs and stretches to test the floor"]
    return [] if gap > margin else ["at the floor"]
