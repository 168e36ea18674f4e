"""CIFTI parcellated time series: regions with their names, time step in the header."""

from pathlib import Path

import numpy as np

from surrobrain.data.found import Found, damage_is_bad, reads
from surrobrain.errors import BadRecording

__all__ = ["cifti"]


@reads(".ptseries.nii", ".dtseries.nii", content="series")
def cifti(path: Path) -> Found:
    """Read a ptseries; a dense one (every vertex) is refused."""
    from nibabel.cifti2.cifti2 import load
    from nibabel.cifti2.cifti2_axes import ParcelsAxis, SeriesAxis

    with damage_is_bad(path, "CIFTI"):
        image = load(path)
        series, parcels = image.header.get_axis(0), image.header.get_axis(1)
        values = np.asarray(image.get_fdata(dtype=np.float32))
    if not (isinstance(series, SeriesAxis) and isinstance(parcels, ParcelsAxis)):
        raise BadRecording(
            f"{path.name} holds {type(series).__name__} by {type(parcels).__name__}, not time by "
            "parcels; parcellate it first (wb_command -cifti-parcellate) into a ptseries"
        )
    if series.unit != "SECOND":
        raise BadRecording(f"{path.name} runs along {series.unit}, not along seconds")
    names = tuple(str(name) for name in parcels.name)
    return Found(values, "time_by_region", 1.0 / float(series.step), names, "fMRI")
