"""A file in which a human ticks the cases that are good, and what was ticked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from surrobrain.brainbench.authoring.checks import draft_problems
from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.item import Item
from surrobrain.checks import existing_file, text_of
from surrobrain.files import write_text

__all__ = ["Ticked", "bracketed", "read_review", "write_review"]

_case = re.compile(r"^## \[(.?)\] +(\S.*?) *$")
_head = """\
# Drafts of test cases

Put an x between the brackets of a case to accept it: `## [x] ...`. You may correct the right side
of an edit `[[published, altered]]`, add edits and remove them; the published words must stay.
Ask of each: is the altered result false where the published one is true, is the abstract coherent,
and does nothing but the result give away which version was published?
"""


@dataclass(frozen=True)
class Ticked:
    """What a human decided.

    Parameters
    ----------
    accepted : tuple of Item
        With the corrections.
    n_open : int
        Cases without a tick.
    """

    accepted: tuple[Item, ...]
    n_open: int


def bracketed(item: Item) -> str:
    """Return a case in the published notation, one text with ``[[original, altered]]``.

    Examples
    --------
    >>> bracketed(parse_brackets("The rate [[rises, falls]] fast.", id="7"))
    'The rate [[rises, falls]] fast.'
    """
    text, place = "", 0
    for edit in item.edits:
        text += item.original[place : edit.start_original]
        text += f"[[{edit.original}, {edit.altered}]]"
        place = edit.start_original + len(edit.original)
    return text + item.original[place:]


def write_review(
    path: str | Path, items: Sequence[Item], *, remarks: Mapping[str, Sequence[str]] | None = None
) -> Path:
    """Write the review file; ticks and corrections that are in it already are kept.

    Parameters
    ----------
    path : str or Path
        A Markdown file.
    items : sequence of Item
        Drafts.
    remarks : mapping of str to sequence of str, optional
        What to look at, by id.
    """
    before = _entries(Path(path)) if Path(path).exists() else {}
    parts = [_head]
    for item in items:
        mark, text = before.get(item.id, (" ", bracketed(item)))
        known = [f"doi {item.doi}" if item.doi else "", str(item.date or "")]
        lines = [f"## [{mark}] {item.id}", "", ", ".join(filter(None, known)),
                 *(f"- {said}" for said in (remarks or {}).get(item.id, ()))]  # fmt: skip
        parts.append("\n".join([*lines, "", f"> {text}", ""]))
    return write_text(path, "\n".join(parts))


def read_review(path: str | Path, items: Sequence[Item]) -> Ticked:
    """Read which cases were accepted, with what was corrected.

    Parameters
    ----------
    path : str or Path
        Written by `write_review`, ticked by a human.
    items : sequence of Item
        The drafts it was written from.

    Raises
    ------
    ValueError
        A mark is neither x nor blank, a case is unknown, or a correction damages a case; the
        message names it.
    """
    drafts = {item.id: item for item in items}
    accepted = []
    entries = _entries(existing_file(path))
    for id, (mark, text) in entries.items():
        if mark not in "xX ":
            raise ValueError(f"case {id} is marked {mark!r}; mark it x to accept it, or leave it")
        if id not in drafts:
            raise ValueError(f"case {id} is none of the drafts; leave the ids as they are")
        if mark in " ":
            continue
        draft = drafts[id]
        if text != bracketed(draft):
            read = parse_brackets(text, id=id, original=draft.original)
            draft = replace(draft, altered=read.altered, edits=read.edits)
            problems = draft_problems(draft)
            if problems:
                raise ValueError("; ".join(problems))
        accepted.append(draft)
    return Ticked(tuple(accepted), n_open=len(entries) - len(accepted))


def _entries(path: Path) -> dict[str, tuple[str, str]]:
    """Return mark and text of every case."""
    found: dict[str, tuple[str, list[str]]] = {}
    lines: list[str] = []
    for line in text_of(path).splitlines():
        head = _case.match(line)
        if head:
            if head[2] in found:
                raise ValueError(f"case {head[2]} is in {path.name} twice; remove one of them")
            lines = []
            found[head[2]] = (head[1] or " ", lines)
        elif line.startswith(">"):
            lines.append(line[1:])
    return {id: (mark, " ".join(" ".join(text).split())) for id, (mark, text) in found.items()}
