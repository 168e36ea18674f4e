"""Effective connectivity: which region drives which, estimated and, where known, true."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.reports.figures.style import (
    color_limit,
    compare,
    matrix,
    new_figure,
    r_in_words,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

__all__ = ["ec"]


def ec(
    estimate: Float[np.ndarray, "regions regions"],
    *,
    names: Sequence[str],
    truth: Float[np.ndarray, "regions regions"] | None = None,
) -> Picture:
    """Draw an effective connectivity matrix, beside the true one if that is known.

    Parameters
    ----------
    estimate : array, shape (n_regions, n_regions)
        Influence **from column to row**.
    names : sequence of str
        Regions; written when there are at most 40.
    truth : array, shape (n_regions, n_regions), optional
        The connectivity that made the data; only its pattern is compared, not its scale.

    Returns
    -------
    Picture
    """
    caption = (
        "Influence of each region (column) on each other region (row): red excites, blue "
        "inhibits. Colors end at the strongest 1 % of connections."
    )
    alt = f"Matrix of {len(names)} by {len(names)} directed influences"
    if truth is None:
        figure = new_figure(5.6, 4.8)
        axes = figure.subplots()
        image = _draw(axes, estimate, names, "estimated")
        bar = figure.colorbar(image, ax=axes, shrink=0.8, aspect=28)
        tidy(bar.ax, y="influence")
        return Picture(figure, "Effective connectivity", caption, f"{alt}.")
    figure = new_figure(10.5, 3.9)
    first, second, third = figure.subplots(1, 3, width_ratios=(1, 1, 0.85))
    _draw(first, truth, names, "true")
    _draw(second, estimate, names, "estimated", labeled=False)
    off = ~np.eye(len(names), dtype=bool)
    r = compare(third, truth[off], estimate[off], labels=("true", "estimated"))
    third.set_box_aspect(1)
    return Picture(
        figure,
        "Effective connectivity: true and estimated",
        f"{caption} Each matrix has its own scale: the truth is known up to a factor. In the "
        "scatter every dot is one direction between two regions; the closer to a rising line, "
        "the better the wiring was recovered.",
        f"{alt}, true and estimated; off the diagonal they correlate: {r_in_words(r)}.",
    )


def _draw(
    axes: "Axes", values: np.ndarray, names: Sequence[str], title: str, *, labeled: bool = True
) -> "AxesImage":
    limit = color_limit(values[~np.eye(len(values), dtype=bool)])
    image = matrix(axes, values, names=names, limit=limit, title=title, labeled=labeled)
    axes.set_xlabel("from", fontsize=9)
    axes.set_ylabel("to" if labeled else "", fontsize=9)
    return image
