"""The words of a story, and when each was heard."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice, existing_file, finite, text_of

__all__ = ["Words", "read_words"]

_SILENCES = frozenset({"", "sp", "sil", "<sil>", "<eps>", "spn", "<p>", "#"})
_WORD_COLUMNS = ("word", "text", "value", "stimulus", "stim", "trial_type")


@dataclass(frozen=True, eq=False)
class Words:
    """Words of a story with their times on the clock of the scan.

    Parameters
    ----------
    text : tuple of str
        One entry per word, none of them empty.
    onsets, offsets : array, shape (n_words,)
        Beginning and end of each in seconds; 0 is when the first volume begins. Onsets ascend.
    name : str
        What the story is called in complaints.

    Raises
    ------
    ValueError
        There are no words; a word is empty; times are missing, descend, or end before they begin.

    Examples
    --------
    >>> Words(("once", "upon"), np.array([0.1, 0.6]), np.array([0.5, 0.9])).duration
    0.9
    """

    text: tuple[str, ...]
    onsets: Float[np.ndarray, "words"]
    offsets: Float[np.ndarray, "words"]
    name: str = "the story"

    def __post_init__(self) -> None:  # noqa: D105
        if not len(self.text):
            raise ValueError(f"{self.name} has no words; give one with at least one word")
        if not len(self.text) == len(self.onsets) == len(self.offsets):
            raise ValueError(
                f"{self.name} has {len(self.text)} words, {len(self.onsets)} onsets and "
                f"{len(self.offsets)} offsets; give one of each per word"
            )
        finite(self.onsets, f"onsets of {self.name}", columns=self.text)
        finite(self.offsets, f"offsets of {self.name}", columns=self.text)
        for k, word in enumerate(self.text):
            if not word.strip():
                raise ValueError(f"word {k} of {self.name} is empty; leave it out")
        self._refuse(self.offsets < self.onsets, "ends before it begins")
        early = np.concatenate([[False], np.diff(self.onsets) < 0])
        self._refuse(early, "begins before the word in front of it; sort the words by onset")

    def _refuse(self, bad: np.ndarray, said: str) -> None:
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            raise ValueError(
                f"word {k} of {self.name} ({self.text[k]!r}, {self.onsets[k]:g} to "
                f"{self.offsets[k]:g} s) {said}"
            )

    def __len__(self) -> int:
        """Count words."""
        return len(self.text)

    @property
    def duration(self) -> float:
        """End of the last word, in seconds."""
        return float(self.offsets.max())

    def between(self, start: float, stop: float) -> "Words":
        """Keep the words that end in ``[start, stop)``; their times stay as they are."""
        keep = np.flatnonzero((self.offsets >= start) & (self.offsets < stop))
        text = tuple(self.text[k] for k in keep)
        return Words(text, self.onsets[keep], self.offsets[keep], self.name)


def read_words(path: str | Path, *, start: float = 0.0, tier: str | None = None) -> Words:
    """Read words with their times from a TextGrid, a csv or tsv table, or BIDS events.

    Parameters
    ----------
    path : str or Path
        A TextGrid of Praat (long or short), or a table with the columns ``onset`` and ``offset``
        or ``duration`` in seconds, and ``word`` (or ``text``, ``value``, ``stimulus``, ``stim``,
        ``trial_type``). Rows without a word or with the mark of a pause are left out.
    start : float, default 0.0
        When the first volume begins, on the clock of the file, in seconds.
    tier : str, optional
        Tier of the TextGrid, or column of the table, that holds the words; by default the first
        tier whose name speaks of words, or the only one.

    Returns
    -------
    Words

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file holds no words, no times, or cannot be read; the row is named.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.files import write_text
    >>> rows = ["onset,duration,word", "10.0,0.5,once", "10.5,0.25,upon"]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_text(f"{folder}/words.csv", chr(10).join(rows))
    ...     read_words(path, start=10.0).offsets
    array([0.5 , 0.75])
    """
    found = existing_file(path)
    content = text_of(found)
    if found.suffix.lower() == ".textgrid":
        rows = _intervals(content, found.name, tier)
    else:
        rows = _rows(content, found.name, tier)
    rows = [row for row in rows if row[2].strip().lower() not in _SILENCES]
    if not rows:
        raise ValueError(f"{found.name} has no words; is this the file, or the tier, of the words?")
    onsets, offsets = (np.array([row[k] for row in rows], dtype=np.float64) for k in (0, 1))
    text = tuple(row[2].strip() for row in rows)
    return Words(text, onsets - start, offsets - start, found.name)


def _intervals(content: str, name: str, tier: str | None) -> list[tuple[float, float, str]]:
    """Read an interval tier. Labels stand in front of '=' in the long form only."""
    marks = re.findall(
        r'"(?:[^"]|"")*"|(?<![\w.\[])-?\d+(?:\.\d+)?(?:[eE]-?\d+)?(?![\w\]])', content
    )
    tiers: dict[str, list[tuple[float, float, str]]] = {}
    k = 0
    while k < len(marks):
        if marks[k] != '"IntervalTier"':
            k += 1
            continue
        label, n = marks[k + 1][1:-1], int(float(marks[k + 4]))
        body = marks[k + 5 : k + 5 + 3 * n]
        if len(body) < 3 * n:
            raise ValueError(f"tier {label!r} of {name} breaks off; {n} intervals were promised")
        tiers[label] = [
            (float(a), float(b), text[1:-1].replace('""', '"'))
            for a, b, text in zip(body[::3], body[1::3], body[2::3], strict=True)
        ]
        k += 5 + 3 * n
    if not tiers:
        raise ValueError(f"{name} is no TextGrid with an interval tier; export one from Praat")
    return tiers[_tier_of(tiers, tier, name)]


def _tier_of(tiers: dict[str, list[tuple[float, float, str]]], asked: str | None, name: str) -> str:
    if asked is not None:
        return choice(asked, tiers, f"tier in {name}")
    spoken = [label for label in tiers if "word" in label.lower()]
    if not spoken and len(tiers) > 1:
        raise ValueError(
            f"{name} has the tiers {', '.join(tiers)}; say with tier=... which holds the words"
        )
    return (spoken or list(tiers))[0]


def _rows(content: str, name: str, column: str | None) -> list[tuple[float, float, str]]:
    head = content.split("\n", 1)[0]
    reader = csv.DictReader(
        content.splitlines(),
        delimiter="\t" if "\t" in head else ",",
        quoting=csv.QUOTE_NONE if "\t" in head else csv.QUOTE_MINIMAL,
    )
    columns = {str(field).strip().lower(): field for field in reader.fieldnames or ()}
    if column is not None:
        spoken = choice(column, [str(f) for f in reader.fieldnames or ()], f"column in {name}")
    else:
        spoken = next((columns[word] for word in _WORD_COLUMNS if word in columns), None)
    last = next((columns[word] for word in ("offset", "duration") if word in columns), None)
    if spoken is None or last is None or "onset" not in columns:
        raise ValueError(
            f"{name} has the columns {', '.join(columns) or '(none)'}; it needs onset, offset or "
            "duration, and word"
        )
    is_length, found = last.strip().lower() == "duration", []
    for line, row in enumerate(reader, start=2):
        word = row[spoken] or ""
        onset, end = (_seconds(row[key]) for key in (columns["onset"], last))
        if word.strip().lower() in _SILENCES | {"n/a"}:
            continue
        if onset is None or end is None:
            raise ValueError(
                f"line {line} of {name} ({word!r}) has no times; give them or remove the line"
            )
        found.append((onset, onset + end if is_length else end, word))
    return found


def _seconds(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
