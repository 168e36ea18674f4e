"""Scores with intervals, beside trivial models, nulls and floors."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from surrobrain.evaluation.scorecard import ScoreRow
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    TRUTH,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["scores"]

MARKS = (
    ("value", "model", "o", MODEL),
    ("persistence", "persistence", "v", SECOND),
    ("linear_var", "linear model", "s", GRAY),
    ("null", "null (random phases)", "x", MEASURED),
    ("floor", "floor (recording against itself)", "d", TRUTH),
)


def scores(rows: Sequence[ScoreRow]) -> Picture:
    """Draw one strip per score, each on its own axis, better always to the right.

    Parameters
    ----------
    rows : sequence of ScoreRow
        Rows of a Scorecard; what is NaN is not drawn.

    Returns
    -------
    Picture
    """
    figure = new_figure(9.0, 0.7 + 0.55 * len(rows))
    strips = figure.subplots(len(rows), 1, squeeze=False)[:, 0]
    for axes, row in zip(strips, rows, strict=True):
        _draw_strip(axes, row)
    handles, labels = strips[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=5, frameon=False, fontsize=8.5)
    named = "; ".join(f"{row.name} {row.value:.3g}" for row in rows)
    return Picture(
        figure,
        "Scores beside what trivial models reach",
        "One strip per score, on its own scale, better to the right. The blue dot is the model, "
        "the bar its 95 % interval. It should lie to the right of the triangle, the square and "
        "the cross; at the diamond it is as close as the recording is to itself at another time.",
        f"Scores of the model: {named}.",
    )


def _draw_strip(axes: "Axes", row: ScoreRow) -> None:
    if math.isfinite(row.low):
        axes.plot([row.low, row.high], [0, 0], color=MODEL, lw=5, alpha=0.3, solid_capstyle="round")
    for field, label, marker, color in MARKS:
        axes.plot(
            [getattr(row, field)], [0], marker, color=color, ms=6.5, lw=0, label=label,
            mew=1.4, alpha=0.9, zorder=4 if field == "value" else 3,
        )  # fmt: skip
    axes.axhline(0, color="#dddddd", lw=0.8, zorder=0)
    axes.margins(x=0.06)
    if row.better == "lower":
        axes.invert_xaxis()
    tidy(axes)
    axes.set(yticks=[], ylim=(-1, 1))
    axes.spines["left"].set_visible(False)
    unit = f", {row.unit}" if row.unit else ""
    axes.set_ylabel(
        f"{row.name}{unit}\n({row.better} is better)",
        rotation=0,
        ha="right",
        va="center",
        fontsize=8.5,
    )
