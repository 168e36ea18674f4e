"""Report: one self-contained page for a clinician and for a reviewer."""

import importlib
import importlib.resources
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from surrobrain import catalog
from surrobrain.files import write_text
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import bullets, escaped, facts, picture_html

__all__ = ["Report"]

_folder = "surrobrain.reports"
for _name in catalog.names(_folder):
    if _name.endswith("_sections"):  # each tells how results of one kind become sections
        importlib.import_module(f"{_folder}.{_name}")


@dataclass(frozen=True, eq=False)
class Report:
    """One HTML page: plain words first, then scores, figures, methods and provenance.

    Parameters
    ----------
    title : str
        What the page is about, such as a pseudonym of the person.
    items : sequence
        Results as the functions return them (a recording, a fit, a posterior, a scorecard, fixed
        points, a branch, a phase map, a profile, an effect, targets, a surgery, the log of a
        loop), a dict of facts, a Picture, or what ``surrobrain.reports.picture.drawn`` returns, in
        the order in which they should appear within their part.
    warnings : sequence of str
        What a reader must know, beside what the items say themselves.
    provenance : mapping, optional
        Versions, seed, configuration, sha256 of the input; nested mappings are fine.
    summary : sequence of str
        Sentences to open with, before those of the items.

    Raises
    ------
    TypeError
        An item is of another kind; the message lists what a report takes.

    Notes
    -----
    The page asks nothing of the network and runs no script: figures lie inside it, and a content
    policy forbids the rest. The same items give the same bytes.

    Examples
    --------
    >>> import numpy as np
    >>> import surrobrain as sb
    >>> recording = sb.Recording(np.random.default_rng(0).normal(size=(50, 2)), sfreq=1.0)
    >>> "50 samples at 1 Hz" in Report("Subject 01", [recording]).html()
    True
    """

    title: str
    items: Sequence[object]
    warnings: Sequence[str] = ()
    provenance: Mapping[str, object] | None = None
    summary: Sequence[str] = ()

    def html(self) -> str:
        """Return the page."""
        parts = [section(item) for item in self.items]
        warnings = [*self.warnings, *(w for part in parts for w in part.warnings)]
        summary = [*self.summary, *(s for part in parts for s in part.summary)]
        template = importlib.resources.files("surrobrain.reports").joinpath("page.html")
        return string.Template(template.read_text(encoding="utf-8")).substitute(
            title=escaped(self.title),
            summary=bullets(summary),
            warnings=_warnings(warnings),
            scores=_part("Scores", parts, place="scores"),
            figures=_part("Figures", parts, place="figures"),
            methods=_part("Methods", parts, place="methods"),
            provenance=_provenance(self.provenance),
        )

    def save(self, path: str | Path) -> Path:
        """Write the page, whole or not at all, and return where it is."""
        return write_text(path, self.html())


def _warnings(lines: Sequence[str]) -> str:
    if not lines:
        return "<p>No check of input, fit or scores raised a warning.</p>"
    return f'<div class="warnings"><h3>Warnings</h3>{bullets(lines)}</div>'


def _part(heading: str, parts: Sequence[Section], *, place: str) -> str:
    """One part of the page; absent when nothing belongs to it."""
    inside = [part for part in parts if part.place == place]
    if not inside:
        return ""
    articles = "".join(_section(part, heading) for part in inside)
    return f"<section><h2>{heading}</h2>{articles}</section>"


def _section(part: Section, heading: str) -> str:
    words = "".join(f"<p>{escaped(line)}</p>" for line in part.text)
    known = {heading, *(picture.title for picture in part.pictures)}
    title = "" if part.title in known else f"<h3>{escaped(part.title)}</h3>"
    pictures = "".join(picture_html(picture) for picture in part.pictures)
    return f"<article>{title}{''.join(part.tables)}{words}{pictures}</article>"


def _provenance(values: Mapping[str, object] | None) -> str:
    if not values:
        return ""
    return f"<section><h2>Provenance</h2>{facts(values)}</section>"
