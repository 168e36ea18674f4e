"""What was asked of a run, without paths: inputs by their content, the rest as typed."""

from typing import Any

from surrobrain.cli.reading import locate
from surrobrain.provenance import source

__all__ = ["asked"]

_FILES = ("connectome", "atlas", "names")
_NOT_KEPT = ("seed", "which")  # kept elsewhere


def asked(path: str, typed: dict[str, Any], *, command: str, model: str) -> dict[str, Any]:
    """Return the configuration of a run.

    Parameters
    ----------
    path : str
        Of the recording.
    typed : dict
        Options.
    command, model : str
        What was typed before them.
    """
    inputs: dict[str, Any] = {"recording": source(locate(path, typed["which"])[0])}
    inputs |= {name: source(typed[name]) for name in _FILES if typed.get(name)}
    options = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in typed.items()
        if name not in (*_FILES, *_NOT_KEPT) and value not in (None, ())
    }
    return {"command": command, "model": model, "inputs": inputs, "options": options}
