"""One test case: an abstract, and the same abstract with another result."""

import datetime
from dataclasses import dataclass

__all__ = ["Edit", "Item"]


@dataclass(frozen=True)
class Edit:
    """One place where the two versions of a test case differ.

    Parameters
    ----------
    original, altered : str
        What stands there in each version; one of them may be empty, not both.
    start_original, start_altered : int
        Where it begins, in characters of each version.

    Examples
    --------
    >>> Edit("rises", "falls", start_original=5, start_altered=5).original
    'rises'
    """

    original: str
    altered: str
    start_original: int
    start_altered: int


@dataclass(frozen=True)
class Item:
    """A test case of BrainBench: two versions of an abstract, one of them the published.

    Parameters
    ----------
    id : str
        Names the case in results and complaints; unique within a set.
    original, altered : str
        The published text, and the one whose result was changed.
    edits : tuple of Edit
        Where they differ, from left to right.
    subfield : str, optional
        Such as "Systems/Circuits".
    doi : str, optional
        Of the article.
    date : datetime.date, optional
        Of its publication.

    Examples
    --------
    >>> edit = Edit("rises", "falls", start_original=5, start_altered=5)
    >>> Item("1", original="Rate rises.", altered="Rate falls.", edits=(edit,)).edits[0].altered
    'falls'
    """

    id: str
    original: str
    altered: str
    edits: tuple[Edit, ...]
    subfield: str | None = None
    doi: str | None = None
    date: datetime.date | None = None
