"""Write test cases so that they are read back exactly."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from surrobrain.brainbench.item import Item
from surrobrain.files import write_text

__all__ = ["write_items"]


def write_items(path: str | Path, items: Sequence[Item]) -> Path:
    """Write test cases as jsonl, or as csv for a spreadsheet.

    Parameters
    ----------
    path : str or Path
        Ends in ``.jsonl`` or ``.csv``.
    items : sequence of Item
        The cases; in csv their edits are JSON in one cell.

    Returns
    -------
    Path
        Where they are.

    Raises
    ------
    ValueError
        The path ends otherwise.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.brainbench import Item, read_items
    >>> from surrobrain.brainbench.differences import find_edits
    >>> item = Item("1", "It rises.", "It falls.", find_edits("It rises.", "It falls."))
    >>> read_items(write_items(tempfile.mkdtemp() + "/items.csv", [item])) == (item,)
    True
    """
    kind = Path(path).suffix
    records = [_record(item) for item in items]
    if kind == ".jsonl":
        lines = (json.dumps(record, ensure_ascii=False) for record in records)
        return write_text(path, "".join(line + "\n" for line in lines))
    if kind == ".csv":
        return write_text(path, _csv(records))
    raise ValueError(f"items are written as .jsonl or .csv, but {str(path)!r} was asked for")


def _record(item: Item) -> dict[str, object]:
    return {**asdict(item), "date": item.date.isoformat() if item.date else None}


def _csv(records: list[dict[str, object]]) -> str:
    stream = io.StringIO()
    columns = ["id", "original", "altered", "edits", "subfield", "doi", "date"]
    table = csv.DictWriter(stream, columns, lineterminator="\n")
    table.writeheader()
    for record in records:
        table.writerow({**record, "edits": json.dumps(record["edits"], ensure_ascii=False)})
    return stream.getvalue()
