"""The published abstract that a test case is made from."""

import datetime
import re
from dataclasses import dataclass

from surrobrain.brainbench.corpus.document import Document

__all__ = ["Origin", "origin_of"]

_results = re.compile(r"\W*[\w\s/&-]*\b(results?|findings|conclusions?|discussion)\b[^:]*:", re.I)


@dataclass(frozen=True)
class Origin:
    """A published abstract, in one line.

    Parameters
    ----------
    name : str
        DOI, or what else names it.
    abstract : str
        In one line; labels of its sections stay.
    results : int, optional
        Where its labeled results begin, in characters; None for an abstract without labels.
    doi, subfield : str, optional
        Kept with the case.
    date : datetime.date, optional
        Of publication.
    """

    name: str
    abstract: str
    results: int | None = None
    doi: str | None = None
    subfield: str | None = None
    date: datetime.date | None = None


def origin_of(document: Document) -> Origin:
    """Return the abstract of a document as a case needs it.

    Examples
    --------
    >>> from surrobrain.brainbench.corpus.document import Document
    >>> lines = ["METHODS: We looked.", "RESULTS: It rose."]
    >>> origin_of(Document("Title", chr(10).join(lines))).results
    20
    """
    lines = [" ".join(line.split()) for line in document.abstract.splitlines() if line.strip()]
    start, results = 0, None
    for line in lines:
        if results is None and _results.match(line):
            results = start
        start += len(line) + 1
    return Origin(
        document.name, " ".join(lines), results=results, doi=document.doi, date=document.date
    )
