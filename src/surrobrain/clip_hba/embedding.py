"""How people judge objects: a number for every object and every dimension, named in words."""

import csv
import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, text_of
from surrobrain.pretrained.images import ENDINGS

__all__ = ["Embedding", "read_embedding", "read_names", "read_words"]

_LISTED = 5


@dataclass(frozen=True, eq=False)
class Embedding:
    """Objects as people judge them, such as the 66 dimensions of SPoSE.

    Parameters
    ----------
    values : array, shape (n_objects, n_dimensions)
        Such as 0 to 100; all finite.
    names : sequence of str
        Of the objects, those of their images.
    prompts : sequence of str
        The dimensions in words, as a language model shall read them.

    Raises
    ------
    ValueError
        Sizes do not agree, a name occurs twice, or a value is not finite; the message names it.

    Examples
    --------
    >>> people = Embedding(np.array([[9.0, 1.0], [0.5, 8.0]]), ["dog", "car"], ["animal", "metal"])
    >>> people.pick(["car"]).values
    array([[0.5, 8. ]])
    """

    values: Float[np.ndarray, "objects dimensions"]
    names: Sequence[str]
    prompts: Sequence[str]

    def __post_init__(self) -> None:
        """Validate once."""
        names, prompts = (tuple(str(t) for t in texts) for texts in (self.names, self.prompts))
        if self.values.shape != (len(names), len(prompts)):
            raise ValueError(
                f"{len(names)} names and {len(prompts)} prompts arrived for an embedding of shape "
                f"{self.values.shape}; give one name per row and one prompt per column"
            )
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(
                f"every row needs a name of its own, but {', '.join(twice[:_LISTED])} occurs more "
                "than once; leave one out"
            )
        bad = np.argwhere(~np.isfinite(self.values))
        if len(bad):
            row, column = bad[0]
            raise ValueError(
                f"row {names[row]!r} holds {self.values[row, column]} for {prompts[column]!r}; "
                "leave out what was not measured"
            )
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "prompts", prompts)

    def pick(self, names: Sequence[str]) -> "Embedding":
        """Return the rows of some objects, in the order given."""
        place = {name: k for k, name in enumerate(self.names)}
        rows = [place[choice(name, place, "row of the embedding")] for name in names]
        return dataclasses.replace(self, values=self.values[rows], names=tuple(names))


def read_embedding(path: str | Path, *, prompts: str | Path | None = None) -> Embedding:
    r"""Read an embedding from a table.

    Parameters
    ----------
    path : path
        A csv file: the first line names the columns, the first column the objects, by the names
        of their images (with or without ``.jpg``); all other columns are dimensions.
    prompts : path, optional
        What the dimensions are called: a text file with one line per dimension, or a csv file
        with a column ``prompt``. By default the names of the columns.

    Returns
    -------
    Embedding

    Raises
    ------
    ValueError
        A line has another number of columns, or a cell is no number; the message names the line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "people.csv").write_text("image,animal,metal\ndog.jpg,9,1\n")
    ...     read_embedding(f"{folder}/people.csv").prompts
    ('animal', 'metal')
    """
    lines = _table(path)
    header, rows = lines[0], lines[1:]
    values = np.empty((len(rows), len(header) - 1))
    for k, row in enumerate(rows):
        try:
            values[k] = [float(cell) for cell in row[1:]]
        except ValueError:
            raise ValueError(
                f"line {k + 2} of {str(path)!r} ({row[0]!r}) must hold {len(header) - 1} numbers "
                f"behind the name, but {len(row) - 1} cells arrived, such as "
                f"{', '.join(row[1:4])}"
            ) from None
    words = header[1:] if prompts is None else read_words(prompts)
    return Embedding(values, [_stem(row[0]) for row in rows], words)


def read_names(path: str | Path) -> tuple[str, ...]:
    r"""Read names of images: one per line, or the column ``image_name`` or ``name`` of a csv file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "names.txt").write_text("dog.jpg\ncar\n")
    ...     read_names(f"{folder}/names.txt")
    ('dog', 'car')
    """
    if Path(path).suffix.lower() == ".csv":
        return tuple(_stem(name) for name in _column(path, ("image_name", "name")))
    lines = text_of(path).splitlines()
    return tuple(_stem(line.strip()) for line in lines if line.strip())


def read_words(path: str | Path) -> tuple[str, ...]:
    """Read dimensions in words: one per line, or the column ``prompt`` of a csv file."""
    if Path(path).suffix.lower() == ".csv":
        return _column(path, ("prompt",))
    lines = text_of(path).splitlines()
    return tuple(line.strip() for line in lines if line.strip())


def _column(path: str | Path, wanted: tuple[str, ...]) -> tuple[str, ...]:
    header, *rows = _table(path)
    found = [name for name in wanted if name in header]
    if not found:
        raise ValueError(
            f"{str(path)!r} has no column {' or '.join(wanted)}; its columns are "
            f"{', '.join(header[:10])}"
        )
    return tuple(row[header.index(found[0])] for row in rows)


def _table(path: str | Path) -> list[list[str]]:
    lines = [line for line in csv.reader(io.StringIO(text_of(path), newline="")) if line]
    if len(lines) < 2:
        raise ValueError(f"{str(path)!r} holds no table; its first line must name the columns")
    short = [k for k, line in enumerate(lines) if len(line) != len(lines[0])]
    if short:
        raise ValueError(
            f"line {short[0] + 1} of {str(path)!r} ({lines[short[0]][0]!r}) has "
            f"{len(lines[short[0]])} cells, but the first line has {len(lines[0])}"
        )
    return lines


def _stem(name: str) -> str:
    ending = Path(name).suffix.lower()
    return name[: -len(ending)] if ending in ENDINGS else name
