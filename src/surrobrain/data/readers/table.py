"""Text tables: csv, tsv and blank-separated, with or without names on either side."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from surrobrain.data.found import Stored, damage_is_bad, reads
from surrobrain.errors import BadRecording

__all__ = ["table"]

MISSING = {"", "n/a", "na", "nan", "null"}
TIMES = {"time", "times", "t", "time_s", "seconds"}
COUNTERS = {"index", "sample", "frame", "volume"}
CORNERS = {"", "region", "regions", "name", "names", "label", "labels", "roi", "parcel", "channel"}


@reads(".csv", ".tsv", ".txt", content="arrays")
def table(path: Path) -> dict[str, Stored]:
    """Read a table of numbers; a first row or column of words gives the names.

    A column called time or index is left out, as is a counter above or beside the numbers.
    """
    with damage_is_bad(path, "text"):
        rows = split_rows(path.read_text(encoding="utf-8-sig"))
    if not rows:
        raise BadRecording(f"{path.name} holds no rows of numbers; export it again")
    _refuse_ragged(rows, path)
    header = rows[0] if _is_header(rows) else None
    body = rows[1:] if header else rows
    labelled = any(not _is_number(row[0]) for row in body) or bool(header and not header[0].strip())
    first = int(labelled and len(rows[0]) > 1)
    row_names = [row[0].strip() for row in body] if first else []
    column_names = [cell.strip() for cell in header[first:]] if header else []
    values = np.array(
        [_numbers(row[first:], k, path) for k, row in enumerate(body, start=1 + bool(header))]
    )
    if values.size == 0:
        raise BadRecording(f"{path.name} holds names but no numbers; export it again")
    values, column_names, hint = _without_time(values, column_names)
    stored = Stored(values.shape, lambda: values, _words(row_names), _words(column_names), hint)
    return {"values": stored}


def split_rows(text: str) -> list[list[str]]:
    """Split text into cells: by tab, comma or semicolon where the first line has one, or blanks."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    separator = next((mark for mark in "\t,;" if lines and mark in lines[0]), None)
    return list(csv.reader(lines, delimiter=separator)) if separator else [x.split() for x in lines]


def _refuse_ragged(rows: list[list[str]], path: Path) -> None:
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise BadRecording(
                f"{path.name} is not a table of numbers: row {number} has {len(row)} cells but "
                f"row 1 has {len(rows[0])}; a recording needs the same number in every row"
            )


def _is_header(rows: list[list[str]]) -> bool:
    """Words, a counter 0, 1, 2, ... as data frames write it, or numbers beside a corner word."""
    cells = [cell.strip() for cell in rows[0]]
    counter = [str(k) for k in range(len(cells))]
    words = [not _is_number(cell) for cell in cells[1:] or cells]
    if 2 * sum(words) >= len(words):  # a stray word among numbers is damage, not a header
        return True
    if len(cells) > 2 and (cells == counter or (cells[0] == "" and cells[1:] == counter[:-1])):
        return True
    labelled = any(not _is_number(row[0]) for row in rows[1:])
    return len(cells) > 1 and labelled and cells[0].lower() in CORNERS


def _is_number(cell: str) -> bool:
    if cell.strip().lower() in MISSING:
        return True
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _numbers(cells: Sequence[str], row: int, path: Path) -> np.ndarray:
    try:
        return np.array(cells, dtype=np.float64)
    except ValueError:
        known = ["nan" if cell.strip().lower() in MISSING else cell for cell in cells]
    for column, cell in enumerate(known, start=1):
        if not _is_number(cell):
            raise BadRecording(
                f"{path.name} is not a table of numbers: {cell[:40]!r} stands in row {row}, "
                f"value {column}; write numbers with a point, and n/a where one is missing"
            )
    return np.array(known, dtype=np.float64)


def _words(names: list[str]) -> tuple[str, ...]:
    """Names that only count (0, 1, 2, ...) name nothing."""
    return () if all(_is_number(name) for name in names) else tuple(names)


def _without_time(values: np.ndarray, names: list[str]) -> tuple[np.ndarray, list[str], str]:
    """Take a time column or a counter away: it is no region, and its unit is not known."""
    title = names[0].lower() if len(names) > 1 else ""
    if title not in TIMES | COUNTERS:
        return values, names, ""
    hint = f"column {names[0]!r} was left out, because it is no region"
    steps = np.diff(values[:, 0])
    if title in TIMES and len(steps) and steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-3):
        hint += f"; it steps by {steps.mean():g}: in seconds that is sfreq={1 / steps.mean():.6g}"
    return values[:, 1:], names[1:], hint
