"""The one look of all figures: colors, sizes, axes and matrices."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

__all__ = [
    "GRAY", "MEASURED", "MODEL", "NOTHING", "SECOND", "SMALL", "TRUTH", "color_limit", "compare",
    "log_ticks", "matrix", "new_figure", "r_in_words", "region_ticks", "tidy",
]  # fmt: skip

# Okabe and Ito: told apart with every common form of color blindness, and in gray print.
MEASURED, MODEL, SECOND, TRUTH, GRAY = "#222222", "#0072B2", "#D55E00", "#009E73", "#8a8a8a"
MOST_NAMES = 40
SMALL, MEDIUM = 7.5, 9.0
NOTHING = 1e-9  # states that differ by less are drawn as equal: it is rounding


def new_figure(width: float = 9.0, height: float = 3.2) -> "Figure":
    """Return an empty figure; sizes in inches."""
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    layout = ConstrainedLayoutEngine(wspace=0.04)
    return Figure(figsize=(width, height), layout=layout, facecolor="white")


def tidy(axes: "Axes", *, x: str = "", y: str = "", title: str = "") -> None:
    """Label the axes and take away what carries no information."""
    axes.set_xlabel(x, fontsize=MEDIUM)
    axes.set_ylabel(y, fontsize=MEDIUM)
    axes.set_title(title, fontsize=MEDIUM + 0.5, loc="left", fontweight="bold")
    axes.tick_params(labelsize=SMALL, length=2.5, width=0.6, color=GRAY)
    axes.spines[["top", "right"]].set_visible(False)
    for spine in axes.spines.values():
        spine.set(linewidth=0.6, color=GRAY)


def color_limit(values: Float[np.ndarray, "..."], *, share: float = 0.99) -> float:
    """Return where colors end that are symmetric about zero: above ``share`` of all sizes.

    Examples
    --------
    >>> color_limit(np.array([-2.0, np.nan, 2.0])), color_limit(np.array([np.nan]))
    (2.0, 1.0)
    """
    sizes = np.abs(values[np.isfinite(values)])
    if not sizes.any():
        return 1.0
    return float(np.quantile(sizes, share)) or float(sizes.max())


def matrix(
    axes: "Axes",
    values: Float[np.ndarray, "regions regions"],
    *,
    names: Sequence[str],
    limit: float,
    title: str,
    labeled: bool = True,
) -> "AxesImage":
    """Draw a region-by-region matrix, colors symmetric about zero, the diagonal left gray."""
    from matplotlib import colormaps

    colors = colormaps["RdBu_r"].with_extremes(bad="#d9d9d9")
    shown = np.where(np.eye(len(values), dtype=bool), np.nan, values)
    image = axes.imshow(shown, cmap=colors, vmin=-limit, vmax=limit, interpolation="nearest")
    tidy(axes, title=title)
    axes.spines[:].set_visible(False)
    axes.set_xticks([])
    region_ticks(axes.yaxis, names if labeled else [""] * len(names))
    return image


def region_ticks(axis: "Axis", names: Sequence[str]) -> None:
    """Name every region where that can be read; else number every twentieth."""
    n = len(names)
    if n <= MOST_NAMES:
        axis.set_ticks(range(n), names, fontsize=min(SMALL, 180.0 / n))
        axis.set_tick_params(length=0, pad=1)
    else:
        axis.set_ticks([0, *range(19, n, 20)])
        axis.set_major_formatter(lambda k, _: f"{k + 1:.0f}" if any(names) else "")


def log_ticks(axis: "Axis") -> None:
    """Write 0.02, 0.05, 0.1 ... and nothing between; powers of ten alone over many decades."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    subs = (1.0, 2.0, 5.0) if high < 1e4 * low else (1.0,)
    axis.set_major_locator(LogLocator(subs=subs, numticks=12 if len(subs) == 1 else 20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def compare(
    axes: "Axes",
    x: Float[np.ndarray, "points"],
    y: Float[np.ndarray, "points"],
    *,
    labels: tuple[str, str],
    equality: bool = False,
) -> float:
    """Scatter y over x, with the line of equality if asked; return the correlation."""
    good = np.isfinite(x) & np.isfinite(y)
    x, y = x[good], y[good]
    r = float(np.corrcoef(x, y)[0, 1]) if len(x) > 1 and x.std() > 0 and y.std() > 0 else np.nan
    dense = len(x) > 400
    axes.scatter(
        x, y, s=5 if dense else 16, alpha=0.25 if dense else 0.7, color=MODEL, linewidths=0,
        rasterized=True,
    )  # fmt: skip
    if equality:
        axes.axline((0, 0), slope=1, color=GRAY, linewidth=0.8, zorder=0)
    tidy(axes, x=labels[0], y=labels[1], title=r_in_words(r))
    return r


def r_in_words(r: float) -> str:
    """Return a correlation as it stands in titles and texts.

    Examples
    --------
    >>> r_in_words(0.512), r_in_words(np.nan)
    ('r = 0.51', 'r is not defined')
    """
    return f"r = {r:.2f}" if np.isfinite(r) else "r is not defined"
