"""Lines of JSON that are only ever appended, so that long work survives being killed."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Journal", "append", "read_journal"]


@dataclass(frozen=True)
class Journal:
    """What a journal holds, and the lines that a kill left torn.

    Parameters
    ----------
    entries : tuple of dict
        In the order of writing.
    torn : tuple of int
        Line numbers (from 1) that could not be read.
    """

    entries: tuple[dict[str, object], ...]
    torn: tuple[int, ...]


def append(path: str | Path, entry: Mapping[str, object]) -> None:
    """Append one line; it is on disk when this returns.

    Parameters
    ----------
    path : str or Path
        Made when absent, with its folder.
    entry : mapping
        What JSON can hold; NaN is refused because JSON has none.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    content = json.dumps(entry, allow_nan=False, ensure_ascii=False).encode() + b"\n"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666)
    try:
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":
            content = b"\n" + content  # a kill tore the last line: do not glue this one to it
        while content:
            content = content[os.write(handle, content) :]  # a full disk writes a part first
        os.fsync(handle)
    finally:
        os.close(handle)


def read_journal(path: str | Path) -> Journal:
    """Read a journal; torn lines are reported, not fatal, and an absent file is an empty one.

    Parameters
    ----------
    path : str or Path
        Written by `append`.

    Returns
    -------
    Journal

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     append(Path(folder) / "scores.jsonl", {"id": "1", "loss": 2.5})
    ...     read_journal(Path(folder) / "scores.jsonl").entries
    ({'id': '1', 'loss': 2.5},)
    """
    entries, torn = [], []
    content = Path(path).read_bytes() if Path(path).exists() else b""
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line:
            continue
        try:
            entries.append(json.loads(line))
        except ValueError:
            torn.append(number)
    return Journal(tuple(entries), tuple(torn))
