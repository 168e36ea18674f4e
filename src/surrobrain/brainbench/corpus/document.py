"""One text of the literature, and where it comes from."""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["KINDS", "Document", "document_of", "record_of"]

KINDS = ("abstract", "article", "notice", "retracted")
"""PubMed's abstract, a full text, a correction or retraction notice, a retracted work."""


@dataclass(frozen=True)
class Document:
    """A text of the literature with its provenance.

    Parameters
    ----------
    title, abstract : str
        A structured abstract has one line per section, ``"RESULTS: ..."``.
    text : str
        Sections of the full text, joined by blank lines; empty where only the abstract is known.
    doi, pmid, pmcid : str, optional
        In lower case, in digits, and as ``"PMC123"``.
    journal : str
        Its full title.
    date : datetime.date, optional
        First known day of publication; the first of the month or year where no more is known.
    licence : str
        Such as ``"CC-BY-4.0"``, ``"CC0"``; ``"other"`` or ``"unstated"``.
    source : str
        Where it was fetched, such as ``"pubmed"``.
    kind : str
        One of `KINDS`.

    Examples
    --------
    >>> document = Document(title="Grid cells", abstract="They tile space.", doi="10.1/x")
    >>> document.content.splitlines()
    ['Grid cells', '', 'They tile space.']
    """

    title: str
    abstract: str
    text: str = ""
    doi: str | None = None
    pmid: str | None = None
    pmcid: str | None = None
    journal: str = ""
    date: datetime.date | None = None
    licence: str = "unstated"
    source: str = ""
    kind: str = "abstract"

    @property
    def year(self) -> int | None:
        """Of publication."""
        return None if self.date is None else self.date.year

    @property
    def content(self) -> str:
        """Title, abstract and text, joined by blank lines."""
        return "\n\n".join(part for part in (self.title, self.abstract, self.text) if part)

    @property
    def sha256(self) -> str:
        """Hexadecimal sha256 of the content."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @property
    def name(self) -> str:
        """What to call it in a message."""
        return self.doi or self.pmcid or self.pmid or self.title[:40] or "a document without title"


def record_of(document: Document) -> dict[str, object]:
    """Return a document as JSON holds it, with its year and the sha256 of its content."""
    d = document
    return {
        "doi": d.doi, "pmid": d.pmid, "pmcid": d.pmcid, "title": d.title, "abstract": d.abstract,
        "text": d.text, "journal": d.journal, "year": d.year,
        "date": None if d.date is None else d.date.isoformat(), "licence": d.licence,
        "source": d.source, "sha256": d.sha256, "kind": d.kind,
    }  # fmt: skip


def document_of(record: Mapping[str, object]) -> Document:
    """Return the document that a record holds.

    Raises
    ------
    ValueError
        The record lacks a field, or its content is not the one whose sha256 it states.
    """
    given = {name: value for name, value in record.items() if name not in ("year", "sha256")}
    date = given.get("date")
    try:
        given["date"] = None if date is None else datetime.date.fromisoformat(str(date))
        document = Document(**given)  # pyright: ignore[reportArgumentType]
    except (TypeError, ValueError) as error:
        raise ValueError(f"this is no record of a document: {error}") from error
    if document.sha256 != record.get("sha256"):
        raise ValueError(
            f"the content of {document.name} is not the one whose sha256 its record states; "
            "write the corpus again"
        )
    return document
