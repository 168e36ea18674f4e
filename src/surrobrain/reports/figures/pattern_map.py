"""A value per voxel or vertex: slices of a volume, or the cortex from four sides."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from surrobrain.llm_networks.brain_space import BrainSpace
from surrobrain.reports.figures.style import SMALL, color_limit, new_figure, tidy
from surrobrain.reports.picture import Picture

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["pattern_map"]

_SLICES = 7


def pattern_map(
    values: Float[np.ndarray, "targets"], *, space: BrainSpace, title: str, label: str = "value",
    limit: float | None = None,
) -> Picture:  # fmt: skip
    """Draw a map where it lies.

    Parameters
    ----------
    values : array, shape (n_targets,)
        One per voxel, or per vertex of fsaverage5.
    space : BrainSpace
        A volume, or a surface, for which nilearn brings the shape.
    title : str
        What is shown.
    label : str
        Of the colors, with unit.
    limit : float, optional
        Where colors end, on both sides of zero.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        Parcels have no place that could be drawn, or a surface is not fsaverage5.
    """
    limit = limit or color_limit(values)
    if space.kind == "volume":
        figure = _volume(values, space, limit, label)
        how = "Axial slices from bottom to top, left is left."
    elif space.kind == "surface":
        figure = _surface(values, space, limit, label)
        how = "Both hemispheres from outside and from the midline."
    else:
        raise ValueError("parcels are drawn only where their voxels or vertices are known")
    return Picture(
        figure, title, f"{how} Gray was not measured.",
        f"{label} from {np.nanmin(values):.3g} to {np.nanmax(values):.3g} over {space.n} places.",
    )  # fmt: skip


def _volume(values: np.ndarray, space: BrainSpace, limit: float, label: str) -> "Figure":
    from matplotlib import colormaps

    assert space.voxels is not None
    assert space.grid is not None
    volume = np.full(space.grid.tolist(), np.nan)
    volume[tuple(space.voxels.T)] = values
    used = np.unique(space.voxels[:, 2])
    chosen = np.unique(np.linspace(used[0], used[-1], min(_SLICES, len(used)) + 2)[1:-1].round())
    flip = space.affine is not None and space.affine[0, 0] < 0  # stored from right to left
    figure = new_figure(10.5, 2.2)
    panels = np.atleast_1d(figure.subplots(1, len(chosen)))
    colors = colormaps["RdBu_r"].with_extremes(bad="#e4e4e4")
    image = None
    for axes, k in zip(panels, chosen.astype(int), strict=True):
        plane = volume[:: -1 if flip else 1, :, k].T
        image = axes.imshow(
            plane, cmap=colors, vmin=-limit, vmax=limit, origin="lower", interpolation="nearest"
        )
        axes.set_axis_off()
        if space.affine is not None:
            height = space.affine[2, 2] * k + space.affine[2, 3]
            axes.set_title(f"z = {height:.0f} mm", fontsize=SMALL)
    assert image is not None
    bar = figure.colorbar(image, ax=list(panels), shrink=0.8, aspect=18)
    tidy(bar.ax, y=label)
    return figure


def _surface(values: np.ndarray, space: BrainSpace, limit: float, label: str) -> "Figure":
    from nibabel.gifti.gifti import GiftiImage
    from nibabel.loadsave import load

    from surrobrain.data.surface import Surface
    from surrobrain.lazy import need
    from surrobrain.reports.figures.brain_map import brain_map

    assert space.vertices is not None
    assert space.right is not None
    n = 10242
    if space.vertices.max() >= n:
        raise ValueError("only fsaverage5 can be drawn, whose hemispheres have 10242 vertices")
    shapes = need("nilearn.datasets", extra="fmri").fetch_surf_fsaverage("fsaverage5")
    full = np.full(2 * n, np.nan)
    full[space.right * n + space.vertices] = values
    sides = []
    for side, name in enumerate(("left", "right")):
        image = load(shapes[f"infl_{name}"])
        assert isinstance(image, GiftiImage)
        points, faces = (np.asarray(image.darrays[k].data) for k in (0, 1))
        sides.append(
            Surface(points.astype(np.float64), faces.astype(np.int64), 1 + side * n + np.arange(n))
        )
    names = [f"vertex {k}" for k in range(2 * n)]
    drawn = brain_map(
        full, left=sides[0], right=sides[1], names=names, label=label, limits=(-limit, limit)
    )
    return drawn.figure
