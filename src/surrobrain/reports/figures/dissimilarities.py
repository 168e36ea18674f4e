"""RDMs as matrices, side by side."""

from collections.abc import Sequence

import numpy as np

from surrobrain.reports.figures.style import SMALL, new_figure, region_ticks, tidy
from surrobrain.reports.picture import Picture
from surrobrain.rsa.condensed import pair_of, square
from surrobrain.rsa.ranks import average_ranks
from surrobrain.rsa.rdms import RDMs

__all__ = ["dissimilarities"]

_MOST = 6


def dissimilarities(rdms: RDMs, *, rows: Sequence[int] | None = None) -> Picture:
    """Draw RDMs with one color scale, by the percentile of every pair within its RDM.

    Parameters
    ----------
    rdms : RDMs
        At least three conditions.
    rows : sequence of int, optional
        Which RDMs (of a movie, which times), at most six; by default the first ones, of a movie
        evenly spaced times.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There are fewer than three conditions.
    """
    if rdms.n_conditions < 3:
        raise ValueError(f"{rdms.n_conditions} conditions make a single pair and no matrix")
    spread = np.linspace(0, rdms.n_rdms - 1, min(_MOST, rdms.n_rdms)).round().astype(int)
    first = spread.tolist() if rdms.times is not None else range(min(_MOST, rdms.n_rdms))
    shown = list(rows if rows is not None else first)[:_MOST]
    figure = new_figure(1.2 + 2.5 * len(shown), 3.0)
    axes = figure.subplots(1, len(shown), squeeze=False)[0]
    image, names = None, ["" for _ in rdms.conditions]
    for k, one in zip(shown, axes, strict=True):
        ranks = average_ranks(np.asarray(rdms.values[k], dtype=np.float64))
        matrix = square(100 * (ranks - 1) / max(1, len(ranks) - 1))
        np.fill_diagonal(matrix, np.nan)
        image = one.imshow(matrix, cmap="viridis", vmin=0, vmax=100, interpolation="nearest")
        tidy(one, title=rdms.label(k))
        one.spines[:].set_visible(False)
        one.set_xticks([])
        region_ticks(one.yaxis, rdms.conditions if k == shown[0] else names)
    if image is not None:
        bar = figure.colorbar(image, ax=axes.tolist(), shrink=0.75, aspect=25)
        bar.set_label("percentile of pairs", fontsize=SMALL)
        tidy(bar.ax)
    extremes = "; ".join(_extremes(rdms, k) for k in shown)
    return Picture(
        figure,
        f"Dissimilarities ({rdms.measure or 'RDM'})",
        "How differently every two conditions are represented: dark pairs are alike, bright pairs "
        "are told apart. Dark squares along the diagonal are groups of conditions.",
        f"{len(shown)} matrices of {rdms.n_conditions} conditions. {extremes}.",
    )


def _extremes(rdms: RDMs, k: int) -> str:
    row = np.asarray(rdms.values[k])
    alike, apart = (
        " and ".join(rdms.conditions[c] for c in pair_of(int(p), n_conditions=rdms.n_conditions))
        for p in (row.argmin(), row.argmax())
    )
    return f"{rdms.label(k)}: most alike {alike}, farthest apart {apart}"
