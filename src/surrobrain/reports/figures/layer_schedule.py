"""Which layer of a model speaks at which time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.reports.figures.style import GRAY, MODEL, SMALL, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["layer_schedule"]


def layer_schedule(
    schedules: Sequence[Float[np.ndarray, "times layers"]],
    *,
    times: Float[np.ndarray, "times"],
    labels: Sequence[str] = ("model",),
) -> Picture:
    """Draw the weight of every layer at every time, and the mean layer over time.

    Parameters
    ----------
    schedules : sequence of array, each of shape (n_times, n_layers)
        One model, or the truth and a model; the last one is the model.
    times : array, shape (n_times,)
        Seconds from the onset of the stimulus.
    labels : sequence of str
        What each is.

    Returns
    -------
    Picture
    """
    n_layers = schedules[0].shape[1]
    figure = new_figure(3.4 * (len(schedules) + 1), 3.0)
    axes = figure.subplots(1, len(schedules) + 1)
    layers = np.arange(1, n_layers + 1)
    top = max(float(schedule.max()) for schedule in schedules)
    for one, schedule, label in zip(axes, schedules, labels, strict=False):
        one.pcolormesh(
            times, layers, schedule.T, cmap="viridis", vmin=0, vmax=top, shading="nearest",
            rasterized=True,
        )  # fmt: skip
        one.axvline(0, color="white", lw=0.8, linestyle=(0, (4, 3)))
        tidy(one, x="time (s)", y="layer", title=label)
    last = axes[len(schedules) - 1]
    bar = figure.colorbar(last.collections[0], ax=last, shrink=0.85, aspect=25)
    bar.set_label("weight", fontsize=SMALL)
    tidy(bar.ax)
    depths = [schedule @ layers for schedule in schedules]
    _depths(axes[-1], depths, times, labels)
    axes[-1].set_ylim(0.8, n_layers + 0.2)
    return Picture(
        figure,
        "Layers over time",
        "Bright: the layer that speaks at that time. A band that rises to the right says that the "
        "brain passes through the stages of the model in their order. Where images are not told "
        "apart, before onset and late in the trial, weights follow noise and mean nothing.",
        "; ".join(
            f"{label}: mean layer from {depth.min():.2f} to {depth.max():.2f} of {n_layers}"
            for label, depth in zip(labels, depths, strict=False)
        )
        + ".",
    )


def _depths(
    axes: "Axes", depths: Sequence[np.ndarray], times: np.ndarray, labels: Sequence[str]
) -> None:
    colors = (MODEL,) if len(depths) == 1 else (TRUTH, MODEL)
    for depth, label, color in zip(depths, labels, colors, strict=False):
        axes.plot(times, depth, color=color, lw=1.6, label=label)
    axes.axvline(0, color=GRAY, lw=0.6, linestyle=(0, (4, 3)))
    axes.legend(frameon=False, fontsize=SMALL, loc="lower right")
    tidy(axes, x="time (s)", y="mean layer", title="mean layer")
