"""What a model tuned to behavior becomes on the page."""

import numpy as np

from surrobrain.clip_hba.behavior import BehaviorModel
from surrobrain.clip_hba.evaluation import BehaviorScores
from surrobrain.reports.figures.behavior_scores import behavior_scores
from surrobrain.reports.figures.learning import learning
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid

__all__ = ["section"]


@section.register
def _(item: BehaviorScores) -> Section:
    near, odd = item.similarity, item.odd_one_out
    rows = [
        (
            name, f"{near.scores[k]:.3f} ({near.low[k]:.3f} to {near.high[k]:.3f})",
            f"{odd.scores[k]:.3f} ({odd.low[k]:.3f} to {odd.high[k]:.3f})",
            item.odd_one_out_error[k], float(np.nanmean(item.dimensions[k])),
        )
        for k, name in enumerate(item.models)
    ]  # fmt: skip
    table = grid(
        ["model", "similarity", "odd one out", "its mean error", "mean r of dimensions"], rows,
        caption=f"{len(item.objects)} objects, 95 % intervals over objects",
    )  # fmt: skip
    names = list(item.models)
    k = max(len(names) - 2, 0)  # the last is the embedding itself
    said = (
        f"{names[k]} agrees with people on {len(item.objects)} objects by {near.scores[k]:.3f} "
        f"(Spearman); {names[0]} by {near.scores[0]:.3f}; a perfect copy of the embedding "
        f"would by {near.scores[-1]:.3f}."
    )
    warnings = ()
    if item.seen:
        warnings = (
            f"The model has seen {len(item.seen)} of {len(item.objects)} objects while it was "
            "tuned; scores on them say nothing about new ones.",
        )
    picture = drawn("Agreement with people", lambda: behavior_scores(item))
    return Section("Agreement with people", "scores", (table,), (picture,), (), (said,), warnings)


@section.register
def _(item: BehaviorModel) -> Section:
    losses = item.trained
    table = facts(
        {
            "model": item.clip.name,
            "recipe": item.recipe.name,
            "adapter": f"{item.clip.adapter.method}, rank {item.clip.adapter.rank}",
            "adapted vision blocks": item.clip.vision_blocks,
            "adapted text blocks": item.clip.text_blocks,
            "objects": f"{len(item.split.train)} train, {len(item.split.validation)} validation, "
            f"{len(item.split.held_out)} held out",
            "epoch kept": f"{losses.best} of {len(losses.train)}",
        }
    )
    pictures = ()
    if losses.train:
        pictures = (
            drawn("Learning", lambda: learning(
                losses.train, validation=losses.validation, loss="mean squared error")),
        )  # fmt: skip
    return Section("Tuning to behavior", "methods", (table,), pictures)
