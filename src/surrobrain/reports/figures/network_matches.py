"""Patterns of a language model beside networks of the brain."""

import numpy as np

from surrobrain.llm_networks.network_matching import Links
from surrobrain.reports.figures.style import SMALL, color_limit, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["network_matches"]

_MOST = 32  # patterns that are drawn


def network_matches(links: Links) -> Picture:
    """Draw the agreement of every pattern with every network; ringed where it is a discovery.

    Parameters
    ----------
    links : Links
        From `surrobrain.llm_networks.match`.

    Returns
    -------
    Picture
    """
    size = np.abs(links.score)
    order = np.lexsort((-size.max(axis=1), size.argmax(axis=1)))
    if len(order) > _MOST:  # those that agree most, still in the order of their networks
        chosen = set(np.argsort(-size.max(axis=1))[:_MOST].tolist())
        order = np.array([k for k in order if k in chosen])
    shown = links.score[order].T
    n_networks, n_patterns = shown.shape
    figure = new_figure(min(10.5, 2.6 + 0.26 * n_patterns), 1.3 + 0.26 * n_networks)
    axes = figure.subplots()
    signed = links.recipe.score == "correlation"
    limit = color_limit(shown)
    image = axes.imshow(
        shown, cmap="RdBu_r" if signed else "viridis", vmin=-limit if signed else 0.0, vmax=limit,
        aspect="auto", interpolation="nearest",
    )  # fmt: skip
    found = np.argwhere(links.recipe.rate >= links.q[order].T)
    if len(found):
        axes.scatter(
            found[:, 1], found[:, 0], s=42, facecolors="none", edgecolors="black", linewidths=1.1
        )
    tidy(axes, x="pattern", title="")
    axes.set_yticks(range(n_networks), links.networks.names, fontsize=SMALL)
    axes.set_xticks(range(n_patterns), [str(k) for k in order], fontsize=min(SMALL, 6.5))
    axes.spines[:].set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, aspect=18)
    tidy(bar.ax, y=links.recipe.score)
    named = "; ".join(f"pattern {k} with {links.networks.names[j]}" for k, j in links.matched[:6])
    left = len(size) - n_patterns
    return Picture(
        figure,
        "Patterns and brain networks",
        f"Each column is a pattern of the model, each row a network. Rings: agreement beyond that "
        f"of equally smooth maps ({links.method}), false discovery rate {links.recipe.rate:g} over "
        "all pairs."
        + (f" The {left} patterns that agree least are not drawn." if left else "")
        + (" The sign of a pattern is arbitrary." if signed else ""),
        f"{len(links.matched)} of {len(size)} patterns were matched: {named or 'none'}.",
    )
