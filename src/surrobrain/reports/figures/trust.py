"""Whether the answer of an inverse problem can be trusted: four views."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.inverse.stability import Stability
from surrobrain.inverse.uniqueness import Uniqueness
from surrobrain.inverse.well_posed import Trust
from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    TRUTH,
    log_ticks,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["trust"]

_TOLERANCE = 1e-3
_LINES = 6
_COLORS = (MODEL, SECOND, TRUTH, "#CC79A7", "#E69F00", GRAY)
_VERDICTS = {"identified": TRUTH, "weakly identified": "#E69F00", "not identified": SECOND}


def trust(found: Trust) -> Picture:
    """Draw the singular spectrum, the answer to disturbed data, profiles and verdicts.

    Parameters
    ----------
    found : Trust
        What ``trust`` returned, of a fit or of a posterior with its objective.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        The report has no stability and no uniqueness, as that of bare draws.
    """
    if found.stability is None or found.uniqueness is None:
        raise ValueError("draws without their objective have neither a spectrum nor profiles")
    figure = new_figure(9.6, 6.4)
    axes = figure.subplots(2, 2)
    _spectrum(axes[0, 0], found.stability)
    _disturbed(axes[0, 1], found.stability)
    _profiles(axes[1, 0], found.uniqueness, found.names)
    _ends(axes[1, 1], found)
    condition, n = found.stability.spectrum.condition, len(found.names)
    median = np.median(found.stability.changes[-1])
    counts = {kind: found.verdicts.count(kind) for kind in _VERDICTS}
    return Picture(
        figure,
        "Can the answer be trusted?",
        "Singular values that fall below the dashed line are combinations of unknowns that the "
        "features do not see. The estimate should move less than the data are disturbed (gray "
        "line). A profile that stays below the dashed line cannot tell values apart: noise hides "
        "its rise. Bars show what the data leave of each prior; black dots, how far from the first "
        "place searches ended that did equally well; crosses, worse ones.",
        f"Condition number {condition:.3g}, rank {found.stability.spectrum.rank} of {n}; "
        f"{100 * found.stability.levels[-1]:g} % of noise moves the estimate by "
        f"{100 * median:.2g} %; " + ", ".join(f"{k} {kind}" for kind, k in counts.items()) + ".",
    )


def _spectrum(axes: "Axes", found: Stability) -> None:
    values = found.spectrum.values
    shown = np.maximum(values / values.max(), 1e-12)
    at = np.arange(1, len(values) + 1)
    seen = shown > _TOLERANCE
    axes.plot(at, shown, color=GRAY, lw=1.0, zorder=1)
    axes.scatter(at[seen], shown[seen], s=26, color=MODEL, zorder=2)
    axes.scatter(at[~seen], shown[~seen], s=26, color=SECOND, zorder=2)
    axes.axhline(_TOLERANCE, color=GRAY, lw=0.9, ls=(0, (4, 3)))
    axes.set(yscale="log", ylim=(min(shown.min() / 3, 3e-4), 3.0), xlim=(0.5, len(values) + 0.5))
    if len(values) <= 12:
        axes.set_xticks(at)
    if shown.min() > 1e-4:
        log_ticks(axes.yaxis)
    tidy(axes, x="direction", y="singular value / largest",
         title=f"Sensitivity, condition {found.spectrum.condition:.3g}")  # fmt: skip


def _disturbed(axes: "Axes", found: Stability) -> None:
    percent, changes = 100 * found.levels, 100 * found.changes
    axes.plot(percent, percent, color=GRAY, lw=0.9, label="as much as the data")
    axes.plot(np.repeat(percent, changes.shape[1]), changes.ravel(), "o", ms=3, color=MODEL,
              alpha=0.35, mew=0)  # fmt: skip
    axes.plot(percent, np.median(changes, axis=1), color=MODEL, lw=1.6, label="noise on the data")
    if found.block_changes is not None:
        axes.axhline(100 * np.median(found.block_changes), color=SECOND, lw=1.4,
                     ls=(0, (4, 3)), label="time resampled in blocks")  # fmt: skip
    axes.set(xscale="log", yscale="log")
    log_ticks(axes.xaxis)
    log_ticks(axes.yaxis)
    how = "searched anew" if found.refitted else "from the slopes"
    tidy(axes, x="noise (% of the deviation)", y="change of the estimate (%)",
         title=f"Disturbed data, {how}")  # fmt: skip
    axes.legend(frameon=False, fontsize=8)


def _profiles(axes: "Axes", found: Uniqueness, names: tuple[str, ...]) -> None:
    offsets = np.insert(found.offsets, len(found.offsets) // 2, 0.0)
    flattest = np.argsort(found.profile.max(axis=1))[:_LINES]
    hidden = np.maximum(found.chance, 1e-6 * found.chance.max() or 1.0)  # no noise, no rise
    for color, k in zip(_COLORS, np.sort(flattest), strict=False):
        rise = np.insert(found.profile[k] / hidden[k], len(found.offsets) // 2, 0.0)
        axes.plot(offsets, rise, "o-", ms=3, lw=1.4, color=color, label=names[k])
    axes.axhline(1.0, color=GRAY, lw=0.9, ls=(0, (4, 3)))
    axes.set_yscale("symlog", linthresh=1.0)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylim(-0.1, None)
    tidy(axes, x="held beside the best value (prior s.d.)", y="rise of the loss / hidden by noise",
         title=f"Profiles{' of the flattest' if len(names) > _LINES else ''}")  # fmt: skip
    axes.legend(frameon=False, fontsize=8, loc="upper center")


def _ends(axes: "Axes", found: Trust) -> None:
    unique, n = found.uniqueness, len(found.names)
    assert unique is not None
    order = np.argsort(found.shrinkage)[: min(n, 24)]
    order = np.sort(order)
    left = np.sqrt(np.clip(1 - found.shrinkage, 0.0, 1.0))
    for row, k in enumerate(order):
        axes.barh(row, left[k], height=0.62, color=_VERDICTS[found.verdicts[k]], alpha=0.55)
    places = unique.places
    for place in np.unique(places):
        center = unique.ends[places == 0].mean(axis=0)
        ends = (unique.ends[places == place] - center)[:, order]
        color, mark = (GRAY, "x") if place < 0 else (MEASURED, "o")
        across = np.abs(ends).ravel()
        rows = np.tile(np.arange(len(order)), len(ends))
        axes.plot(across, rows, mark, ms=4, color=color, mew=1.0 if place < 0 else 0, alpha=0.7)
    axes.set_yticks(range(len(order)), [found.names[k] for k in order])
    axes.axvline(1.0, color=GRAY, lw=0.9, ls=(0, (4, 3)))
    axes.invert_yaxis()
    axes.set_xlim(0, None)
    for kind, color in _VERDICTS.items():
        axes.barh(0, 0, color=color, alpha=0.55, label=kind)
    tidy(axes, x="left of the prior; distance of ends (prior s.d.)")
    axes.legend(frameon=False, fontsize=8, loc="lower right", bbox_to_anchor=(1.0, 0.99), ncols=3)
