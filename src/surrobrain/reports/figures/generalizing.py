"""Temporal generalization as a matrix."""

import numpy as np

from surrobrain.reports.figures.style import GRAY, SMALL, color_limit, new_figure, tidy
from surrobrain.reports.picture import Picture
from surrobrain.rsa.generalizing import Generalization

__all__ = ["generalizing"]


def generalizing(
    found: Generalization, *, labels: tuple[str, str] = ("first", "second")
) -> Picture:
    """Draw how well every time speaks for every other.

    Parameters
    ----------
    found : Generalization
        From `surrobrain.rsa.generalization`, `group_generalization` or `decode`.
    labels : pair of str
        What the two sides are, such as ``("model", "brain")``.

    Returns
    -------
    Picture
    """
    chance = 0.5 if found.method == "AUC" else 0.0
    limit = color_limit(found.values - chance)
    figure = new_figure(5.0, 4.0)
    axes = figure.subplots()
    mesh = axes.pcolormesh(
        found.second_times, found.first_times, found.values, cmap="RdBu_r", shading="nearest",
        vmin=chance - limit, vmax=chance + limit, rasterized=True,
    )  # fmt: skip
    low = max(found.first_times[0], found.second_times[0])
    high = min(found.first_times[-1], found.second_times[-1])
    axes.plot([low, high], [low, high], color=GRAY, lw=0.8)
    for line in (axes.axhline, axes.axvline):
        line(0, color=GRAY, lw=0.6, linestyle=(0, (4, 3)))
    axes.set_box_aspect(1)
    tidy(axes, x=f"time (s), {labels[1]}", y=f"time (s), {labels[0]}")
    bar = figure.colorbar(mesh, ax=axes, shrink=0.8, aspect=25)
    bar.set_label(found.method, fontsize=SMALL)
    tidy(bar.ax)
    i, j = np.unravel_index(int(found.values.argmax()), found.values.shape)
    return Picture(
        figure,
        "Temporal generalization",
        "Red away from the diagonal: what is told apart at one time is told apart alike at "
        "another, a code that lasts or returns. Red along the diagonal alone: a code that changes.",
        f"Matrix of {len(found.first_times)} by {len(found.second_times)} times; largest "
        f"{found.method} {found.values[i, j]:.3f} at {found.first_times[i]:g} s ({labels[0]}) and "
        f"{found.second_times[j]:g} s ({labels[1]}).",
    )
