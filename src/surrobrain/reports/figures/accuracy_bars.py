"""Accuracy of models beside people, with intervals, chance and what needs no understanding."""

import numpy as np

from surrobrain.brainbench.analysis import Analysis
from surrobrain.reports.figures.model_names import shortened
from surrobrain.reports.figures.style import GRAY, MEASURED, MODEL, SECOND, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["accuracy_bars"]


def accuracy_bars(found: Analysis) -> Picture:
    """Draw the accuracy of every model, of all models together, and of people.

    Parameters
    ----------
    found : Analysis
        From ``surrobrain.brainbench.analyze``.

    Returns
    -------
    Picture
    """
    rows = _rows(found)
    figure = new_figure(8.6, 1.1 + 0.24 * len(rows))
    axes = figure.subplots()
    places = np.arange(len(rows))
    for k, (_, value, low, high, color) in enumerate(rows):
        axes.barh(k, value, height=0.66, color=color, alpha=0.55, lw=0)
        if np.isfinite(low):
            axes.plot([low, high], [k, k], color=color, lw=1.6)
        axes.annotate(f"{value:.3f}", (1.0, k), xytext=(4, 0), textcoords="offset points",
                      va="center", fontsize=7.5, annotation_clip=False)  # fmt: skip
    axes.axvline(0.5, color=GRAY, lw=0.9, ls=(0, (4, 3)))
    axes.set(yticks=places, xlim=(0, 1), ylim=(len(rows) - 0.4, -0.6))
    axes.set_yticklabels([name for name, *_ in rows])
    tidy(axes, x="accuracy (dashed: chance)")
    one = len(found.models) == 1
    people = found.versus.humans if found.versus is not None else None
    return Picture(
        figure,
        "Accuracy",
        "Bars are shares of right choices, lines 95 % intervals: of one model over other cases, of "
        "several and of people over other cases and other readers. What surface cues reach "
        "stands below, where it was computed.",
        f"{found.mean.label}: {found.mean.value:.3f} [{found.mean.low:.3f}, {found.mean.high:.3f}]"
        + ("" if people is None else
           f"; people: {people.value:.3f} [{people.low:.3f}, {people.high:.3f}]")
        + ("." if one else f"; best model {max(m.value for m in found.models):.3f}."),
    )  # fmt: skip


def _rows(found: Analysis) -> list[tuple[str, float, float, float, str]]:
    rows = [(shortened(m.label), m.value, m.low, m.high, MODEL) for m in found.models]
    if len(rows) > 1:
        rows.append((f"mean of {len(rows)} models", found.mean.value, found.mean.low,
                     found.mean.high, MEASURED))  # fmt: skip
    if found.ensemble is not None:
        e = found.ensemble
        rows.append((e.label, e.value, e.low, e.high, MEASURED))
    if found.versus is not None:
        people = [found.versus.humans, *list(found.versus.experts.values())[:1]]
        names = ("people", "people, most expert 20 %")
        rows += [(n, p.value, p.low, p.high, SECOND)
                 for n, p in zip(names, people, strict=False)]  # fmt: skip
        if (c := found.versus.crowd) is not None:
            rows.append((c.label, c.value, c.low, c.high, SECOND))
    return rows + [(b.rule, b.value, b.low, b.high, TRUTH) for b in found.baselines]
