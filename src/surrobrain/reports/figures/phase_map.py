"""Phase map: what a network does over two parameters, each behavior in its own color."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int

from surrobrain.analysis.phase_map import BEHAVIORS, PhaseMap
from surrobrain.reports.figures.style import GRAY, MEASURED, MODEL, SECOND, TRUTH, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["phase_map"]

_COLORS: dict[str, str] = {
    "rest": "#d7e6f2", "oscillation": MODEL, "irregular": SECOND, "bistable": TRUTH,
    "diverged": MEASURED,
}  # fmt: skip


def phase_map(found: PhaseMap) -> Picture:
    """Draw what a network does: a map over two quantities, amplitudes over one.

    Parameters
    ----------
    found : PhaseMap
        From `surrobrain.phase_map`.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Neither one nor two quantities were varied, or two that do not make a grid.
    """
    names = list(found.points)
    if len(names) not in (1, 2):
        raise ValueError(
            f"a map has one or two axes, but {', '.join(names)} were varied; draw fewer"
        )
    figure = new_figure(6.4, 4.6 if len(names) == 2 else 3.6)
    axes = figure.subplots()
    if len(names) == 2:
        _draw_map(axes, found.points[names[0]], found.points[names[1]], found.behavior)
    else:
        _draw_line(axes, found.points[names[0]], found)
    tidy(axes, x=names[0], y=names[1] if len(names) == 2 else "amplitude")
    there = [name for name in BEHAVIORS if found.share(name) > 0]
    for name in there:
        axes.plot([], [], "s", color=_COLORS[name], mec=GRAY, mew=0.5, ms=8, label=name)
    figure.legend(loc="outside upper center", ncols=len(there), frameon=False, fontsize=8.5)
    listed = ", ".join(f"{name} at {found.share(name):.1%}" for name in there)
    rhythm = found.frequency[found.frequency > 0]
    speed = (
        f" Oscillations have {rhythm.min():.3g} to {rhythm.max():.3g} Hz." if len(rhythm) else ""
    )
    over = " and ".join(names)
    return Picture(
        figure,
        f"Behavior over {over}",
        f"What the network does without noise at {len(found.behavior)} points of {over}: {listed}."
        f"{speed} A map of behavior says where to look; continuation says where it changes.",
        f"Behavior at {len(found.behavior)} points of {over}: {listed}.",
    )


def _draw_map(
    axes: "Axes",
    across: Float[np.ndarray, "points"],
    up: Float[np.ndarray, "points"],
    behavior: Int[np.ndarray, "points"],
) -> None:
    from matplotlib.colors import ListedColormap

    x, column = np.unique(across, return_inverse=True)
    y, row = np.unique(up, return_inverse=True)
    if len(x) * len(y) != len(behavior):
        raise ValueError(
            f"{len(behavior)} points do not fill a grid of {len(x)} by {len(y)}; vary the raveled "
            "arrays of np.meshgrid"
        )
    grid = np.empty((len(y), len(x)))
    grid[row, column] = behavior
    colors = ListedColormap([_COLORS[name] for name in BEHAVIORS])
    last = len(BEHAVIORS) - 0.5
    axes.pcolormesh(x, y, grid, cmap=colors, vmin=-0.5, vmax=last, shading="nearest",
                    rasterized=True)  # fmt: skip


def _draw_line(axes: "Axes", x: Float[np.ndarray, "points"], found: PhaseMap) -> None:
    order = np.argsort(x)
    axes.plot(x[order], found.amplitude[order], color=GRAY, lw=0.9, zorder=1)
    for k, name in enumerate(BEHAVIORS):
        here = found.behavior == k
        for values in found.amplitude[here].T:
            axes.plot(x[here], values, "o", color=_COLORS[name], mec=GRAY, mew=0.4, ms=4.5)
