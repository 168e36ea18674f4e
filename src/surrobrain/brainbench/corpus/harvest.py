"""From PubMed and PubMed Central to a corpus, in steps that survive being killed."""

import dataclasses
import datetime
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.eutilities import EUtilities, Slice, fetch_slice, slices
from surrobrain.brainbench.corpus.exclusion import Exclusion, exclusion
from surrobrain.brainbench.corpus.jats import parse_jats
from surrobrain.brainbench.corpus.licences import permitted
from surrobrain.brainbench.corpus.open_access import full_text
from surrobrain.brainbench.corpus.plan import HarvestPlan, api_key, recipe
from surrobrain.brainbench.corpus.read_corpus import MANIFEST, Corpus, describe_corpus
from surrobrain.brainbench.corpus.shards import line_of, read_shard, write_shard
from surrobrain.brainbench.corpus.write_corpus import write_corpus
from surrobrain.brainbench.item import Item
from surrobrain.files import sha256
from surrobrain.journal import append, read_journal
from surrobrain.progress import progress
from surrobrain.transport import Transport, fetch, patient

__all__ = ["harvest_corpus"]

_JOURNAL = "harvest.jsonl"


def harvest_corpus(
    plan: HarvestPlan, folder: str | Path, *,
    exclude: Exclusion | str | Path | Iterable[Item | str] = (),
    transport: Transport | None = None, shown: bool = True,
) -> Corpus:  # fmt: skip
    """Search PubMed, fetch abstracts and open full texts, and write a corpus.

    Killed or cut off at any point, the same call goes on where it stopped and ends with the same
    corpus: what was found is noted before anything is fetched, and every page is noted once its
    file is whole.

    Parameters
    ----------
    plan : HarvestPlan
        What to harvest.
    folder : str or Path
        Gets the journal ``harvest.jsonl``, the ``pages`` as they were fetched, and the corpus.
    exclude : Exclusion, path, or iterable of Item or str
        Test cases or DOIs that must not be in it. They may change later: the corpus is then
        written anew from the pages.
    transport : callable, optional
        How to ask; by default three requests per second, ten with ``NCBI_API_KEY`` in the
        environment, and patience with servers that are busy.
    shown : bool, default True
        Whether progress is shown on a terminal.

    Returns
    -------
    Corpus

    Raises
    ------
    ValueError
        The folder holds the harvest of another plan, PubMed refuses the query, or nothing is found.
    ConnectionError
        A server does not answer; what was fetched stays, and the same call goes on.

    Examples
    --------
    >>> import datetime
    >>> from surrobrain.brainbench import HarvestPlan, harvest_corpus
    >>> plan = HarvestPlan(datetime.date(2020, 1, 1), datetime.date(2020, 1, 31), "me@lab.org")
    >>> harvest_corpus(plan, "corpus", exclude="items.jsonl")  # doctest: +SKIP
    """
    target = Path(folder)
    key = api_key()
    out = exclude if isinstance(exclude, Exclusion) else exclusion(exclude)
    _begin(plan, target)
    made = recipe(plan) | {"excluded": _digest(out)}
    if (target / MANIFEST).exists():
        corpus = describe_corpus(target)
        if {name: corpus.provenance.get(name) for name in made} == made:
            return corpus
    server = EUtilities(
        plan.email, transport or patient(fetch, per_second=10.0 if key else 3.0),
        url=plan.eutilities, api_key=key,
    )  # fmt: skip
    pages = _pages(plan, _found(plan, target, server))
    _fetch_missing(plan, target, server, pages, transport or patient(fetch), shown=shown)
    entries = _fetched(target)
    days = sorted(str(entry["retrieved"]) for entry in entries.values())
    noted = {
        "retrieved": [days[0], days[-1]], "n_found": sum(n for _, _, n in pages),
        "n_absent": sum(len(e["absent"]) for e in entries.values()),
        "n_refused": sum(len(e["refused"]) for e in entries.values()),
    }  # fmt: skip
    return write_corpus(
        _documents(target, entries, len(pages)), target, licences=plan.licences,
        unlicensed_abstracts=plan.unlicensed_abstracts, exclude=out, provenance=made | noted,
    )  # fmt: skip


def _begin(plan: HarvestPlan, target: Path) -> None:
    """Note the plan, or refuse a folder that belongs to another one."""
    said = recipe(plan)
    noted = [e["plan"] for e in read_journal(target / _JOURNAL).entries if "plan" in e]
    if not noted:
        if (target / MANIFEST).exists():
            raise ValueError(
                f"{target.name} holds a corpus that was not harvested; choose another folder"
            )
        append(target / _JOURNAL, {"plan": said})
        return
    before: Any = noted[0]
    free = {"unlicensed_abstracts"}  # decided when the corpus is written, not when it is fetched
    odd = [name for name in said if name not in free and said[name] != before.get(name)]
    if odd:
        raise ValueError(
            f"{target.name} holds a harvest with another {odd[0]} ({before.get(odd[0])!r}, now "
            f"{said[odd[0]]!r}); choose another folder, or repeat the plan to go on"
        )


