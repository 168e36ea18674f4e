"""Simulated SEEG before and after a virtual operation."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.intervention.seeg_view import SeegView
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, SMALL, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["seeg"]

_MOST = 24  # contacts that can be read above each other


def seeg(view: SeegView) -> Picture:
    """Draw the contacts that move most, before and after, and how much every contact moves.

    Parameters
    ----------
    view : SeegView
        What `seeg_view` returned.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No contact sees anything before the operation.
    """
    before, after = view.swing
    if not before.max() > 0:
        raise ValueError("no contact sees anything move before the operation")
    shown = np.sort(np.argsort(-before, kind="stable")[:_MOST])[::-1]
    figure = new_figure(10.5, 1.2 + 0.2 * max(len(shown), 10))
    panels = figure.subplots(1, 3, width_ratios=(1.3, 1.3, 1.0))
    size = float(before[shown].max())
    runs = ((view.before, "before", MODEL), (view.after, "after the best plan", SECOND))
    for axes, (run, title, color) in zip(panels[:2], runs, strict=True):
        for row, k in enumerate(shown):
            x = run.values[:, k]
            axes.plot(run.times, row + (x - x[0]) / size, color=color, linewidth=0.7)
        tidy(axes, x="time (s)", title=title)
        axes.set_ylim(-1.0, len(shown) + 0.6)
        axes.set_yticks(range(len(shown)), [view.before.names[k] for k in shown], fontsize=6)
    panels[1].set_yticks([])
    _swings(panels[2], before, after)
    top = view.before.names[int(np.argmax(before))]
    unit = "power, gain times exp(x)" if view.sees == "power" else "potential, gain times x"
    return Picture(
        figure,
        "Simulated SEEG",
        f"The {len(shown)} of {len(before)} contacts that move most, on one scale, in one run of "
        f"the model before and after the operation ({view.plan.label}), with the same noise "
        f"({unit}). Right: range of every contact, before and after; below the line it moves less. "
        "Contacts in removed tissue see what is left around it.",
        f"Over {len(before)} contacts {view.left:.0%} of the range is left; {top} moved most "
        f"before, and {np.mean(after < 0.5 * before):.0%} of the contacts lose more than half.",
    )


def _swings(axes: "Axes", before: np.ndarray, after: np.ndarray) -> None:
    axes.scatter(before, after, s=12, color=SECOND, linewidths=0, alpha=0.7)
    axes.axline((0, 0), slope=1, color=GRAY, linewidth=0.8, zorder=0)
    axes.set_xlim(left=0)
    axes.set_ylim(0, max(float(after.max()), float(before.max())) * 1.05)
    axes.tick_params(labelsize=SMALL)
    tidy(axes, x="range before", y="range after", title="all contacts")
