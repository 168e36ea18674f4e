"""How strongly to penalize: the L-curve, and the error on left-out time."""

import numpy as np

from surrobrain.inverse.strength import Strength
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, log_ticks, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["strength"]


def strength(found: Strength) -> Picture:
    """Draw the L-curve of a penalty, and what every strength predicts of left-out time.

    Parameters
    ----------
    found : Strength
        What ``choose_strength`` returned.

    Returns
    -------
    Picture
    """
    figure = new_figure(8.6, 3.5)
    curve, error = figure.subplots(1, 2)
    best = int(np.flatnonzero(found.weights == found.best)[0])
    sizes = np.maximum(found.sizes, 1e-9 * found.sizes.max() or 1e-300)
    curve.plot(found.misfits, sizes, "o-", color=GRAY, ms=4, lw=1.2)
    for at in np.flatnonzero(found.weights == found.corner):
        curve.plot(found.misfits[at], sizes[at], "o", color=SECOND, ms=8, label="corner")
        error.axvline(found.weights[at], color=SECOND, lw=0.9, ls=(0, (4, 3)))
    curve.plot(found.misfits[best], sizes[best], "o", color=MODEL, ms=5, label="lowest error")
    for weight, x, y in zip(found.weights, found.misfits, sizes, strict=True):
        curve.annotate(f"{weight:.3g}", (x, y), xytext=(5, 4), textcoords="offset points",
                       fontsize=7.5, color="#555555")  # fmt: skip
    curve.set_yscale("log")
    curve.margins(0.12)
    if found.misfits.max() > 5 * found.misfits.min():
        curve.set_xscale("log")
        log_ticks(curve.xaxis)
    log_ticks(curve.yaxis)
    tidy(curve, x="misfit", y="penalty at weight 1", title="L-curve")
    curve.legend(frameon=False, fontsize=8)
    error.plot(found.weights, found.misfits, "o-", color=GRAY, ms=4, lw=1.2, label="fitted part")
    error.plot(found.weights, found.errors, "o-", color=MODEL, ms=4, lw=1.5, label="left-out part")
    error.axvline(found.best, color=MODEL, lw=0.9, ls=(0, (4, 3)))
    error.set_xscale("log")
    tidy(error, x="weight of the penalty", y="distance", title="Left-out time")
    log_ticks(error.xaxis)
    error.legend(frameon=False, fontsize=8)
    return Picture(
        figure,
        "Strength of the penalty",
        "Left: going up the curve the penalty grows and the misfit hardly falls, going right the "
        "misfit grows; the corner balances both. Right: the strength with the lowest error on "
        "time that was left out (blue line) and the corner (orange line) should be near each "
        "other; if the blue line stands at the edge, try stronger or weaker penalties.",
        f"Lowest error {found.errors[best]:.3g} at weight {found.best:g}; "
        + ("no corner." if found.corner is None else f"corner at weight {found.corner:g}."),
    )
