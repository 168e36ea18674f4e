"""Headlines under every rule by which they could have been computed."""

from collections.abc import Sequence

import numpy as np

from surrobrain.brainbench.fragile import Headline
from surrobrain.reports.figures.model_names import shortened
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["headline_readings"]


def headline_readings(found: Sequence[Headline]) -> Picture:
    """Draw the readings of each headline, the fragile ones flagged.

    Parameters
    ----------
    found : sequence of Headline
        From ``surrobrain.brainbench.analyze``.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no headline.
    """
    if not found:
        raise ValueError("there is no headline to look at")
    sizes = [len(headline.readings) for headline in found]
    figure = new_figure(8.6, 0.5 + sum(0.62 + 0.24 * size for size in sizes))
    panels = figure.subplots(
        len(found), 1, height_ratios=[1 + size for size in sizes], squeeze=False, sharex=True
    )
    ends = [r.low if np.isfinite(r.low) else r.value for h in found for r in h.readings]
    lowest = min(-0.05, min(ends) - 0.05)
    for headline, axes in zip(found, panels[:, 0], strict=True):
        color = SECOND if headline.fragile else MODEL
        for k, reading in enumerate(headline.readings):
            if np.isfinite(reading.low):
                axes.plot([reading.low, reading.high], [k, k], color=color, lw=1.4)
            axes.plot(reading.value, k, "o", ms=4.5, color=color)
            axes.annotate(f"{reading.value:.3f}", (1.0, k), xycoords=("axes fraction", "data"),
                          xytext=(4, 0), textcoords="offset points", va="center", fontsize=7.5,
                          annotation_clip=False)  # fmt: skip
        axes.axvline(0.0, color=GRAY, lw=0.8)
        axes.axvline(0.5, color=GRAY, lw=0.8, ls=(0, (4, 3)))
        axes.set(ylim=(len(headline.readings) - 0.4, -0.6), xlim=(lowest, 1.0))
        axes.set_yticks(
            range(len(headline.readings)), [shortened(r.rule) for r in headline.readings]
        )
        flag = "FRAGILE: " if headline.fragile else ""
        tidy(axes, title=f"{flag}{headline.claim}")
    panels[-1, 0].set_xlabel("accuracy, correlation or difference", fontsize=9)
    weak = [headline.claim for headline in found if headline.fragile]
    return Picture(
        figure,
        "Headlines under other rules",
        "Each row is the same headline by another rule; lines are 95 % intervals, the dashed line "
        "is chance. Orange ones move with the rule by more than they may, or hold no effect within "
        "their interval; the table says why.",
        f"{len(weak)} of {len(found)} headlines are fragile"
        + (f": {'; '.join(weak)}." if weak else "."),
    )
