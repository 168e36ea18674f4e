"""Fixed points: where a model can stand still, and how it leaves or returns there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from surrobrain.analysis.fixed_points import FixedPoint
from surrobrain.reports.figures.style import (
    GRAY,
    MODEL,
    NOTHING,
    SECOND,
    SMALL,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["fixed_points"]

_LABELED = 12


def fixed_points(points: Sequence[FixedPoint]) -> Picture:
    """Draw the states of all fixed points, and the eigenvalues that decide their stability.

    Parameters
    ----------
    points : sequence of FixedPoint
        From `surrobrain.fixed_points`, of one model.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no fixed point, or they belong to several models.
    """
    if not len(points):
        raise ValueError("no fixed point was found")
    if len({(len(p.state), p.discrete) for p in points}) > 1:
        raise ValueError("the fixed points belong to several models; draw them apart")
    figure = new_figure(9.6, 3.9)
    states, plane = figure.subplots(1, 2, width_ratios=(1.15, 1))
    _draw_states(states, points)
    _draw_eigenvalues(plane, points)
    handles = [
        figure.axes[0].plot([], [], "o", color=color, label=label)[0]
        for label, color in (("stable", MODEL), ("unstable", SECOND))
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False, fontsize=8.5)
    kinds = [p.kind for p in points]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    side = "inside the dotted circle" if points[0].discrete else "left of the dotted line"
    return Picture(
        figure,
        "Fixed points",
        f"Where the model can stand still without noise: {told}. Left: every state of each point. "
        f"Right: its eigenvalues; departures in a direction whose eigenvalue lies {side} die out.",
        f"{len(points)} fixed points of {len(points[0].state)} states: {told}.",
    )


def _color(point: FixedPoint) -> str:
    return MODEL if point.stable else SECOND


def _draw_states(axes: "Axes", points: Sequence[FixedPoint]) -> None:
    n = len(points[0].state)
    few = n <= _LABELED
    for k, point in enumerate(sorted(points, key=lambda p: p.stable)):
        aside = 0.5 * (k / max(len(points) - 1, 1) - 0.5) if few else 0.0  # equal ones stay visible
        axes.plot(
            np.arange(n) + aside, point.state, "o" if few else "-", color=_color(point), ms=5.5,
            lw=1.0, alpha=0.9 if len(points) < 10 else 0.5,
        )  # fmt: skip
    if few:
        axes.set_xticks(range(n), _short(points[0].names), rotation=30, ha="right", fontsize=SMALL)
        axes.set_xlim(-0.6, n - 0.4)
    if max(np.abs(p.state).max() for p in points) < NOTHING:
        axes.set_ylim(-1.0, 1.0)
    tidy(axes, x="" if few else "state", y="value", title="states")
    axes.grid(axis="y", color="#ececec", lw=0.6)
    axes.set_axisbelow(True)


def _short(names: Sequence[str]) -> list[str]:
    """Return names without a region that they all share."""
    parts = [name.partition(" of ") for name in names]
    one = len({region for _, _, region in parts}) == 1
    return [state if one else name for name, (state, _, _) in zip(names, parts, strict=True)]


def _draw_eigenvalues(axes: "Axes", points: Sequence[FixedPoint]) -> None:
    for point in sorted(points, key=lambda p: p.stable):
        shown = point.eigenvalues
        axes.plot(
            np.real(shown), np.imag(shown), "o", color=_color(point), ms=4.5, alpha=0.7, mew=0
        )
    if points[0].discrete:
        turn = np.linspace(0, 2 * np.pi, 200)
        axes.plot(np.cos(turn), np.sin(turn), color=GRAY, lw=0.9, ls=":")
        axes.set_aspect("equal", adjustable="datalim")
    else:
        axes.axvline(0.0, color=GRAY, lw=0.9, ls=":")
        if max(np.abs(np.imag(p.eigenvalues)).max() for p in points) == 0:
            axes.set_ylim(-1.0, 1.0)
    axes.axhline(0.0, color="#e4e4e4", lw=0.6, zorder=0)
    unit = "factor per step" if points[0].discrete else "rate"
    tidy(axes, x=f"real part ({unit})", y="imaginary part", title="eigenvalues")
