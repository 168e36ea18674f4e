"""Where along an abstract one version becomes more probable than the other."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from surrobrain.brainbench.token_view import TokenView, VersionTokens

__all__ = ["token_difference"]


def token_difference(view: "TokenView") -> Picture:
    """Draw the log-likelihood of the original minus that of the altered version, summed so far.

    Parameters
    ----------
    view : TokenView
        From `surrobrain.brainbench.view_tokens`.

    Returns
    -------
    Picture
    """
    figure = new_figure(8.4, 3.0)
    axes = figure.subplots()
    x = np.linspace(0.0, 1.0, 401)
    y = _so_far(view, x)
    axes.axhline(0.0, color=GRAY, linewidth=0.8, zorder=0)
    for edit in view.item.edits:
        first = edit.start_original / len(view.item.original)
        last = (edit.start_original + len(edit.original)) / len(view.item.original)
        axes.axvspan(first, max(last, first + 0.003), color=SECOND, alpha=0.25, linewidth=0)
    axes.plot(x, y, color=MODEL, linewidth=1.6)
    tidy(axes, x="position in the text (share of its characters)", y="difference so far (nats)")
    axes.set_xlim(0, 1)
    chosen = "original" if view.difference > 0 else "altered version"
    parts = ", ".join(f"{place} {value:+.2f}" for place, value in view.differences.items())
    return Picture(
        figure,
        "Where the difference arises",
        "Above zero the original has been the more probable so far; where the line rises, the "
        "tokens there fit the original better. Shaded: the edits. A line that goes on moving "
        "behind an edit shows that the model relates later words to it.",
        f"Over the whole text {view.difference:+.2f} nats, in favor of the {chosen}; by place: "
        f"{parts}.",
    )


def _so_far(view: "TokenView", x: Float[np.ndarray, "points"]) -> Float[np.ndarray, "points"]:
    """Sum what was said of both versions up to the same share of their edits and common text."""
    anchors = [(0, 0)]
    for edit in view.item.edits:
        anchors.append((edit.start_original, edit.start_altered))
        anchors.append(
            (edit.start_original + len(edit.original), edit.start_altered + len(edit.altered))
        )
    anchors.append((len(view.item.original), len(view.item.altered)))
    here, there = np.array(anchors, dtype=float).T
    place = x * len(view.item.original)
    same = np.interp(place, here, there)
    return _sum_until(view.original, place) - _sum_until(view.altered, same)


def _sum_until(
    tokens: "VersionTokens", place: Float[np.ndarray, "points"]
) -> Float[np.ndarray, "points"]:
    total = np.concatenate([[0.0], np.cumsum(tokens.log_prob)])
    return total[np.searchsorted(np.maximum.accumulate(tokens.stops), place + 1e-9, side="right")]
