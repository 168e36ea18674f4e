"""Read a recording from any of the formats it may come in."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.data import bids
from surrobrain.data.found import Found, Orientation
from surrobrain.data.labelled import from_data_array
from surrobrain.data.mne_raw import from_raw
from surrobrain.data.names import region_names
from surrobrain.data.orientation import time_first
from surrobrain.data.recording import OnBad, Recording
from surrobrain.data.sources import from_file
from surrobrain.errors import BadRecording

__all__ = ["read"]


def read(
    source: object,
    *,
    sfreq: float | None = None,
    names: Sequence[str] | str | Path | None = None,
    orientation: Orientation | None = None,
    which: str | Mapping[str, str] | None = None,
    atlas: object = None,
    on_bad: OnBad = "raise",
) -> Recording:
    """Read a recording; what the source does not state must be said, nothing is guessed.

    Parameters
    ----------
    source : path, array, xarray.DataArray or mne.io.Raw
        npy, npz, csv, tsv, txt, mat, NIfTI, CIFTI ptseries, EDF, BDF, BrainVision, FIF; the
        folder of a BIDS data set; or data in memory. An array has time first.
    sfreq : float, optional
        Rate in Hz, for fMRI 1 / TR. Needed where neither the file nor a JSON file beside it
        (``RepetitionTime`` or ``SamplingFrequency``) states one; goes before what they state.
    names : sequence of str or path, optional
        Region names, or a file with them (a list, or a table with a column name or label).
    orientation : {"time_by_region", "region_by_time"}, optional
        Which axis is time. Needed only where neither format nor names decide it.
    which : str or mapping, optional
        What to take when there is more than one: an array of an npz or mat file by name, the
        kind of channels ("eeg", "seeg", "mag", ...), or the entities of one recording in a
        BIDS folder, ``{"sub": "01", "task": "rest"}``.
    atlas : path or nibabel image, optional
        Label image that turns a 4-D NIfTI image into regions.
    on_bad : {"raise", "drop", "mask", "keep"}
        What to do with NaN, infinite, constant or duplicate regions (see ``Recording``). Spans
        that an EEG file marks as BAD are missing samples with "mask", kept with "keep", and
        refused otherwise. Channels marked as bad are always left out.

    Returns
    -------
    Recording
        Signals of shape (n_times, n_regions). M/EEG comes in V, T or T/m. ``modality`` follows
        from the format or from a name that ends in ``bold``, ``eeg``, ``ieeg`` or ``meg``.

    Raises
    ------
    FileNotFoundError
        Nothing is there; the message names the nearest file.
    BadRecording
        The source is damaged, not a recording, or holds unusable regions.
    ValueError
        Rate, orientation or choice are missing, or do not fit.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(200, 3))
    >>> read(values, sfreq=100.0, names=["V1", "V2", "MT"])
    Recording(200 samples x 3 regions, 100 Hz, 2 s, activity)
    """
    if isinstance(source, (str, os.PathLike)):
        path = existing_file(os.fspath(source))
        if path.is_dir():
            path, which = bids.find(path, _entities(which)), None
        found, origin = from_file(path, which=_text(which), atlas=atlas), path.name
    else:
        found, origin = _from_memory(source, _text(which)), "the array"
        if isinstance(source, np.ndarray) and orientation is None:
            orientation = "time_by_region"  # the convention of the package
    given = region_names(names)
    regions = given or found.names
    values = time_first(found, n_names=len(regions), orientation=orientation, origin=origin)
    rate = found.sfreq if sfreq is None else sfreq
    if rate is None:
        raise ValueError(
            f"{origin} does not clearly say how fast it was sampled; give sfreq in Hz (for fMRI "
            f"sfreq = 1 / TR, as in sfreq=1/0.72){found.hint and '; ' + found.hint}"
        )
    return Recording(
        _with_marks(values, found, on_bad, origin),
        sfreq=rate,
        names=regions,
        modality=found.modality or "activity",
        unit=found.unit,
        inputs=found.inputs,
        on_bad=on_bad,
    )


def _entities(which: object) -> Mapping[str, str]:
    if which is None or isinstance(which, Mapping):
        return which or {}
    raise TypeError(
        f"a recording in a folder is chosen by entities, as in which={{'sub': '01'}}, "
        f"but {which!r} arrived"
    )


def _text(which: object) -> str | None:
    if which is None or isinstance(which, str):
        return which
    raise TypeError(
        f"which={which!r} names entities, but the source is one file; give the folder instead, "
        "or the name of one array or kind of channel"
    )


def _from_memory(source: object, which: str | None) -> Found:
    if _is(source, "mne.io", "BaseRaw"):
        return from_raw(source, which)
    if _is(source, "xarray", "DataArray"):
        return from_data_array(source)
    if isinstance(source, np.ndarray):
        if source.ndim != 2:
            raise ValueError(
                f"an array of shape {source.shape} arrived; give one of shape (n_times, n_regions)"
            )
        return Found(source if source.dtype.kind not in "iub" else source.astype(np.float64))
    raise TypeError(
        f"cannot read a {type(source).__name__}; give a path, a NumPy array (time first), an "
        "xarray.DataArray or an mne.io.Raw"
    )


def _is(source: object, module: str, name: str) -> bool:
    """Recognize a type without importing its package: who holds one has imported it."""
    return module in sys.modules and isinstance(source, getattr(sys.modules[module], name))


def _with_marks(values: np.ndarray, found: Found, on_bad: OnBad, origin: str) -> np.ndarray:
    if found.marked is None or on_bad == "keep":
        return values
    if on_bad != "mask":
        raise BadRecording(
            f"{origin} has spans marked as bad: {found.marks}; treat them as missing samples with "
            "on_bad='mask', or use them all the same with on_bad='keep'"
        )
    masked = values.copy()
    masked[found.marked] = np.nan
    return masked
