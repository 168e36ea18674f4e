"""Checkpoints that are whole or absent, and refuse to continue something else."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.files import write_arrays

__all__ = ["load_checkpoint", "save_checkpoint"]


def save_checkpoint(
    path: str | Path, arrays: Mapping[str, np.ndarray], record: Mapping[str, Any]
) -> Path:
    """Write arrays and a JSON record as one safetensors file, so that they always agree.

    Parameters
    ----------
    path : path
        Replaced as a whole; a reader sees the old or the new file, never half of one.
    arrays : mapping of str to array
        Weights and state of the optimizer.
    record : mapping
        What JSON can hold. ``record["identity"]`` names what is being trained.
    """
    return write_arrays(path, arrays, metadata={"record": json.dumps(record)})


def load_checkpoint(
    path: str | Path, *, identity: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Read a checkpoint of the same training.

    Parameters
    ----------
    path : path
        Written by `save_checkpoint`.
    identity : mapping
        What is being trained now: model, options, data.

    Raises
    ------
    ValueError
        The file is damaged, or belongs to another training; the message says what differs.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as stream:
            record = json.loads(stream.metadata()["record"])
            arrays = {name: stream.get_tensor(name) for name in stream.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError(
            f"{str(path)!r} is not a checkpoint that can be read ({error}); delete it to start anew"
        ) from None
    before = record["identity"]
    now = json.loads(json.dumps(identity))
    changed = [k for k in sorted({*before, *now}) if before.get(k) != now.get(k)]
    if changed:
        shown = "; ".join(f"{k} was {before.get(k)}, now {now.get(k)}" for k in changed[:3])
        raise ValueError(
            f"the checkpoint {str(path)!r} belongs to another training: {shown}; "
            "use the same model, options and data, or another checkpoint file"
        )
    return arrays, record
