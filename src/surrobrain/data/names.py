"""Region names from a list in a file."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from surrobrain.checks import existing_file
from surrobrain.errors import BadRecording

__all__ = ["region_names"]

COLUMNS = ("name", "label", "names", "labels", "region", "region_name")


def region_names(names: str | Path | Iterable[str] | None) -> tuple[str, ...]:
    """Return names that are given as they are or as a file.

    Parameters
    ----------
    names : sequence of str, path or None
        A path may lead to a text file (one name per line), a JSON list, or a csv or tsv table
        with a column ``name`` or ``label``.

    Examples
    --------
    >>> region_names(["V1_L", "V1_R"])
    ('V1_L', 'V1_R')
    """
    if names is None:
        return ()
    if not isinstance(names, (str, Path)):
        return tuple(str(name) for name in names)
    path = existing_file(names)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError) as error:
        raise BadRecording(f"{path.name} is not a text file with region names") from error
    ending = path.suffix.lower()
    if ending == ".json":
        return _from_json(text, path)
    if ending in (".csv", ".tsv"):
        return _from_table(text, path)
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _from_json(text: str, path: Path) -> tuple[str, ...]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise BadRecording(f"{path.name} is not valid JSON ({error}); repair it") from error
    if not isinstance(content, list) or not all(isinstance(name, str) for name in content):
        raise BadRecording(f'{path.name} must hold a JSON list of names; write ["V1_L", ...]')
    return tuple(content)


def _from_table(text: str, path: Path) -> tuple[str, ...]:
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text else ","))
    titles = {title.lower(): title for title in (rows[0] if rows else {}) if title}
    column = next((titles[title] for title in COLUMNS if title in titles), None)
    if column is None:
        raise BadRecording(
            f"{path.name} has no column called {' or '.join(COLUMNS[:2])}; "
            f"it has {', '.join(titles.values()) or 'none'}"
        )
    return tuple(row[column].strip() for row in rows)
