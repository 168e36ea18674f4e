"""Two functional connectivity matrices, side by side and against each other."""

from collections.abc import Sequence

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
from surrobrain.signals.connectivity import upper_triangle

__all__ = ["fc"]


def fc(
    left: Float[np.ndarray, "regions regions"],
    right: Float[np.ndarray, "regions regions"],
    *,
    names: Sequence[str],
    labels: tuple[str, str] = ("measured", "model"),
) -> Picture:
    """Draw two correlation matrices and the scatter of their upper triangles.

    Parameters
    ----------
    left, right : array, shape (n_regions, n_regions)
        Pearson correlations between regions; NaN is drawn gray.
    names : sequence of str
        Regions; written when there are at most 40.
    labels : pair of str
        What the two matrices are.

    Returns
    -------
    Picture
    """
    pairs = upper_triangle(left), upper_triangle(right)
    limit = color_limit(np.concatenate(pairs))
    figure = new_figure(10.5, 3.4)
    first, second, third = figure.subplots(1, 3, width_ratios=(1, 1, 0.85))
    matrix(first, left, names=names, limit=limit, title=labels[0])
    image = matrix(second, right, names=names, limit=limit, title=labels[1], labeled=False)
    bar = figure.colorbar(image, ax=second, shrink=0.75, aspect=25)
    tidy(bar.ax, y="correlation")
    r = compare(third, *pairs, labels=labels, equality=True)
    ends = (-1.1 * limit, 1.1 * limit)
    third.set(xlim=ends, ylim=ends, box_aspect=1)
    return Picture(
        figure,
        f"Functional connectivity: {labels[0]} and {labels[1]}",
        "Which regions rise and fall together (red) or in opposition (blue). The two matrices "
        "should show the same blocks; in the scatter every dot is a pair of regions, and dots "
        "on the gray line are pairs that agree.",
        f"Two {len(names)} by {len(names)} correlation matrices, {labels[0]} and {labels[1]}; "
        f"their upper triangles correlate: {r_in_words(r)}.",
    )
