"""From an mne Raw object to signals: one kind of channel, SI units, marked spans named."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool

from surrobrain.checks import choice
from surrobrain.data.found import Found, damage_is_bad
from surrobrain.errors import BadRecording

__all__ = ["from_raw", "typed"]

# channel type -> (modality, SI unit as MNE keeps it)
BRAIN = {
    "eeg": ("EEG", "V"), "mag": ("MEG", "T"), "grad": ("MEG", "T/m"),
    "seeg": ("SEEG", "V"), "ecog": ("ECoG", "V"), "dbs": ("DBS", "V"),
}  # fmt: skip
BIDS_TYPES = {
    "EEG": "eeg", "SEEG": "seeg", "ECOG": "ecog", "DBS": "dbs", "EOG": "eog", "HEOG": "eog",
    "VEOG": "eog", "ECG": "ecg", "EMG": "emg", "TRIG": "stim", "MISC": "misc", "REF": "misc",
    "RESP": "resp", "GSR": "gsr", "TEMP": "temperature", "AUDIO": "misc", "OTHER": "misc",
}  # fmt: skip


def from_raw(raw: Any, kind: str | None = None) -> Found:
    """Take the brain channels of one kind out of a Raw object.

    Parameters
    ----------
    raw : mne.io.BaseRaw
        Its measurement information (subject, dates, devices) is not kept.
    kind : str, optional
        Channel type in MNE's words ("eeg", "seeg", "mag", ...); needed when there are several.

    Returns
    -------
    Found
        In V, T or T/m. Channels that the source marks as bad are left out; samples inside
        annotations that begin with BAD are marked.

    Raises
    ------
    BadRecording
        No channel is left.
    """
    bad = set(raw.info["bads"])
    types = dict(zip(raw.ch_names, raw.get_channel_types(), strict=True))
    present = {t for name, t in types.items() if t in BRAIN and name not in bad}
    if not present:
        left = f"all {len(bad)} marked as bad or " if bad else ""
        raise BadRecording(
            f"no brain channel is left: its {len(types)} channels are {left}of the types "
            f"{', '.join(sorted(set(types.values())))}; correct the types (channels.tsv)"
        )
    if kind is None and len(present) > 1:
        raise ValueError(
            f"there are channels of several kinds ({', '.join(sorted(present))}), whose units or "
            "meaning differ; take one kind, for instance which="
            f"{min(present)!r}"
        )
    taken = choice(kind or min(present), present, "kind of channel")
    names = [name for name, t in types.items() if t == taken and name not in bad]
    modality, unit = BRAIN[taken]
    marked, marks = _marked(raw)
    with damage_is_bad(Path(str((raw.filenames or ("the recording",))[0])), "signals"):
        values = raw.get_data(picks=names).T
    sfreq = float(raw.info["sfreq"])
    return Found(values, "time_by_region", sfreq, tuple(names), modality, unit, marked, marks)


def _marked(raw: Any) -> tuple[Bool[np.ndarray, "times"] | None, str]:
    """Find samples in spans marked BAD; BrainVision puts 'Comment/' before the mark."""
    sfreq, marked, words = raw.info["sfreq"], np.zeros(len(raw.times), dtype=bool), []
    for mark in raw.annotations:
        title = mark["description"].rsplit("/", 1)[-1]
        if not title.upper().startswith("BAD"):
            continue
        start = mark["onset"] - raw.first_time
        stop = start + mark["duration"]
        first, last = max(round(start * sfreq), 0), max(round(stop * sfreq), 0)
        marked[first : max(last, first + 1)] = True
        words.append(f"{title} from {start:.3f} to {stop:.3f} s")
    more = f" and {len(words) - 5} more" if len(words) > 5 else ""
    return (marked if marked.any() else None), ", ".join(words[:5]) + more


def typed(raw: Any, channels: Mapping[str, tuple[str, str]]) -> Any:
    """Give channels the type and status that a BIDS channels.tsv states.

    Plain EDF and BrainVision know no types: without the table, every channel counts as EEG.

    Raises
    ------
    BadRecording
        The table and the file have no channel in common.
    """
    known = [name for name in raw.ch_names if name in channels]
    if channels and not known:
        raise BadRecording(
            f"channels.tsv lists {', '.join(list(channels)[:3])} ... but the recording has "
            f"{', '.join(raw.ch_names[:3])} ...; they must belong together"
        )
    types = {n: BIDS_TYPES[t] for n in known if (t := channels[n][0].upper()) in BIDS_TYPES}
    raw.set_channel_types(types, on_unit_change="ignore", verbose="error")
    bad = {name for name in known if channels[name][1] == "bad"}
    raw.info["bads"] = sorted(bad.union(raw.info["bads"]))
    return raw
