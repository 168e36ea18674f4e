"""Which regions a resection took, by a table that somebody wrote."""

import csv
from pathlib import Path

from surrobrain.checks import existing_file, number, text_of
from surrobrain.data.names import region_names
from surrobrain.errors import BadRecording

__all__ = ["resection_table"]

_SHARE = ("resected", "share")


def resection_table(path: str | Path) -> dict[str, float]:
    """Return the regions that a table calls resected, and how much of each.

    Use it where no mask image is at hand; `surrobrain.resected` reads a mask.

    Parameters
    ----------
    path : path
        A text file with one region per line, a JSON list, or a csv or tsv table with a column
        ``name``, ``label`` or ``region``, and perhaps one called ``resected`` or ``share``: 0 where
        a region was spared, 1 where it was removed, or the share that was.

    Returns
    -------
    dict of str to float
        Share of each resected region.

    Raises
    ------
    BadRecording
        The file is no such list, a share is no number from 0 to 1, or nothing was resected.
    """
    file = existing_file(path)
    names = region_names(file)
    shares = _shares(file, len(names))
    found = {name: share for name, share in zip(names, shares, strict=True) if share > 0}
    if not found:
        raise BadRecording(f"{file.name} calls no region resected; write 1 beside those that were")
    return found


def _shares(file: Path, n_rows: int) -> list[float]:
    if file.suffix.lower() not in (".csv", ".tsv"):
        return [1.0] * n_rows
    text = text_of(file)
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if "\t" in text else ","))
    titles = {str(title).lower(): title for title in (rows[0] if rows else {})}
    column = next((titles[title] for title in _SHARE if title in titles), None)
    if column is None:
        return [1.0] * n_rows
    found = []
    for k, row in enumerate(rows, start=2):
        try:
            found.append(number(float(row[column]), "share", low=0.0, high=1.0))
        except (TypeError, ValueError) as error:
            raise BadRecording(
                f"line {k} of {file.name} says {row[column]!r} in the column {column}; write 0, 1 "
                "or the share that was resected"
            ) from error
    return found
