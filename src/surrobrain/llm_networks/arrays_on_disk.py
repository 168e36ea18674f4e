"""Results in a folder: arrays as npz, everything else as JSON, never a pickle."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.checks import existing_file
from surrobrain.files import write_bytes, write_json

__all__ = ["read_result_folder", "write_result_folder"]

_ARRAYS, _FACTS = "arrays.npz", "facts.json"


def write_result_folder(
    folder: str | Path, kind: str, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
) -> Path:
    """Write a result; the facts come last, so that a folder with facts is whole.

    Parameters
    ----------
    folder : str or Path
        Made when absent.
    kind : str
        What is written, such as ``"patterns"``; `read_result_folder` asks for it.
    arrays : mapping of str to array
    facts : mapping
        What JSON can hold.
    """
    target = Path(folder)
    (target / _FACTS).unlink(missing_ok=True)
    stream = io.BytesIO()
    np.savez(stream, **arrays)  # pyright: ignore[reportArgumentType]
    write_bytes(target / _ARRAYS, stream.getvalue())
    write_json(target / _FACTS, {"kind": kind, **facts})
    return target


def read_result_folder(
    folder: str | Path, kind: str
) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """Return arrays and facts of a folder that `write_result_folder` wrote.

    Raises
    ------
    FileNotFoundError
        The folder holds no whole result.
    ValueError
        It holds a result of another kind.
    """
    path = existing_file(folder)
    if not (path / _FACTS).exists():
        raise FileNotFoundError(
            f"{str(folder)!r} holds no finished {kind}; give the folder into which they were "
            "written, or compute them again"
        )
    facts = json.loads((path / _FACTS).read_text(encoding="utf-8"))
    if facts.pop("kind", None) != kind:
        raise ValueError(f"{str(folder)!r} holds something else than {kind}; give another folder")
    with np.load(path / _ARRAYS, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}, facts
