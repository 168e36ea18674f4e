"""Drafts of test cases from abstracts that are newer than a model."""

import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from surrobrain.brainbench.authoring.answer import parse_answer
from surrobrain.brainbench.authoring.balance import balanced
from surrobrain.brainbench.authoring.chat import Writer
from surrobrain.brainbench.authoring.origin import Origin, origin_of
from surrobrain.brainbench.authoring.prompt import case_prompt, correction_prompt
from surrobrain.brainbench.authoring.review import write_review
from surrobrain.brainbench.authoring.rules import alter_by_rule
from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_writer import write_items
from surrobrain.checks import whole
from surrobrain.journal import append, read_journal
from surrobrain.progress import progress

__all__ = ["DRAFTS", "REVIEW", "Drafts", "draft_items"]

DRAFTS, REVIEW = "drafts.jsonl", "review.md"
_JOURNAL = "authoring.jsonl"
_n_characters = (400, 4000)


@dataclass(frozen=True)
class Drafts:
    """What was drafted, and what could not be.

    Parameters
    ----------
    items : tuple of Item
        That passed every automatic check.
    refused : mapping of str to str
        Abstracts without a usable case, and why.
    skipped : mapping of str to int
        Abstracts that were not tried, by reason.
    folder : Path
        Holds ``drafts.jsonl`` and ``review.md``.
    """

    items: tuple[Item, ...]
    refused: Mapping[str, str]
    skipped: Mapping[str, int]
    folder: Path


def draft_items(
    documents: Iterable[Document], folder: str | Path, *, after: datetime.date,
    write: Writer | None = None, model: str = "", most: int = 100, attempts: int = 2,
) -> Drafts:  # fmt: skip
    """Draft test cases from abstracts, and write a file in which a human ticks the good ones.

    A case tests foresight only if the model to be tested cannot have read the abstract: take those
    that were published after its training ended. Killed at any point, the same call goes on, and no
    abstract is sent to a model twice.

    Parameters
    ----------
    documents : iterable of Document
        Such as `read_corpus` yields; retracted ones and those without an abstract are skipped.
    folder : str or Path
        Gets a journal, ``drafts.jsonl`` and ``review.md``.
    after : datetime.date
        Abstracts of this day and before, or of unknown date, are skipped.
    write : callable, optional
        Answers a prompt with text: `server_writer`, `local_writer`, or your own. Without it the
        cases are made by rule, which their ids say, and `balanced`.
    model : str
        Name of the model that writes, for the ids.
    most : int, default 100
        Abstracts to try.
    attempts : int, default 2
        How often to ask for a case, each time with what was wrong.

    Returns
    -------
    Drafts

    Raises
    ------
    ValueError
        The folder holds drafts of another writer, or a model without a name writes.

    Examples
    --------
    >>> import datetime, tempfile
    >>> from surrobrain.brainbench import Document, draft_items
    >>> text = "How cells tell time is unknown. " * 12 + "We found that light decreased the rate."
    >>> newer = Document("Title", text, doi="10.1/x", date=datetime.date(2025, 1, 1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     drafts = draft_items([newer], folder, after=datetime.date(2024, 1, 1))
    >>> drafts.items[0].id, drafts.items[0].edits[0].altered
    ('rule:direction:10.1/x', 'increased')
    """
    target = Path(folder)
    whole(most, "most", low=1)
    whole(attempts, "attempts", low=1)
    if write is not None and not model:
        raise ValueError("cases carry the name of the model that wrote them; give model=...")
    done = _done(target, "rule" if write is None else f"model:{model}")
    skipped: Counter[str] = Counter()
    items: list[Item] = []
    refused: dict[str, str] = {}
    with progress(most, label="drafting") as report:
        for number, origin in enumerate(_origins(documents, after, skipped, most), start=1):
            made = done.get(origin.name)
            if made is None:
                made = _ruled(origin) if write is None else _written(origin, write, model, attempts)
                record = _record(made) if isinstance(made, Item) else made
                append(target / _JOURNAL, {"abstract": origin.name, "made": record})
            if isinstance(made, Item):
                items.append(made)
            else:
                refused[origin.name] = made
            report(number, f"{len(items)} cases")
    if write is None:
        kept = balanced(items)
        gone = {item.doi or item.id for item in items} - {item.doi or item.id for item in kept}
        refused |= dict.fromkeys(sorted(gone), "left out: its words would give the answer away")
        items = list(kept)
    write_items(target / DRAFTS, items)
    write_review(target / REVIEW, items, remarks=_remarks(items))
    return Drafts(tuple(items), refused, dict(skipped), target)


def _origins(
    documents: Iterable[Document], after: datetime.date, skipped: Counter[str], most: int
) -> Iterator[Origin]:
    low, high = _n_characters
    seen: set[str] = set()
    for document in documents:
        if len(seen) == most:
            return
        origin = origin_of(document)
        if document.kind not in ("abstract", "article"):
            skipped[document.kind] += 1
        elif document.date is None or document.date <= after:
            skipped["too old" if document.date else "of unknown date"] += 1
        elif not low <= len(origin.abstract) <= high:
            skipped["abstract too short or too long"] += 1
        elif "[[" in origin.abstract or "]]" in origin.abstract:
            skipped["double brackets in the abstract"] += 1
        elif origin.name in seen:
            skipped["double"] += 1
        else:
            seen.add(origin.name)
            yield origin


def _ruled(origin: Origin) -> Item | str:
    made = alter_by_rule(origin)
    return "no rule applies" if made is None else made


def _written(origin: Origin, write: Writer, model: str, attempts: int) -> Item | str:
    prompt, complaint = case_prompt(origin.abstract), ""
    for _ in range(attempts):
        try:
            return parse_answer(write(prompt), origin=origin, id=f"model:{model}:{origin.name}")
        except ValueError as error:
            complaint = str(error)
            if "the chat server answers" in complaint or "as a chat server does" in complaint:
                raise  # the server is at fault, not the answer
        prompt = correction_prompt(origin.abstract, complaint)
    return complaint


def _done(target: Path, writer: str) -> dict[str, Item | str]:
    """Return what earlier calls made, or refuse the folder of another writer."""
    entries: tuple[Any, ...] = read_journal(target / _JOURNAL).entries
    writers = [entry["writer"] for entry in entries if "writer" in entry]
    if not writers:
        append(target / _JOURNAL, {"writer": writer})
    elif writers[0] != writer:
        raise ValueError(
            f"{target.name} holds drafts by {writers[0]!r}, but {writer!r} is to write; choose "
            "another folder"
        )
    made = {e["abstract"]: e["made"] for e in entries if "abstract" in e}
    return {name: said if isinstance(said, str) else _item(said) for name, said in made.items()}


def _record(item: Item) -> Mapping[str, object]:
    return dataclasses.asdict(item) | {"date": item.date.isoformat() if item.date else None}


def _item(record: Mapping[str, Any]) -> Item:
    edits = tuple(Edit(**edit) for edit in record["edits"])
    date = datetime.date.fromisoformat(record["date"]) if record["date"] else None
    return Item(**{**record, "edits": edits, "date": date})


def _remarks(items: list[Item]) -> dict[str, tuple[str, ...]]:
    from surrobrain.brainbench.quality import item_quality

    if not items:
        return {}
    quality = item_quality(items)
    return dict(zip(quality.ids, quality.remarks, strict=True))
