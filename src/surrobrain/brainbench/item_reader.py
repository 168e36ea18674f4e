"""Read test cases from jsonl, json, csv or tsv."""

import csv
import datetime
import io
import json
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.differences import find_edits
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_problems import item_problems
from surrobrain.checks import choice, existing_file, text_of

__all__ = ["Examined", "OnBad", "examine_items", "read_items"]

OnBad = Literal["raise", "drop", "keep", "repair"]
Record = Mapping[str, Any]

_names = {  # what a field is called here, and in the published files
    "id": ("id", "case_id", "abstract_id"),
    "combined": ("combined", "combined_abstract"),
    "original": ("original", "original_abstract"),
    "altered": ("altered", "incorrect_abstract"),
    "edits": ("edits",),
    "subfield": ("subfield", "journal_section"),
    "doi": ("doi",),
    "date": ("date", "published"),
}
_SHOWN = 5


@dataclass(frozen=True)
class Examined:
    """The usable cases of a file, and what was wrong with the others.

    Parameters
    ----------
    items : tuple of Item
        In the order of the file.
    problems : tuple of str
        One sentence per problem, each naming its case or line.
    """

    items: tuple[Item, ...]
    problems: tuple[str, ...]


def read_items(path: str | Path, *, on_bad: OnBad = "raise") -> tuple[Item, ...]:
    """Read test cases; what is wrong with one is said by name.

    Parameters
    ----------
    path : str or Path
        A table or list in jsonl, json, csv or tsv. A case has ``combined`` (bracket notation),
        or ``original`` and ``altered``, or all three; where it has no ``edits`` with places, they
        are found by comparison. ``id`` (else ``case_id``, ``abstract_id``, or the position),
        ``subfield``, ``doi`` and ``date`` (year-month-day) may be there. The names of the
        published files are understood too; other fields are left aside.
    on_bad : {"raise", "drop", "keep", "repair"}
        What happens to a bad case: an error that lists them all; left out; taken as its columns
        ``original`` and ``altered`` stand, as published results demand; or read with a single
        ``]`` as the end of an edit. All but the first warn, naming every case concerned, and a
        case that they cannot save is still an error.

    Returns
    -------
    tuple of Item
        In the order of the file.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is not such a table, or holds a bad case; the message names it.

    Warns
    -----
    UserWarning
        A bad case was dropped, kept or repaired.

    Examples
    --------
    >>> from surrobrain.files import write_text
    >>> import tempfile
    >>> case = '{"id": 1, "combined": "Rate [[rises, falls]]."}'
    >>> read_items(write_text(tempfile.mkdtemp() + "/a.jsonl", case))[0].altered
    'Rate falls.'
    """
    found = examine_items(path, on_bad=on_bad)
    if found.problems and on_bad == "raise":
        raise ValueError(_listed(found.problems, "; correct them or set on_bad='drop'"))
    if found.problems:
        warnings.warn(_listed(found.problems, f" (on_bad={on_bad!r})"), stacklevel=2)
    return found.items


def examine_items(path: str | Path, *, on_bad: OnBad = "drop") -> Examined:
    """Read test cases and list what is wrong, without raising over a case that can be left out.

    Parameters
    ----------
    path : str or Path
        As for `read_items`.
    on_bad : {"drop", "keep", "repair", "raise"}
        As for `read_items`; "raise" means "drop" here.

    Returns
    -------
    Examined
        Items and problems.

    Raises
    ------
    ValueError
        The file is not such a table, holds no usable case, or "keep" or "repair" cannot save one.
    """
    choice(on_bad, ("raise", "drop", "keep", "repair"), "on_bad")
    items: dict[str, Item] = {}
    problems: list[str] = []
    for position, record in enumerate(_records(existing_file(path))):
        id = _text(record, "id") or str(position)
        item, said = _item(record, id=id, on_bad=on_bad)
        if id in items:
            said, item = (*said, f"case {id}: the id occurs twice; give each case its own"), None
        if said and item is None and on_bad in ("keep", "repair"):
            raise ValueError(_listed(said, f", and on_bad={on_bad!r} cannot save it"))
        if item is not None:
            items[id] = item
        problems += said
    if not items:
        raise ValueError(_listed(problems or ["it is empty"], f"; {path} holds no usable case"))
    return Examined(tuple(items.values()), tuple(problems))


