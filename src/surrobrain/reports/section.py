"""Section: one part of a report, and what it contributes to the summary."""

from dataclasses import dataclass
from typing import Literal

from surrobrain.reports.picture import Picture, Undrawn

__all__ = ["Section"]


@dataclass(frozen=True, eq=False)
class Section:
    """What one item becomes on the page.

    Parameters
    ----------
    title : str
        Heading.
    place : {"scores", "figures", "methods"}
        Part of the page in which it stands.
    tables : tuple of str
        HTML made by ``surrobrain.reports.tables``, the only source of markup.
    pictures : tuple of Picture or Undrawn
        Figures with their words, or why there is none.
    text : tuple of str
        Paragraphs, plain text.
    summary : tuple of str
        Sentences for the top of the page.
    warnings : tuple of str
        What a reader must know, in plain words.
    """

    title: str
    place: Literal["scores", "figures", "methods"]
    tables: tuple[str, ...] = ()
    pictures: tuple[Picture | Undrawn, ...] = ()
    text: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
