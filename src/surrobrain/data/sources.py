"""Open any file that may hold a recording, and add what stands beside it."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from surrobrain.checks import positive
from surrobrain.data import bids
from surrobrain.data.arrays import choose_array, loaded, rate_beside, texts_beside
from surrobrain.data.atlas import average_regions
from surrobrain.data.found import Found, Stored, opener
from surrobrain.data.mne_raw import from_raw, typed
from surrobrain.errors import BadRecording

__all__ = ["from_arrays", "from_file", "with_sidecar"]


def from_file(path: Path, *, which: str | None = None, atlas: object = None) -> Found:
    """Return the signals in a file, with all that file, name and JSON sidecar state.

    Parameters
    ----------
    path : Path
        A file of a known format.
    which, atlas
        As in ``read``.
    """
    reader = opener(path)
    opened = reader(path)
    match reader.content:
        case "arrays":
            found = from_arrays(opened, which, path=path)
        case "raw":
            found = from_raw(typed(opened, bids.channels(path)), which)
        case "volume":
            found = average_regions(opened, atlas, source=path.name)
        case "series":
            found = opened
        case _:
            raise BadRecording(
                f"{path.name} holds a connectome, not a recording; use read_connectome"
            )
    return with_sidecar(found, path)


def from_arrays(arrays: Mapping[str, Stored], which: str | None, *, path: Path) -> Found:
    """Choose the array with the signals; names on one side tell which axis is time."""
    name = choose_array(arrays, which, usual="values", source=path.name, square=False)
    values, stored = loaded(arrays, name, path=path), arrays[name]
    if values.ndim != 2:
        raise BadRecording(
            f"{name} in {path.name} has shape {values.shape}, but a recording needs two axes, "
            "time and regions"
        )
    rows, columns = stored.row_names, stored.column_names
    sfreq, hint = rate_beside(arrays, path=path), stored.hint
    if rows and columns:  # words on both sides decide nothing
        return Found(values, sfreq=sfreq, hint=hint)
    if rows or columns:
        orientation = "region_by_time" if rows else "time_by_region"
        return Found(values, orientation, sfreq, rows or columns, hint=hint)
    names, modality, unit = (
        texts_beside(arrays, key, path=path) for key in ("names", "modality", "unit")
    )
    # what write() wrote has time first, like everything in this package
    own = name == "values" and {"sfreq", "names", "modality", "unit"} <= arrays.keys()
    return Found(
        values,
        "time_by_region" if own else None,
        sfreq,
        names,
        "".join(modality),
        "".join(unit),
        hint=hint,
        inputs=loaded(arrays, "inputs", path=path) if own and "inputs" in arrays else None,
    )


def with_sidecar(found: Found, path: Path) -> Found:
    """Add the rate that a JSON file beside the recording states, and the modality of its name."""
    beside = bids.metadata(path)
    rates: dict[str, float] = {}
    if "SamplingFrequency" in beside:
        stated = beside["SamplingFrequency"]
        rates["SamplingFrequency"] = positive(stated, "SamplingFrequency", unit="Hz")
    if "RepetitionTime" in beside:
        rates["RepetitionTime"] = 1 / positive(beside["RepetitionTime"], "RepetitionTime", unit="s")
    if found.sfreq is not None:
        rates["the file itself"] = positive(found.sfreq, "sfreq", unit="Hz")
    suffix = path.name.partition(".")[0].rsplit("_", 1)[-1]
    modality = found.modality or bids.MODALITIES.get(suffix, "")
    if rates and max(rates.values()) > 1.01 * min(rates.values()):
        said = ", ".join(f"{rate:g} Hz by {who}" for who, rate in rates.items())
        hint = f"its rate is stated in two ways ({said})"
        return dataclasses.replace(found, sfreq=None, modality=modality, hint=hint)
    return dataclasses.replace(found, sfreq=next(iter(rates.values()), None), modality=modality)
