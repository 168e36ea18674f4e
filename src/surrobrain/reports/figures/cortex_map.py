"""One number per region of a model on the cortex, and which regions cannot be seen there."""

import dataclasses

import numpy as np
from jaxtyping import Float

from surrobrain.reports.cortex import Cortex
from surrobrain.reports.figures.brain_map import brain_map
from surrobrain.reports.figures.style import color_limit
from surrobrain.reports.picture import Picture

__all__ = ["cortex_map"]

_MOST = 20  # regions named one by one


def cortex_map(
    values: Float[np.ndarray, "regions"],
    *,
    on: Cortex,
    label: str = "value",
    signed: bool = False,
) -> Picture:
    """Draw a value per region on the inflated cortex; say what is below it.

    Parameters
    ----------
    values : array, shape (n_regions,)
        What is drawn; NaN is left gray.
    on : Cortex
        From `surrobrain.reports.cortex.cortex`, for the same regions.
    label : str
        What the values are, with their unit.
    signed : bool
        Colors symmetric about zero, also where all values lie on one side of it.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        There is not one value per region, or none lies on the surface.
    """
    if len(values) != len(on.names):
        raise ValueError(
            f"{len(values)} values arrived for the {len(on.names)} regions of the cortex; a map "
            "needs one per region"
        )
    limit = color_limit(values)
    picture = brain_map(
        values, left=on.left, right=on.right, names=on.names, label=label,
        limits=(-limit, limit) if signed else None,
    )  # fmt: skip
    if not on.unseen:
        return picture
    place = {name: k for k, name in enumerate(on.names)}
    order = sorted(on.unseen, key=lambda name: -np.nan_to_num(abs(values[place[name]])))
    told = ", ".join(f"{name} {values[place[name]]:.3g}" for name in order[:_MOST])
    more = f" and {len(order) - _MOST} more" if len(order) > _MOST else ""
    return dataclasses.replace(
        picture, caption=f"{picture.caption} Not on the surface: {told}{more}."
    )
