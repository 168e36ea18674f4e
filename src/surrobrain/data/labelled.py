"""From a labelled array (xarray) to signals: dimensions name the axes, coordinates the rate."""

from typing import Any

import numpy as np

from surrobrain.data.found import Found
from surrobrain.errors import BadRecording

__all__ = ["from_data_array"]

TIMES = ("time", "times", "t")
PER_SECOND = {"s": 1.0, "sec": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e3, "msec": 1e3}


def from_data_array(array: Any) -> Found:
    """Take signals, names and rate out of an ``xarray.DataArray`` with two dimensions.

    Parameters
    ----------
    array : xarray.DataArray
        One dimension called ``time``. Its coordinate is in seconds, unless its attribute
        ``units`` says "ms" or it holds dates or durations; an attribute ``sfreq`` (Hz) of the
        array goes first. The coordinate of the other dimension gives the names.

    Raises
    ------
    BadRecording
        There are not two dimensions, or the times are not evenly spaced.
    """
    dims = tuple(str(dim) for dim in array.dims)
    if len(dims) != 2:
        raise BadRecording(f"the array has the dimensions {dims}; give time and regions alone")
    time = next((dim for dim in dims if dim.lower() in TIMES), None)
    if time is None:
        return Found(np.asarray(array.values), sfreq=_rate(array, None))
    region = dims[1 - dims.index(time)]
    names = ()
    if region in array.coords and array.coords[region].dtype.kind not in "iuf":
        names = tuple(str(name) for name in array.coords[region].values)
    orientation = "time_by_region" if dims[0] == time else "region_by_time"
    modality, unit = (str(array.attrs.get(key, "")) for key in ("modality", "units"))
    return Found(np.asarray(array.values), orientation, _rate(array, time), names, modality, unit)


def _rate(array: Any, time: str | None) -> float | None:
    if "sfreq" in array.attrs:
        return float(array.attrs["sfreq"])
    if time is None or time not in array.coords or array.sizes[time] < 2:
        return None
    times = array.coords[time].values
    per_second = PER_SECOND.get(str(array.coords[time].attrs.get("units", "s")).lower())
    if times.dtype.kind in "mM":
        times = (times - times[0]) / np.timedelta64(1, "ns")
        per_second = 1e9
    if per_second is None:
        raise BadRecording(
            f"the coordinate {time!r} is in {array.coords[time].attrs['units']!r}; "
            "give it in seconds, or give sfreq"
        )
    steps = np.diff(times.astype(np.float64))
    if not (steps > 0).all() or not np.allclose(steps, steps.mean(), rtol=1e-2):
        raise BadRecording(
            f"the coordinate {time!r} is not evenly spaced (steps from {steps.min():g} to "
            f"{steps.max():g}); resample the data to one rate first"
        )
    return float(per_second / steps.mean())
