"""In which layers of a model the neurons of networks lie."""

from collections.abc import Sequence

import numpy as np

from surrobrain.llm_networks.neuron_groups import NeuronGroup
from surrobrain.reports.figures.style import GRAY, MODEL, SECOND, new_figure, tidy
from surrobrain.reports.picture import Picture

__all__ = ["layer_profiles"]

_MOST = 12
_RARE = 0.05  # probability below which a layer is marked, over the number of layers


def layer_profiles(groups: Sequence[NeuronGroup], sizes: np.ndarray) -> Picture:
    """Draw the share of every group in each layer, beside the share of all neurons.

    Parameters
    ----------
    groups : sequence of NeuronGroup
        At most twelve are drawn.
    sizes : array of int, shape (n_layers,)
        Neurons of each layer.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        No group has a neuron.
    """
    alive = [g for g in groups if len(g.members)]
    if not alive:
        raise ValueError("no group has neurons")
    drawn = alive[:_MOST]
    columns = min(4, len(drawn))
    rows = -(-len(drawn) // columns)
    figure = new_figure(2.5 * columns + 0.6, 1.5 * rows + 0.5)
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    share = sizes / sizes.sum()
    for axes, group in zip(grid.ravel(), drawn, strict=False):
        rich = group.p < _RARE / len(group.layers)
        axes.bar(group.layers, group.profile, color=np.where(rich, SECOND, MODEL), width=0.8)
        axes.step(group.layers, share, where="mid", color=GRAY, lw=1.2)
        tidy(axes, title=f"{group.name} ({len(group.members)})")
    for axes in grid.ravel()[len(drawn) :]:
        axes.set_axis_off()
    for axes in grid[-1]:
        axes.set_xlabel("layer", fontsize=8.5)
    grid[0, 0].set_ylabel("share of neurons", fontsize=8.5)
    most = "; ".join(f"{g.name} most in layer {g.layers[g.profile.argmax()]}" for g in drawn)
    left = len(alive) - len(drawn)
    return Picture(
        figure,
        "Layers of the neuron groups",
        "Bars: share of a group's neurons in each layer, number of neurons in brackets. Gray line: "
        "the same share of all neurons. Orange: more than chance "
        "(hypergeometric, corrected for the number of layers)."
        + (f" {left} further groups are not drawn." if left else ""),
        f"Layer profiles of {len(drawn)} groups: {most}.",
    )
