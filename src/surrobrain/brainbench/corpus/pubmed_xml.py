"""Abstracts in the XML of PubMed."""

import re
from typing import Any

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.licences import licence_name
from surrobrain.brainbench.corpus.publication_date import publication_date
from surrobrain.brainbench.corpus.xml_tree import attribute, flat, local, parse_xml

__all__ = ["parse_pubmed"]

_notices = {
    "Expression of Concern", "Published Erratum", "Retraction Notice",
    "Retraction of Publication",
}  # fmt: skip
_retracted = "Retracted Publication"


def parse_pubmed(content: bytes, *, name: str = "the PubMed records") -> tuple[Document, ...]:
    """Read the records of a PubmedArticleSet; structured abstracts stay whole, with labels.

    Parameters
    ----------
    content : bytes
        As efetch or the yearly files of PubMed give it.
    name : str
        What messages call it.

    Returns
    -------
    tuple of Document
        One per article, in order; ``kind`` is "abstract", "notice" or "retracted". Books are
        left out.

    Raises
    ------
    ValueError
        Not well-formed, or not from PubMed.
    """
    root = parse_xml(content, name)
    if local(root) not in ("PubmedArticleSet", "PubmedArticle"):
        said = flat(root, name)[:200]
        raise ValueError(f"{name} are no PubMed records but <{local(root)}>: {said}")
    records = [root] if local(root) == "PubmedArticle" else root.findall("PubmedArticle")
    return tuple(_document(record, name) for record in records)


def _document(record: Any, name: str) -> Document:
    citation = record.find("MedlineCitation")
    article = None if citation is None else citation.find("Article")
    if citation is None or article is None:
        raise ValueError(f"a record of {name} has no MedlineCitation/Article; fetch it again")
    # the list of references has ids of its own, further down: take the article's alone
    listed = record.findall("PubmedData/ArticleIdList/ArticleId")
    ids = {attribute(e, "IdType"): flat(e, name) for e in listed}
    located = [e for e in article.findall("ELocationID") if attribute(e, "EIdType") == "doi"]
    valid = [e for e in located if attribute(e, "ValidYN") != "N"]
    doi = ids.get("doi") or (flat(valid[0], name) if valid else "")
    types = {flat(e, name) for e in article.findall("PublicationTypeList/PublicationType")}
    rights = flat(article.find("Abstract/CopyrightInformation"), name)
    licence = licence_name([], rights)
    return Document(
        title=flat(article.find("ArticleTitle"), name),
        abstract=_abstract(article.find("Abstract"), name),
        doi=doi.lower() or None,
        pmid=flat(citation.find("PMID"), name) or None,
        pmcid=ids.get("pmc") or None,
        journal=flat(article.find("Journal/Title"), name),
        date=publication_date(_dates(article, name)),
        licence=licence if licence.startswith("CC") else "unstated",
        source="pubmed",
        kind="retracted" if _retracted in types else "notice" if types & _notices else "abstract",
    )


def _abstract(element: Any, name: str) -> str:
    lines = []
    for part in () if element is None else element.findall("AbstractText"):
        label, text = attribute(part, "Label").strip().rstrip(":"), flat(part, name)
        if text:
            lines.append(f"{label}: {text}" if label else text)
    return "\n".join(lines)


def _dates(article: Any, name: str) -> list[tuple[str, str, str]]:
    found = []
    for element in [*article.findall("ArticleDate"), article.find("Journal/JournalIssue/PubDate")]:
        if element is None:
            continue
        year, month, day = (flat(element.find(tag), name) for tag in ("Year", "Month", "Day"))
        loose = re.match(r"(\d{4})\s*([A-Za-z]*)", flat(element.find("MedlineDate"), name))
        if not year and loose:  # such as 1998 Dec-1999 Jan
            year, month = loose[1], loose[2]
        found.append((year, month or flat(element.find("Season"), name), day))
    return found