def _digest(out: Exclusion) -> str:
    content = [sorted(out.dois), sorted(out.phrases)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _found(plan: HarvestPlan, target: Path, server: EUtilities) -> list[Slice]:
    """Return what was found, from the journal where a search was finished before."""
    for entry in read_journal(target / _JOURNAL).entries:
        noted: Any = entry.get("slices")
        if noted is not None:
            return [_slice(said) for said in noted]
    found = list(slices(
        server, plan.query, start=plan.start, end=plan.end, date_type=plan.date_type,
        most=plan.most,
    ))  # fmt: skip
    if not found:
        raise ValueError(
            f"PubMed finds nothing between {plan.start} and {plan.end}; widen the query"
        )
    noted = [dataclasses.asdict(s) | {"start": s.start.isoformat(), "end": s.end.isoformat()}
             for s in found]  # fmt: skip
    append(target / _JOURNAL, {"slices": noted})
    return found


def _slice(said: Mapping[str, Any]) -> Slice:
    start, end = (datetime.date.fromisoformat(said[name]) for name in ("start", "end"))
    return Slice(start, end, tuple(said["ids"]), said["web_env"], said["query_key"])


def _pages(plan: HarvestPlan, found: list[Slice]) -> list[tuple[Slice, int, int]]:
    """Return every page as (slice, offset, number of records)."""
    size = plan.page_size
    return [(part, offset, len(part.ids[offset : offset + size]))
            for part in found for offset in range(0, len(part.ids), size)]  # fmt: skip


def _file(target: Path, page: int) -> Path:
    return target / "pages" / f"{page:06d}.jsonl.zst"


def _fetched(target: Path) -> dict[int, dict[str, Any]]:
    """Return the notes on the pages; the last one on a page counts."""
    entries: tuple[Any, ...] = read_journal(target / _JOURNAL).entries
    return {entry["page"]: entry for entry in entries if "page" in entry}


def _fetch_missing(
    plan: HarvestPlan, target: Path, server: EUtilities, pages: list[tuple[Slice, int, int]],
    articles: Transport, *, shown: bool,
) -> None:  # fmt: skip
    noted = _fetched(target)
    with progress(len(pages), label="harvesting", shown=shown) as report:
        for page, (part, offset, n) in enumerate(pages):
            file = _file(target, page)
            if page in noted and file.exists() and sha256(file) == noted[page]["sha256"]:
                continue
            records = fetch_slice(server, part, offset=offset, n=n)
            documents, refused = [], []
            for record in records:
                document, why = _with_text(record, plan, articles)
                documents.append(document)
                refused += [{"pmid": record.pmid, "why": why}] if why else []
            got = {record.pmid for record in records}
            append(target / _JOURNAL, {
                "page": page, "sha256": write_shard(file, map(line_of, documents)),
                "records": len(records), "refused": refused,
                "absent": [pmid for pmid in part.ids[offset : offset + n] if pmid not in got],
                "retrieved": datetime.datetime.now(datetime.UTC).date().isoformat(),
            })  # fmt: skip
            report(page + 1, f"{part.start} to {part.end}")


def _with_text(
    record: Document, plan: HarvestPlan, articles: Transport
) -> tuple[Document, str | None]:
    """Return a record with its full text where that is open and permitted, or why it is unread."""
    if not (plan.full_texts and record.pmcid and record.kind == "abstract"):
        return record, None
    try:
        content = full_text(
            record.pmcid, transport=articles, bucket=plan.bucket, layout=plan.layout
        )
        if content is None:
            return record, None
        article = parse_jats(content, name=record.pmcid)
    except ValueError as error:  # one damaged article must not end the harvest
        return record, str(error)
    if article.doi and record.doi and article.doi != record.doi:
        return record, f"{record.pmcid} has the DOI {article.doi} instead of {record.doi}"
    licensed = dataclasses.replace(record, licence=article.licence)
    if article.kind != "article" or not article.text:
        return licensed, None
    if not permitted(article.licence, plan.licences):
        return licensed, None
    known = {"doi": article.doi or record.doi, "pmid": record.pmid, "pmcid": record.pmcid}
    days = [date for date in (article.date, record.date) if date is not None]
    return dataclasses.replace(
        article, **known, abstract=record.abstract or article.abstract,
        title=article.title or record.title, date=min(days, default=None),
    ), None  # fmt: skip


def _documents(
    target: Path, entries: Mapping[int, Mapping[str, Any]], n_pages: int
) -> Iterator[Document]:
    for page in range(n_pages):
        yield from read_shard(_file(target, page), sha256=entries[page]["sha256"])
