"""How much like people models judge, in three ways, beside the ceiling."""

import numpy as np

from surrobrain.clip_hba.evaluation import BehaviorScores
from surrobrain.reports.figures.style import GRAY, MODEL, SMALL, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["behavior_scores"]


def behavior_scores(scores: BehaviorScores) -> Picture:
    """Draw the scores of all models and their intervals.

    Parameters
    ----------
    scores : BehaviorScores

    Returns
    -------
    Picture
    """
    near, odd, n = scores.similarity, scores.odd_one_out, len(scores.models)
    mean = np.nanmean(scores.dimensions, axis=1)
    panels = (
        ("similarity (Spearman)", near.scores, near.low, near.high),
        ("odd one out (Spearman)", odd.scores, odd.low, odd.high),
        ("dimensions (mean r)", mean, *scores.dimension_interval.T),
    )
    figure = new_figure(9.0, 1.2 + 0.35 * n)
    place = np.arange(n)[::-1]
    colors = [MODEL] * (n - 1) + [TRUTH]
    for k, (axes, (name, values, low, high)) in enumerate(
        zip(figure.subplots(1, 3, sharey=True), panels, strict=True)
    ):
        axes.hlines(place, low, high, color=colors, lw=1.5)
        axes.scatter(values, place, color=colors, s=28, zorder=3)
        axes.axvline(values[-1], color=GRAY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
        axes.axvline(0, color=GRAY, linewidth=0.6, zorder=0)
        axes.set_ylim(-0.6, n - 0.4)
        tidy(axes, x=name)
        if k == 0:
            axes.set_yticks(place, scores.models, fontsize=SMALL)
    listed = "; ".join(
        f"{name} {value:.3f}" for name, value in zip(scores.models, near.scores, strict=True)
    )
    return Picture(
        figure,
        "Agreement with people",
        f"Scores on {len(scores.objects)} objects with 95 % intervals over objects: of "
        "dissimilarities, of foretold choices of the odd one out, and of single dimensions. The "
        "dashed line is what a perfect copy of the embedding reaches.",
        f"Similarity: {listed}.",
    )
