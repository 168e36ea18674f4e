"""What an intervention did, region by region and over time."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Int

from surrobrain.checks import same_names
from surrobrain.intervention.what_if import Effect
from surrobrain.reports.figures.style import (
    MODEL,
    TRUTH,
    color_limit,
    compare,
    new_figure,
    r_in_words,
    region_ticks,
    tidy,
)
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["response"]

MOST_REGIONS = 30


def response(effect: Effect, *, truth: Effect | None = None) -> Picture:
    """Draw the change of the most affected regions, and how large it is with its interval.

    Parameters
    ----------
    effect : Effect
        What the model says.
    truth : Effect, optional
        The same intervention in the system that made the data, which takes its stimulus in a
        unit and dose of its own.

    Returns
    -------
    Picture
    """
    if truth is not None:
        same_names(effect.names, truth.names, our="the effect", their="the truth")
    order = np.argsort(-np.nan_to_num(effect.response), kind="stable")[:MOST_REGIONS]
    figure = new_figure(10.5, 1.6 + 0.135 * max(len(order), 14))
    widths = (1.0, 0.55) if truth is None else (0.85, 0.5, 0.6)
    over_time, size, *rest = figure.subplots(1, len(widths), width_ratios=widths)
    _draw_heat(over_time, effect, order, figure)
    _draw_size(size, effect, order, truth)
    left_out = len(effect.names) - len(order)
    alt = (
        f"Change after the intervention ({effect.description}) in {len(order)} regions over "
        f"{effect.times[-1]:.3g} s; most changed: {', '.join(effect.strongest(3))}."
    )
    caption = (
        "Change over time: how each region departs from the same run without the intervention, in "
        "its own standard deviations (red above, blue below). Size of change: mean size of that "
        "departure with its 95 % interval over noise seeds, the fit taken as exact; what lies at "
        "zero does not respond."
    )
    title = f"Response to {effect.description}"
    if left_out:
        caption += f" The {len(order)} most changed regions are shown, {left_out} are not."
    if truth is not None:
        r = _draw_truth(rest[0], effect, truth)
        caption += (
            " The scatter holds predicted against true changes with their sign, one dot per region "
            "that was not driven."
        )
        alt += f" Predicted and true changes correlate: {r_in_words(r)}."
        title += "" if effect.dose is None else "; the truth was driven with its own dose"
    return Picture(figure, title, caption, alt)


def _draw_heat(
    axes: "Axes", effect: Effect, order: Int[np.ndarray, "shown"], figure: "Figure"
) -> None:
    relative = (effect.difference[:, order] / effect.sd[order]).T
    limit = color_limit(relative, share=0.995)
    image = axes.imshow(
        relative, cmap="RdBu_r", vmin=-limit, vmax=limit, aspect="auto", interpolation="nearest",
        extent=(0.0, len(effect.times) / effect.sfreq, len(order) - 0.5, -0.5),
    )  # fmt: skip
    tidy(axes, x="time (s)", title="change over time")
    region_ticks(axes.yaxis, [effect.names[k] for k in order])
    bar = figure.colorbar(image, ax=axes, shrink=0.6, aspect=22, pad=0.02)
    tidy(bar.ax, y="change (sd)")


def _draw_size(
    axes: "Axes", effect: Effect, order: Int[np.ndarray, "shown"], truth: Effect | None
) -> None:
    rows = np.arange(len(order))
    middle = effect.response[order]
    reach = np.abs([middle - effect.response_low[order], effect.response_high[order] - middle])
    axes.errorbar(middle, rows, xerr=reach, fmt="o", ms=3.5, lw=1.1, color=MODEL, label="predicted")
    if truth is not None:
        axes.plot(truth.response[order], rows, "D", ms=4, mfc="none", color=TRUTH, label="true")
        axes.legend(frameon=False, fontsize=8, loc="lower right")
    axes.set(ylim=(len(order) - 0.5, -0.5), yticks=[])
    axes.set_xlim(left=0.0)
    axes.grid(axis="x", color="#e4e4e4", lw=0.6)
    axes.set_axisbelow(True)
    tidy(axes, x="mean size of change (sd)", title="size of change")


def _draw_truth(axes: "Axes", effect: Effect, truth: Effect) -> float:
    """Leave out what was driven: its response says what was put in, not what the brain did."""
    driven = () if effect.dose is None else effect.dose.names
    others = ~np.isin(effect.names, driven)
    predicted, true = (each.signed_response[others] for each in (effect, truth))
    axes.set_box_aspect(1)
    return compare(axes, true, predicted, labels=("true (sd)", "predicted (sd)"))
