"""One number per region on the cortex: both hemispheres, from outside and from the midline."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.data.surface import Surface
from surrobrain.reports.figures.style import SMALL, color_limit, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["brain_map"]

_BARE = (0.78, 0.78, 0.78)  # cortex without a value
_LIGHT = np.array([0.25, 0.45, 0.86])  # from above and a little from the side, towards the viewer
_EDGE = 0.75  # brightness of the border between two regions


def brain_map(
    values: Float[np.ndarray, "regions"],
    *,
    left: Surface,
    right: Surface,
    names: Sequence[str],
    label: str = "value",
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Draw a value per region on the surface of both hemispheres.

    Parameters
    ----------
    values : array, shape (n_regions,)
        What is drawn; NaN is left gray, like cortex that belongs to no region.
    left, right : Surface
        The hemispheres; number k of their parcels is ``values[k - 1]``. Regions without a parcel,
        such as subcortical ones, are not seen.
    names : sequence of str
        Regions, for the words beside the picture.
    label : str
        What the values are, with their unit.
    limits : pair of float, optional
        Where colors end. By default symmetric about zero where some values are negative, with
        the outermost 1 % beyond the end; else from the smallest value to the largest.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is no value to draw, not one name per value, or a parcel has no value.

    Notes
    -----
    Orthographic projection: triangles that face the viewer, the far ones first, lit from above.
    """
    _check(values, left, right, names)
    shown = np.unique(np.concatenate([left.parcels, right.parcels]))
    seen = np.array([k for k in shown[shown > 0] - 1 if np.isfinite(values[k])], dtype=int)
    if not len(seen):
        raise ValueError("no region with a value lies on the surface")
    low, high = _limits(values[seen]) if limits is None else limits
    colors = _colors(values, low, high)
    figure = new_figure(10.5, 2.75)
    views = ((left, -1, "left, outside"), (left, 1, "left, midline"),
             (right, -1, "right, midline"), (right, 1, "right, outside"))  # fmt: skip
    for axes, (surface, side, title) in zip(figure.subplots(1, 4), views, strict=True):
        _draw(axes, surface, side, colors)
        axes.set_title(title, fontsize=SMALL + 1, pad=2)
    _bar(figure, low, high, label)
    order = seen[np.argsort(-values[seen], kind="stable")]
    ends = ["; ".join(f"{names[k]} {values[k]:.3g}" for k in some) for some in _ends(order)]
    return Picture(
        figure,
        f"Map of {label}",
        f"Every region of the cortex in the color of its {label}. Gray has no value. Largest: "
        f"{ends[0]}. Smallest: {ends[1]}.",
        f"Both hemispheres from outside and from the midline; {label} of {len(seen)} regions from "
        f"{values[order[-1]]:.3g} to {values[order[0]]:.3g}, largest in {names[order[0]]}.",
    )


def _check(values: np.ndarray, left: Surface, right: Surface, names: Sequence[str]) -> None:
    most = max(int(surface.parcels.max(initial=0)) for surface in (left, right))
    if len(names) != len(values) or most > len(values):
        raise ValueError(
            f"{len(values)} values and {len(names)} names arrived for parcels that count to {most};"
            " give one of each per region, in the order of the parcels"
        )


def _ends(order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first three and the last three, or fewer, so that none is in both."""
    n = max(1, min(3, len(order) // 2))
    return order[:n], order[::-1][:n]


def _limits(values: np.ndarray) -> tuple[float, float]:
    if (values < 0).any():
        limit = color_limit(values)
        return -limit, limit
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low, low + 1.0)


def _palette(low: float, high: float) -> str:
    return "RdBu_r" if low < 0 < high else "viridis"


def _colors(values: np.ndarray, low: float, high: float) -> Float[np.ndarray, "parcels 3"]:
    """Return the color of every parcel number, 0 included."""
    from matplotlib import colormaps

    share = np.clip((values - low) / (high - low), 0.0, 1.0)
    found = colormaps[_palette(low, high)](np.nan_to_num(share))[:, :3]
    found[~np.isfinite(values)] = _BARE
    return np.concatenate([[_BARE], found])


def _draw(axes: "Axes", surface: Surface, side: int, colors: np.ndarray) -> None:
    """Draw one hemisphere seen from the left (-1) or from the right (1)."""
    from matplotlib.collections import PolyCollection

    # (vertices, 3): to the right on the page, up on the page, towards the viewer
    seen = surface.vertices[:, [1, 2, 0]] * [side, 1.0, side]
    corners = seen[surface.faces]
    a, b, c = (corners[:, k, :2] for k in range(3))
    (x1, y1), (x2, y2) = (b - a).T, (c - a).T
    facing = np.flatnonzero(x1 * y2 - y1 * x2 > 0)
    facing = facing[np.argsort(corners[facing, :, 2].mean(axis=1))]
    normals = surface.normals[:, [1, 2, 0]] * [side, 1.0, side]
    light = normals[surface.faces[facing]].mean(axis=1) @ (_LIGHT / np.linalg.norm(_LIGHT))
    parcels = surface.parcels[surface.faces[facing]]
    border = (parcels != parcels[:, :1]).any(axis=1)
    brightness = (0.5 + 0.5 * np.clip(light, 0.0, 1.0)) * np.where(border, _EDGE, 1.0)
    fill = colors[surface.face_parcels[facing]] * brightness[:, None]
    # edges of the same color close the hairlines between neighbors
    triangles = PolyCollection(
        list(corners[facing, :, :2]), facecolors=fill, edgecolors=fill, linewidths=0.25,
        rasterized=True,
    )  # fmt: skip
    axes.add_collection(triangles)
    axes.set(xlim=(seen[:, 0].min(), seen[:, 0].max()), ylim=(seen[:, 1].min(), seen[:, 1].max()))
    axes.margins(0.02)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _bar(figure: "Figure", low: float, high: float, label: str) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    scale = ScalarMappable(Normalize(low, high), _palette(low, high))
    bar = figure.colorbar(scale, ax=figure.axes, orientation="horizontal", shrink=0.3, aspect=30)
    tidy(bar.ax, x=label)
