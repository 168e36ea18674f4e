"""Whose model predicts whom: a matrix that is read by column."""

from typing import TYPE_CHECKING

import numpy as np

from surrobrain.clip_hba.specificity import Specificity
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, SMALL, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["own_model"]

_WRITTEN = 12  # persons up to whom every cell holds its number


def own_model(found: Specificity) -> Picture:
    """Draw the similarity of every model with every person, and what the own model gains.

    Parameters
    ----------
    found : Specificity
        From `surrobrain.clip_hba.own_against_others`.

    Returns
    -------
    Picture
    """
    n, m = len(found.persons), len(found.values)
    figure = new_figure(9.0, max(3.0, 1.2 + 0.4 * m))
    left, right = figure.subplots(1, 2, width_ratios=(1.2, 1.0))
    image = left.imshow(found.values, cmap="viridis", aspect="auto")
    middle = (found.values.max() + found.values.min()) / 2
    for i, row in enumerate(found.values):
        for j, value in enumerate(row):
            color = "black" if value > middle else "white"
            if n <= _WRITTEN:
                left.text(j, i, f"{value:.2f}", ha="center", va="center", color=color, fontsize=8)
    for k, best in enumerate(found.values[:n].argmax(axis=0)):
        left.plot(k + 0.36, best - 0.32, marker="*", color=SECOND, ms=7, mec="white", mew=0.5)
    left.axhline(n - 0.5, color="white", lw=2)
    left.set_xticks(range(n), found.persons, fontsize=SMALL)
    names = [*(f"model of {p}" for p in found.persons), *found.baselines]
    left.set_yticks(range(m), names, fontsize=SMALL)
    tidy(left, x="person measured")
    left.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=left, shrink=0.9, aspect=25)
    bar.set_label("similarity (spearman)", fontsize=SMALL)
    tidy(bar.ax)
    _columns(right, found)
    own = np.diagonal(found.values[:n])
    return Picture(
        figure,
        "Own models against others",
        "Read by column: a star marks the model of a person that predicts this person best; on the "
        "diagonal it is the own one. Rows mix persons who were measured unequally well. Right: "
        "the same columns; the gray mark is the reliability of the measurement, which no model "
        "can exceed but by chance.",
        f"The own model is the best of {n} for {found.n_identified} persons. Own: "
        + ", ".join(f"{p} {v:.3f}" for p, v in zip(found.persons, own, strict=True))
        + ".",
    )


def _columns(axes: "Axes", found: Specificity) -> None:
    n = len(found.persons)
    place = np.arange(n)
    others = ~np.eye(n, dtype=bool)
    for k in range(n):
        rest = found.values[:n][others[:, k], k]
        axes.plot(np.full(len(rest), k), rest, "o", ms=4, color=GRAY, alpha=0.7,
                  label="models of others" if k == 0 else None)  # fmt: skip
    for row, name, color, mark in zip(
        found.values[n:], found.baselines, (TRUTH, "#E69F00", "#56B4E9"), "s^v", strict=False
    ):
        axes.plot(place, row, mark, ms=5, color=color, label=name)
    axes.plot(place, np.diagonal(found.values[:n]), "D", ms=6, color=MODEL, label="own model")
    if np.isfinite(found.reliability).any():
        axes.plot(place, found.reliability, "_", ms=16, color="#222222", label="reliability")
    axes.set_xticks(place, found.persons, fontsize=SMALL)
    axes.set_xlim(-0.6, n - 0.4)
    tidy(axes, x="person measured", y="similarity (spearman)")
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1.0, 1.0))
