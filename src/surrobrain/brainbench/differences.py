"""Where two versions of a text differ, found by comparing their words."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from surrobrain.brainbench.item import Edit

__all__ = ["find_edits"]

_piece = re.compile(r"\s+|\w+|[^\w\s]")


def find_edits(original: str, altered: str) -> tuple[Edit, ...]:
    """Return the places where two texts differ, in whole words.

    For cases that come as two texts without a word on where they differ. Differences that only
    white space separates are one edit.

    Parameters
    ----------
    original, altered : str
        The two versions.

    Returns
    -------
    tuple of Edit
        From left to right; empty when the texts are the same.

    Examples
    --------
    >>> [(e.original, e.altered) for e in find_edits("It rises fast.", "It falls slowly.")]
    [('rises fast', 'falls slowly')]
    """
    return tuple(
        Edit(original[a:b], altered[c:d], start_original=a, start_altered=c)
        for a, b, c, d in _joined(original, altered)
    )


def _joined(original: str, altered: str) -> list[tuple[int, int, int, int]]:
    found: list[tuple[int, int, int, int]] = []
    for a, b, c, d in _different(original, altered):
        if found and not original[found[-1][1] : a].strip():
            found[-1] = (found[-1][0], b, found[-1][2], d)
        else:
            found.append((a, b, c, d))
    return found


def _different(original: str, altered: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches of both texts, in characters, that have no counterpart."""
    first, second = (_piece.findall(text) for text in (original, altered))
    starts_first, starts_second = _starts(first), _starts(second)
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            yield starts_first[a], starts_first[b], starts_second[c], starts_second[d]


def _starts(pieces: list[str]) -> list[int]:
    starts = [0]
    for piece in pieces:
        starts.append(starts[-1] + len(piece))
    return starts
