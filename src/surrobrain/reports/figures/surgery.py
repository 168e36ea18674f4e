"""A virtual operation: who seizes before and after, and what every operation is worth."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.intervention.surgery_plan import Surgery
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    SMALL,
    TRUTH,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["surgery"]

_MOST = 25
_MARKS = {"as it is": ("o", GRAY), "all that seize": ("s", TRUTH), "strongest": ("^", MEASURED),
          "most often seizing": ("v", SECOND), "by chance": ("x", GRAY)}  # fmt: skip


def surgery(found: Surgery) -> Picture:
    """Draw the probability of seizing and the median onset, and freedom against tissue.

    Parameters
    ----------
    found : Surgery
        What `plan_surgery` returned.

    Returns
    -------
    Picture
    """
    figure = new_figure(9.5, 3.8)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    _regions(left, found)
    _operations(right, found)
    best, before = found.best, found.before
    seizing = ", ".join(before.recruited[:8]) + (" ..." if len(before.recruited) > 8 else "")
    return Picture(
        figure,
        "Virtual operation",
        "Left: share of runs in which each region seizes, with its median onset; regions that the "
        "best plan removes or disconnects are orange. Right: share of runs that go well after each "
        f"operation, with its 95 % interval, over {found.n_runs} runs under noise that the search "
        "did not see; gray marks need no search. Research software: a model was operated on.",
        f"Seizing: {seizing}. Best plan: {best.label}, {best.freedom:.0%} of runs go well "
        f"against {before.freedom:.0%} free of seizures before.",
    )


def _regions(axes: "Axes", found: Surgery) -> None:
    before = found.before
    shown = [before.names.index(name) for name in before.recruited[:_MOST]][::-1]
    cut = {*found.best.regions, *(end for tract in found.best.tracts for end in tract)}
    colors = [SECOND if before.names[k] in cut else MODEL for k in shown]
    share = before.probability[shown]
    axes.barh(range(len(shown)), share, color=colors, height=0.65)
    for row, k in enumerate(shown):
        axes.text(share[row] + 0.02, row, f"{before.median_onset[k]:.3g} s", va="center",
                  fontsize=SMALL, color=MEASURED)  # fmt: skip
    axes.set_yticks(range(len(shown)), [before.names[k] for k in shown], fontsize=SMALL)
    axes.set_xlim(0, 1.22)
    axes.set_xticks([0, 0.5, 1])
    left = len(before.recruited) - len(shown)
    more = f" (and {left} more)" if left > 0 else ""
    tidy(axes, x="share of runs", title=f"Regions that seize{more}")


def _operations(axes: "Axes", found: Surgery) -> None:
    def mark(plan, marker: str, color: str, label: str) -> None:
        error = np.array([[plan.freedom - plan.low], [plan.high - plan.freedom]]).clip(min=0)
        axes.errorbar(plan.tissue, plan.freedom, error, fmt=marker, color=color, ms=5, lw=1,
                      label=label)  # fmt: skip

    for k, plan in enumerate(found.plans[1:]):
        mark(plan, ".", MODEL, "other plans" if k == 0 else "_")
    for name, plan in found.baselines.items():
        mark(plan, *_MARKS.get(name, ("o", GRAY)), name)
    mark(found.best, "D", SECOND, "best plan")
    axes.axhline(found.enough, color=GRAY, lw=0.8, ls=":")
    axes.set_ylim(-0.05, 1.08)
    axes.legend(fontsize=SMALL, frameon=False, loc="upper left", bbox_to_anchor=(0.0, 0.93))
    tidy(axes, x="tissue", y="share of runs that go well", title="What operations achieve")