def _item(record: Record, *, id: str, on_bad: OnBad) -> tuple[Item | None, tuple[str, ...]]:
    """Return the case as far as it can be used, and what is wrong with it."""
    try:
        item = _complete(_strict(record, id), record)
        said = item_problems(item)
        if not said:
            return item, ()
    except ValueError as error:
        said = (str(error),)
    try:
        if on_bad == "keep":
            return _complete(_from_columns(record, id), record), said
        if on_bad == "repair" and _text(record, "combined"):
            item = parse_brackets(_text(record, "combined"), id=id, repair=True)
            return _complete(item, record), said
    except ValueError as error:
        return None, tuple(dict.fromkeys((*said, str(error))))
    return None, said


def _strict(record: Record, id: str) -> Item:
    if combined := _text(record, "combined"):
        original, altered = _text(record, "original"), _text(record, "altered")
        return parse_brackets(combined, id=id, original=original or None, altered=altered or None)
    return _from_columns(record, id)


def _from_columns(record: Record, id: str) -> Item:
    original, altered = _text(record, "original"), _text(record, "altered")
    if not original or not altered:
        raise ValueError(
            f"case {id}: there is neither a text in bracket notation nor both versions; "
            "give combined, or original and altered"
        )
    edits = _placed(_field(record, "edits"), id)
    item = Item(id, original, altered, edits or find_edits(original, altered))
    if original == altered:
        raise ValueError(item_problems(item)[0])
    return item


def _placed(given: object, id: str) -> tuple[Edit, ...]:
    """Return edits that say where they are; the published pairs without places say too little."""
    if isinstance(given, str) and given.strip():
        try:
            given = json.loads(given)
        except json.JSONDecodeError:
            raise ValueError(
                f"case {id}: edits is not JSON; write a list, or leave it out"
            ) from None
    if not isinstance(given, list) or not all(isinstance(e, dict) for e in given):
        return ()
    try:
        return tuple(Edit(**edit) for edit in given)
    except TypeError:
        raise ValueError(
            f"case {id}: an edit needs original, altered, start_original and start_altered, "
            "and nothing else"
        ) from None


def _complete(item: Item, record: Record) -> Item:
    """Add what is known about the article."""
    return replace(
        item,
        subfield=_text(record, "subfield") or None,
        doi=_text(record, "doi") or None,
        date=_date(_text(record, "date"), item.id),
    )


def _date(text: str, id: str) -> datetime.date | None:
    if not text:
        return None
    try:
        year, month, day = (int(part) for part in text.split("T")[0].split("-"))
        return datetime.date(year, month, day)
    except ValueError:
        raise ValueError(f"case {id}: date {text!r} is no day; write year-month-day") from None


def _field(record: Record, name: str) -> object:
    return next((record[key] for key in _names[name] if record.get(key) not in (None, "")), None)


def _text(record: Record, name: str) -> str:
    value = _field(record, name)
    return "" if value is None else str(value)


def _records(path: Path) -> list[Record]:
    text = text_of(path)
    if path.suffix in (".csv", ".tsv"):
        return _rows(text, delimiter="," if path.suffix == ".csv" else "\t")
    if path.suffix == ".json":
        records = _line(text, 1)
    elif path.suffix in (".jsonl", ".ndjson"):
        records = [_line(line, k) for k, line in enumerate(text.split("\n"), 1) if line.strip()]
    else:
        raise ValueError(f"{path.name} is no table of cases; give jsonl, json, csv or tsv")
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise ValueError(f"{path.name} does not hold one object per case; write a list of objects")
    return [record for record in records if isinstance(record, dict)]


def _rows(text: str, *, delimiter: str) -> list[Record]:
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    records: list[Record] = []
    for row in rows:
        if None in row or None in row.values():  # as a text with commas and without quotes gives
            raise ValueError(
                f"line {rows.line_num} has not as many cells as the header; "
                "put quotes around texts that hold the delimiter"
            )
        records.append(row)
    return records


def _line(line: str, number: int) -> object:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"line {number} is not JSON ({error}); write one object per line"
        ) from None


def _listed(problems: list[str] | tuple[str, ...], end: str) -> str:
    more = f"; and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + more + end
