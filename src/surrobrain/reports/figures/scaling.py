"""Where a number was read off a curve: the curve, its slope, and the region that counts."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.reports.figures.style import (
    GRAY,
    MEASURED,
    MODEL,
    SECOND,
    log_ticks,
    new_figure,
    tidy,
)
from surrobrain.reports.picture import Picture
from surrobrain.signals.correlation_dimension import CorrelationSum
from surrobrain.signals.lyapunov_exponent import Divergence

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["scaling"]


def scaling(found: Divergence | CorrelationSum) -> Picture:
    """Draw the curve behind an exponent or a dimension, and its local slope.

    Use it before a number of `lyapunov_exponent` or `correlation_dimension` is believed.

    Parameters
    ----------
    found : Divergence or CorrelationSum
        What either returned.

    Returns
    -------
    Picture
    """
    figure = new_figure(8.6, 3.4)
    axes = figure.subplots(1, 2)
    if isinstance(found, Divergence):
        words = _divergence(axes, found)
    else:
        words = _correlation_sum(axes, found)
    for each in axes:
        each.legend(frameon=False, fontsize=8.5)
    return Picture(figure, *words)


def _divergence(axes: "np.ndarray", found: Divergence) -> tuple[str, str, str]:
    times, curve = found.times, found.log_distance
    inside = (times >= found.window[0]) & (times <= found.window[1])
    line = found.exponent * (times[inside] - times[inside].mean()) + curve[inside].mean()
    axes[0].plot(times, curve, color=MEASURED, lw=1.4, label="neighbors")
    axes[0].plot(times[inside], line, color=SECOND, lw=2.2, label=f"{found.exponent:.3g} per s")
    axes[0].axhline(found.ceiling, color=GRAY, lw=0.9, ls=(0, (4, 3)), label="strangers")
    tidy(axes[0], x="time since neighbors (s)", y="log distance", title="Divergence")
    width = max(3, len(times) // 15)
    middle, slopes = _moving_slope(times, curve, width)
    _slope(axes[1], middle, slopes, found.window, found.exponent)
    tidy(axes[1], x="time since neighbors (s)", y="slope (1/s)", title="Local slope")
    return (
        "Lyapunov exponent",
        "How the distance of neighbors grows. Inside the shaded window the curve should be "
        "straight and its slope level; before it neighbors turn to where growth is fastest, after "
        "it they are as far apart as strangers. Without a level stretch there is no exponent.",
        f"Slope {found.exponent:.3g} per second between {found.window[0]:.3g} and "
        f"{found.window[1]:.3g} s, from {found.n_pairs} pairs.",
    )


def _correlation_sum(axes: "np.ndarray", found: CorrelationSum) -> tuple[str, str, str]:
    radii, share = found.radii, found.share
    inside = (radii >= found.region[0]) & (radii <= found.region[1])
    power = (radii[inside] / np.exp(np.log(radii[inside]).mean())) ** found.dimension
    line = power * np.exp(np.log(share[inside]).mean())
    label = f"dimension {found.dimension:.2f}"
    axes[0].plot(radii, share, "o", ms=3, color=MEASURED, label="pairs")
    axes[0].plot(radii[inside], line, color=SECOND, lw=2.2, label=label)
    axes[0].set(xscale="log", yscale="log")
    tidy(axes[0], x="radius", y="share of pairs closer", title="Correlation sum")
    _slope(axes[1], radii, found.slopes, found.region, found.dimension)
    axes[1].set(xscale="log")
    tidy(axes[1], x="radius", y="slope", title="Local slope")
    for axis in (axes[0].xaxis, axes[0].yaxis, axes[1].xaxis):
        log_ticks(axis)
    return (
        "Correlation dimension",
        "How many pairs of states are closer than a radius. Inside the shaded region the slope "
        "should be level: that is the dimension. To the left pairs are few and noise fills the "
        "space, to the right the attractor ends.",
        f"Dimension {found.dimension:.2f}, spread {found.spread:.2f}, between the radii "
        f"{found.region[0]:.3g} and {found.region[1]:.3g}; so many samples show "
        f"{found.limit:.1f} at most.",
    )


def _slope(
    axes: "Axes",
    x: Float[np.ndarray, "points"],
    slopes: Float[np.ndarray, "points"],
    region: tuple[float, float],
    value: float,
) -> None:
    axes.axvspan(*region, color=MODEL, alpha=0.12, linewidth=0, label="counts")
    axes.plot(x, slopes, color=MEASURED, lw=1.4)
    axes.axhline(value, color=SECOND, lw=1.4, label=f"{value:.3g}")


def _moving_slope(
    x: Float[np.ndarray, "points"], y: Float[np.ndarray, "points"], width: int
) -> tuple[Float[np.ndarray, "windows"], Float[np.ndarray, "windows"]]:
    """Return the slope of a line through ``width`` points at a time, and where it stands."""
    across, up = (np.lib.stride_tricks.sliding_window_view(v, width) for v in (x, y))
    middle = across.mean(axis=1)
    centered = across - middle[:, None]
    return middle, (centered * up).sum(axis=1) / np.square(centered).sum(axis=1)
