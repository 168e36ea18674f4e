"""Targets: which region does most, how sure that is, and what strength alone would have said."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.intervention.targets import Targets
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, SMALL, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["targets"]

_MOST = 25
_NAMED = 3


def targets(found: Targets) -> Picture:
    """Draw the ranking with intervals over noise seeds, beside the strength of the regions.

    Parameters
    ----------
    found : Targets
        From `surrobrain.rank_targets` or `surrobrain.what_if_each`.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No region has a score.
    """
    if not np.isfinite(found.score).any():
        raise ValueError("no region has a score")
    known = int(np.isfinite(found.score).sum())
    order = [found.names.index(name) for name in found.highest(min(_MOST, known))]
    tied = _tied(found, order[0])
    figure = new_figure(9.6, 1.5 + 0.165 * max(len(order), 14))
    ranking, beside = figure.subplots(1, 2, width_ratios=(1.1, 1))
    _draw_ranking(ranking, found, order, tied)
    _draw_strength(beside, found, order)
    best, second = found.names[order[0]], len(tied) - 1
    rest = known - len(order)
    sure = (
        f"{second} other{'s' if second > 1 else ''} cannot be told from {best} (orange): their "
        "intervals overlap"
        if second
        else f"no other interval overlaps that of {best} (orange)"
    )
    return Picture(
        figure,
        f"Ranking: {found.description}",
        f"Score of every region with its 95 % interval over {found.n_seeds} noise seeds, the "
        f"model taken as exact; {sure}. Right: the same scores against the summed weights of the "
        "regions, what one would go by without a model of dynamics."
        + (f" {rest} regions with lower scores are not listed." if rest else ""),
        f"Highest of {known}: {', '.join(found.highest(_NAMED))}; rank correlation with strength "
        f"{_rho(found)}.",
    )


def _tied(found: Targets, best: int) -> set[int]:
    """Return the best region, and those whose interval reaches into its own."""
    reach = found.high >= found.low[best]
    return {int(k) for k in np.flatnonzero(reach & np.isfinite(found.score))} | {best}


def _draw_ranking(axes: "Axes", found: Targets, order: list[int], tied: set[int]) -> None:
    rows = np.arange(len(order))
    for row, k in zip(rows, order, strict=True):
        color = SECOND if k in tied else MODEL
        axes.plot([found.low[k], found.high[k]], [row, row], color=color, lw=1.6, alpha=0.6)
        axes.plot(found.score[k], row, "o", color=color, ms=4.5)
    axes.set_yticks(rows, [found.names[k] for k in order], fontsize=min(SMALL, 190 / len(rows)))
    axes.set_ylim(len(order) - 0.4, -0.6)
    if (found.low[order] < 0).any():
        axes.axvline(0.0, color=GRAY, lw=0.8, ls=":")
    axes.locator_params(axis="x", nbins=5)
    axes.grid(axis="x", color="#e8e8e8", lw=0.6)
    axes.set_axisbelow(True)
    tidy(axes, x="score", title="regions by score")
    axes.tick_params(axis="y", length=0)


def _draw_strength(axes: "Axes", found: Targets, order: list[int]) -> None:
    axes.plot(found.strength, found.score, "o", color=MODEL, ms=4, alpha=0.65, mew=0)
    middle = np.mean(axes.get_xlim())
    for k, color in ((order[0], SECOND), (int(found.strength.argmax()), MODEL)):
        right = found.strength[k] > middle
        axes.plot(found.strength[k], found.score[k], "o", color=color, ms=5)
        axes.annotate(
            found.names[k], (found.strength[k], found.score[k]), xytext=(-6 if right else 6, 0),
            textcoords="offset points", ha="right" if right else "left", va="center",
            fontsize=SMALL,
        )  # fmt: skip
        if order[0] == int(found.strength.argmax()):
            break
    axes.margins(0.08)
    tidy(axes, x="strength (summed weights)", y="score", title=f"rank correlation {_rho(found)}")


def _rho(found: Targets) -> str:
    rho = found.agreement
    return f"{rho:.2f}" if np.isfinite(rho) else "not defined"
