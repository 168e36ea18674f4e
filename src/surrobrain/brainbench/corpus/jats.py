"""Articles in JATS, the XML of PubMed Central and of many publishers."""

import re
from collections.abc import Iterator
from typing import Any

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.licences import licence_name
from surrobrain.brainbench.corpus.publication_date import publication_date
from surrobrain.brainbench.corpus.xml_tree import attribute, flat, local, parse_xml, pieces

__all__ = ["parse_jats"]

_without = frozenset({
    "disp-formula", "disp-formula-group", "fig", "fig-group", "fn", "fn-group", "graphic",
    "inline-graphic", "math", "media", "object-id", "ref-list", "supplementary-material",
    "table-wrap", "table-wrap-group", "tex-math",
})  # fmt: skip
_blocks = frozenset({
    "boxed-text", "def-item", "def-list", "disp-quote", "list", "list-item", "p", "sec",
    "speech", "statement", "verse-group",
})  # fmt: skip
_notices = frozenset({"addendum", "correction", "expression-of-concern", "retraction"})
_mark = "\ue000"  # stands where a citation was, until its brackets and commas are gone too
_run = rf"{_mark}(?:(?:[\s,;\u2013\u2014-]|and)*{_mark})*"
_citation = re.compile(rf"\s*(?:\[\s*{_run}\s*\]|\(\s*{_run}\s*\)|{_run})")


def parse_jats(content: bytes, *, name: str = "the article", source: str = "pmc") -> Document:
    """Read one article: its abstract whole, its text without tables, figures and citation marks.

    Parameters
    ----------
    content : bytes
        JATS XML; entities are not resolved, and nothing outside it is looked at.
    name : str
        What messages call it.
    source : str, default "pmc"
        Written into the document.

    Returns
    -------
    Document
        ``kind`` is "article", or "notice" for a correction or retraction.

    Raises
    ------
    ValueError
        Not well-formed, no article, or an entity that no standard defines.

    Notes
    -----
    Formulas are left out, as they are in PubMed's own plain text; author-year citations stay,
    because they are parts of sentences, numbered ones go.
    """
    root = parse_xml(content, name)
    article = root if local(root) == "article" else root.find(".//article")
    meta = None if article is None else article.find("front/article-meta")
    if article is None or meta is None:
        raise ValueError(f"{name} is no JATS article: there is no article/front/article-meta")
    ids = {attribute(e, "pub-id-type"): flat(e, name) for e in meta.findall("article-id")}
    pmcid = ids.get("pmcid") or ids.get("pmc") or ""
    notice = attribute(article, "article-type") in _notices
    return Document(
        title=_text(meta.find("title-group/article-title"), name),
        abstract=_abstract(meta, name),
        text="\n\n".join(_paragraphs(article.find("body"), name)),
        doi=ids.get("doi", "").lower() or None,
        pmid=ids.get("pmid") or None,
        pmcid=f"PMC{pmcid.upper().removeprefix('PMC')}" if pmcid else None,
        journal=flat(article.find("front/journal-meta//journal-title"), name),
        date=publication_date(_date(e, name) for e in meta.findall("pub-date")),
        licence=_licence(meta.find("permissions"), name),
        source=source,
        kind="notice" if notice else "article",
    )


def _date(element: Any, name: str) -> tuple[str, str, str]:
    year, month, day = (flat(element.find(tag), name) for tag in ("year", "month", "day"))
    return year, month or flat(element.find("season"), name), day


def _licence(permissions: Any, name: str) -> str:
    if permissions is None:
        return "unstated"
    stated = [e for e in permissions.iter() if local(e) in ("license", "license_ref")]
    links = [attribute(e, "href") for part in stated for e in part.iter() if local(e)]
    text = " ".join(flat(e, name) for e in stated)
    return licence_name(links, text or flat(permissions.find("copyright-statement"), name))


def _abstract(meta: Any, name: str) -> str:
    """Return the abstract proper, not a teaser, a graphic or a summary for laymen."""
    proper = {"", "abstract", "section", "sections", "structured"}
    found = [e for e in meta.findall("abstract") if attribute(e, "abstract-type") in proper]
    lines = [line for element in found[:1] for line in _labeled(element, name)]
    return "\n".join(lines)


def _labeled(element: Any, name: str) -> Iterator[str]:
    """Yield a line per section of an abstract, with its label in front."""
    if not len(element):
        yield from filter(None, [_text(element, name)])
        return
    label = _text(element.find("title"), name).rstrip(":. ")
    label = "" if label.lower() in ("abstract", "summary") else label
    plain = " ".join(_text(e, name) for e in element if local(e) not in ("title", "label", "sec"))
    if plain.strip():
        yield f"{label}: {plain.strip()}" if label else plain.strip()
    for section in element.findall("sec"):
        yield from _labeled(section, name)


def _paragraphs(element: Any, name: str) -> Iterator[str]:
    """Yield headings and paragraphs in the order of reading."""
    for child in () if element is None else element:
        tag = local(child)
        if not tag or tag in _without or tag == "label":
            continue
        if tag != "p" and any(local(e) in _blocks for e in child):
            yield from _paragraphs(child, name)
        else:
            yield from filter(None, [_text(child, name)])


def _text(element: Any, name: str) -> str:
    """Return a paragraph in one line, without the marks of numbered citations."""
    if element is None:
        return ""

    def instead(child: Any) -> str | None:
        if local(child) in _blocks or local(child) == "break":  # a list inside a paragraph
            inner = pieces(child, name, without=_without, instead=instead)
            return f" {''.join(inner)} "
        if local(child) == "xref" and attribute(child, "ref-type") == "bibr":
            shown = flat(child, name)
            return _mark if re.fullmatch(r"[\s\d\[\]().,;*\u2013\u2014-]*", shown) else None
        return None

    text = "".join(pieces(element, name, without=_without, instead=instead))
    return " ".join(_citation.sub("", text).split())
