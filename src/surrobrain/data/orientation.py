"""Which axis of a matrix is time: decided by what is known, never by a guess."""

import numpy as np

from surrobrain.checks import choice
from surrobrain.data.found import Found, Orientation

__all__ = ["decide", "time_first"]


def decide(found: Found, n_names: int, *, origin: str) -> Orientation | None:
    """Return the orientation that the source or the number of names settles, or None.

    Raises
    ------
    ValueError
        Names are known but fit neither axis.
    """
    rows, columns = found.values.shape
    if found.orientation is not None:
        return found.orientation
    if not n_names or rows == columns:
        return None
    if n_names not in (rows, columns):
        raise ValueError(
            f"{n_names} names arrived for {origin}, whose shape is {(rows, columns)}; one axis "
            "must have one entry per name"
        )
    return "time_by_region" if n_names == columns else "region_by_time"


def time_first(
    found: Found, *, n_names: int, orientation: Orientation | None, origin: str
) -> np.ndarray:
    """Return the values with time first.

    Parameters
    ----------
    found : Found
        What the source holds.
    n_names : int
        Number of region names, 0 when there are none.
    orientation : {"time_by_region", "region_by_time"} or None
        What the user says.
    origin : str
        Name of the source for messages.

    Raises
    ------
    ValueError
        Nothing decides, or the user contradicts the source; the message shows both readings.
    """
    if orientation is not None:
        choice(orientation, ("time_by_region", "region_by_time"), "orientation")
        if found.orientation not in (None, orientation):
            raise ValueError(
                f"orientation={orientation!r} contradicts {origin}, which is {found.orientation} "
                "by its format or labels; leave orientation out"
            )
    decided = orientation or decide(found, n_names, origin=origin)
    if decided is None:
        rows, columns = found.values.shape
        raise ValueError(
            f"{origin} has shape {(rows, columns)} and does not say which axis is time; "
            f"orientation='time_by_region' reads it as {rows} samples of {columns} regions, "
            f"orientation='region_by_time' as {columns} samples of {rows} regions"
        )
    return found.values if decided == "time_by_region" else found.values.T
