"""How familiar test cases are to a model, beside texts it may have been trained on."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surrobrain.brainbench.familiarity import Comparison, TextGroup
from surrobrain.brainbench.memorization import Memorization
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    SMALL,
    TRUTH,
    log_ticks,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["familiarity"]

_colors = (MODEL, SECOND, TRUTH, "#CC79A7", "#E69F00", "#56B4E9", MEASURED)
_marks = "osD^vP*"


def familiarity(found: Memorization) -> Picture:
    """Draw perplexity over compressed length by group, and every comparison with its interval.

    Parameters
    ----------
    found : Memorization
        From `find_memorization`.

    Returns
    -------
    Picture
    """
    n_rows = max(len(found.comparisons), 1)
    figure = new_figure(11.0, max(3.6, 1.2 + 0.3 * n_rows))
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 0.8))
    _scatter(left, [group for group in found.groups if not _is_part(group, found.groups)])
    _areas(right, found.comparisons)
    return Picture(
        figure,
        f"Familiarity of the test cases to {found.model or 'the model'}",
        "Left: a text that was memorized is predicted well (low perplexity) although it is not "
        "simple (many bytes when compressed), so it lies below the cloud of its kind. Right: the "
        "probability that a text of the first group is more familiar than one of the second, among "
        "texts of like length, with 95 % intervals; 0.5 when nothing differs.",
        _in_words(found),
    )


def _is_part(group: TextGroup, groups: Sequence[TextGroup]) -> bool:
    """Tell whether a group repeats texts of the test cases, which come first."""
    return group is not groups[0] and group.name.startswith(groups[0].name + " ")


def _scatter(axes: "Axes", groups: Sequence[TextGroup]) -> None:
    for k, group in reversed(list(enumerate(groups))):  # the test cases lie on top
        few = len(group) < 10
        axes.scatter(
            group.n_zlib, np.exp(group.loss), label=f"{group.name} ({len(group)})",
            s=60 if few else 10, alpha=1.0 if few else 0.5, color=_colors[k % len(_colors)],
            marker=_marks[k % len(_marks)], linewidths=0, zorder=3 if few else 2.5 if k == 0 else 2,
            rasterized=True,
        )  # fmt: skip
    axes.set(xscale="log", yscale="log")
    axes.margins(0.08)
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)
    tidy(axes, x="bytes when compressed", y="perplexity", title="Texts")
    handles, labels = axes.get_legend_handles_labels()
    legend = axes.get_figure(root=True).legend(  # pyright: ignore[reportOptionalMemberAccess]
        handles[::-1], labels[::-1], fontsize=SMALL, frameon=False, loc="outside lower left",
        ncols=2,
    )  # fmt: skip
    for handle in legend.legend_handles:
        if handle is not None:
            handle.set_alpha(1.0)


def _areas(axes: "Axes", comparisons: Sequence[Comparison]) -> None:
    rows = np.arange(len(comparisons))[::-1]
    for row, c in zip(rows, comparisons, strict=True):
        clear = c.low > 0.5 or c.high < 0.5
        axes.plot([c.low, c.high], [row, row], color=SECOND if clear else MODEL, linewidth=1.5)
        axes.plot(c.auc, row, "o", color=SECOND if clear else MODEL, markersize=5)
        axes.annotate(
            f"{c.auc:.2f}, p = {c.p_value:.2g}", (1.06, row), fontsize=SMALL, va="center",
            annotation_clip=False,
        )  # fmt: skip
    axes.axvline(0.5, color=GRAY, linewidth=0.8, zorder=0)
    tidy(axes, x="probability of being more familiar", title="Like with like")
    axes.set(xlim=(0, 1), ylim=(-0.6, max(len(comparisons), 1) - 0.4))
    axes.set_yticks(rows, [_label(c) for c in comparisons], fontsize=SMALL)
    if not comparisons:
        axes.text(0.5, 0.1, "nothing to compare with", ha="center", fontsize=SMALL, color=GRAY)


def _label(c: Comparison) -> str:
    return f"{c.first} ({c.n_first})\nand {c.second} ({c.n_second}): {c.score}"


def _in_words(found: Memorization) -> str:
    groups = "; ".join(
        f"{group.name}: {len(group)} texts, median perplexity {np.median(np.exp(group.loss)):.3g}"
        for group in found.groups
    )
    areas = "; ".join(
        f"{c.first} against {c.second} by {c.score}: {c.auc:.2f} ({c.low:.2f} to {c.high:.2f}), "
        f"p = {c.p_value:.2g}"
        for c in found.comparisons
    )
    return f"{groups}. {areas or 'No comparison'}."
