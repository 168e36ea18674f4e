"""From what was typed about a recording to the recording."""

from collections.abc import Mapping
from typing import Any

from surrobrain.cli.options import assignments, rate
from surrobrain.data.connectome import Connectome
from surrobrain.data.read import read
from surrobrain.data.read_connectome import read_connectome
from surrobrain.data.recording import Recording

__all__ = ["read_recording", "read_wiring"]


def read_recording(path: str, typed: Mapping[str, Any]) -> Recording:
    """Read a recording as the options of ``reading_options`` say."""
    return read(
        path,
        sfreq=rate(typed["sfreq"], typed["tr"]),
        names=typed["names"],
        orientation=typed["orientation"],
        which=_which(typed["which"]),
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


def _which(typed: tuple[str, ...]) -> str | dict[str, str] | None:
    if not typed:
        return None
    if len(typed) == 1 and "=" not in typed[0]:
        return typed[0]
    return assignments(typed, "--which")
