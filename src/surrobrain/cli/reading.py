"""From what was typed about a recording to the recording."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from surrobrain.checks import existing_file
from surrobrain.cli.options import assignments, rate
from surrobrain.data import bids
from surrobrain.data.connectome import Connectome
from surrobrain.data.read import read
from surrobrain.data.read_connectome import read_connectome
from surrobrain.data.recording import Recording

__all__ = ["locate", "read_recording", "read_wiring"]


def locate(path: str, which: tuple[str, ...]) -> tuple[Path, str | None]:
    """Return the file that is meant, and what to take from it.

    Parameters
    ----------
    path : str
        A file, or the folder of a BIDS data set.
    which : tuple of str
        Entities such as ``sub=01`` for a folder, and at most one array or kind of channel.
    """
    found = existing_file(path)
    entities = tuple(word for word in which if "=" in word)
    others = [word for word in which if "=" not in word]
    if len(others) > 1:
        raise ValueError(f"--which names one array or kind of channel, but {others} arrived")
    if found.is_dir():
        found = bids.find(found, assignments(entities, "--which"))
    elif entities:
        raise ValueError(
            f"--which {entities[0]} names an entity, but {path!r} is one file; give the folder "
            "of the data set, or the name of one array or kind of channel"
        )
    return found, others[0] if others else None


def read_recording(path: str, typed: Mapping[str, Any]) -> Recording:
    """Read a recording as the options of ``reading_options`` say."""
    found, which = locate(path, typed["which"])
    return read(
        found,
        sfreq=rate(typed["sfreq"], typed["tr"]),
        names=typed["names"],
        orientation=typed["orientation"],
        which=which,
        atlas=typed["atlas"],
        on_bad=typed["on_bad"],
    )


def read_wiring(path: str, recording: Recording) -> Connectome:
    """Read a connectome for a recording; one without names is in the recording's order."""
    found = read_connectome(path)
    unnamed = tuple(found.names) == tuple(f"region_{k}" for k in range(found.n_regions))
    if unnamed and found.n_regions == recording.n_regions:
        return Connectome(found.weights, found.lengths, recording.names)
    return found
