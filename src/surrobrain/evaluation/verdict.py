"""A row of scores in plain words."""

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.contest import Scores

__all__ = ["BASELINES", "spread", "verdict"]

BASELINES: Mapping[str, str] = {
    "persistence": "persistence",
    "linear_var": "the linear VAR",
    "null": "the phase-randomized null",
}
"""Columns that a model must beat, and what they are called in a sentence."""


def verdict(scores: Scores, *, better: Literal["lower", "higher"]) -> str:
    """Say in plain words what a score is worth, chance taken into account.

    Parameters
    ----------
    scores : Scores
        What one metric says of every contestant.
    better : {"lower", "higher"}
        Which direction is good.

    Returns
    -------
    str
        Whether the interval reaches the floor, and which baselines are not beaten: those whose
        difference from the model has an interval that includes zero or lies on the wrong side.
    """
    if scores.refusal:
        return f"not computed: {scores.refusal}"
    value = scores.values["model"]
    if math.isnan(value):
        return "undefined: a run diverged or is constant"
    sign = 1.0 if better == "higher" else -1.0
    model = scores.replicates["model"]
    rivals = [name for name in BASELINES if not math.isnan(scores.values[name])]
    unbeaten = [
        BASELINES[name]
        for name in rivals
        if not sign * (value - scores.values[name]) > spread(model - scores.replicates[name])
    ]
    told = []
    if sign * (value - scores.floor) + spread(model) >= 0:
        told.append("at the floor")
    if rivals:
        told.append(
            f"no better than {' and '.join(unbeaten)}" if unbeaten else "beats every baseline"
        )
    return "; ".join(told) or "no baseline is defined"


def spread(replicates: Float[np.ndarray, "replicates"] | None) -> float:
    """Return half the width of a 95 % interval: 1.96 standard deviations of the replicates.

    NaN when fewer than half of them are numbers.
    """
    numbers = np.empty(0) if replicates is None else replicates[np.isfinite(replicates)]
    if replicates is None or len(numbers) < max(2, len(replicates) / 2):
        return math.nan
    return 1.96 * float(numbers.std(ddof=1))
