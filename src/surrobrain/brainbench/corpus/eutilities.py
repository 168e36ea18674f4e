"""PubMed by its E-utilities: search on the history server, fetch in pages."""

import datetime
import re
import time
import urllib.parse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.corpus.pubmed_xml import parse_pubmed
from surrobrain.brainbench.corpus.xml_tree import flat, parse_xml
from surrobrain.transport import Transport

__all__ = ["EUTILITIES", "MOST", "EUtilities", "Slice", "fetch_slice", "search", "slices"]

EUTILITIES = "https://eutils.ncbi.nlm.nih.gov/entrez/eutils"
MOST = 10_000
"""Records that PubMed hands out per search."""

Read = TypeVar("Read")


@dataclass(frozen=True)
class EUtilities:
    """Whom to ask, and who asks.

    Parameters
    ----------
    email : str
        NCBI writes to it before it locks somebody out.
    transport : callable
        As `surrobrain.transport.patient` returns; it keeps the rate.
    url : str
        Folder of the utilities.
    tool : str
        Name of the program.
    api_key : str, optional
        Allows ten requests per second instead of three.
    attempts : int, default 3
        How often to ask for what arrived damaged.
    wait : float, default 1
        Seconds before asking again; doubled each time.
    """

    email: str
    transport: Transport
    url: str = EUTILITIES
    tool: str = "surrobrain"
    api_key: str | None = field(default=None, repr=False)
    attempts: int = 3
    wait: float = 1.0


@dataclass(frozen=True)
class Slice:
    """What was found between two days.

    Parameters
    ----------
    start, end : datetime.date
        First and last day.
    ids : tuple of str
        PMIDs in the order of the history server.
    web_env, query_key : str
        Where the server keeps them for some hours.
    """

    start: datetime.date
    end: datetime.date
    ids: tuple[str, ...]
    web_env: str
    query_key: str


def search(
    server: EUtilities, term: str, *, start: datetime.date, end: datetime.date,
    date_type: str = "pdat", most: int = MOST,
) -> tuple[int, Slice]:  # fmt: skip
    """Search between two days, the days included.

    Parameters
    ----------
    server : EUtilities
        Whom to ask.
    term : str
        In PubMed's notation.
    start, end : datetime.date
        First and last day.
    date_type : str, default "pdat"
        Of publication; "edat" is the day the record came in.
    most : int, default 10000
        Records that the server hands out at most.

    Returns
    -------
    n_found : int
        May exceed ``most``.
    found : Slice
        The first ``most`` of them.

    Raises
    ------
    ValueError
        The server refuses the query.
    """
    parameters = {
        "db": "pubmed", "term": term, "usehistory": "y", "retmax": str(most), "retmode": "xml",
        "datetype": date_type, "mindate": f"{start:%Y/%m/%d}", "maxdate": f"{end:%Y/%m/%d}",
    }  # fmt: skip

    def read(content: bytes) -> tuple[int, Slice]:
        root = parse_xml(content, "the answer of esearch")
        refused = flat(root.find("ERROR"), "esearch")
        count = flat(root.find("Count"), "esearch")
        if refused or not count.isdecimal():
            raise ValueError(f"esearch refuses the query: {refused or flat(root, 'esearch')[:200]}")
        ids = tuple(flat(e, "esearch") for e in root.findall("IdList/Id"))
        place = flat(root.find("WebEnv"), "esearch"), flat(root.find("QueryKey"), "esearch")
        return int(count), Slice(start, end, ids, *place)

    return _asked(server, "esearch", parameters, read)


def slices(
    server: EUtilities, term: str, *, start: datetime.date, end: datetime.date,
    date_type: str = "pdat", most: int = MOST,
) -> Iterator[Slice]:  # fmt: skip
    """Search in slices of time, each small enough to be handed out whole.

    Parameters
    ----------
    server, term, start, end, date_type, most
        As for `search`.

    Yields
    ------
    Slice
        In the order of time; empty ones are left out.

    Raises
    ------
    ValueError
        More is found on one day than the server hands out.
    """
    n_found, found = search(server, term, start=start, end=end, date_type=date_type, most=most)
    if n_found <= most:
        if found.ids:
            yield found
        return
    if start >= end:
        raise ValueError(
            f"{n_found} records on {start}, but PubMed hands out {most} per search; narrow the "
            "query, for instance to fewer journals"
        )
    middle = start + (end - start) // 2
    for first, last in ((start, middle), (middle + datetime.timedelta(days=1), end)):
        yield from slices(server, term, start=first, end=last, date_type=date_type, most=most)


def fetch_slice(server: EUtilities, found: Slice, *, offset: int, n: int) -> tuple[Document, ...]:
    """Fetch a page of what was found, in the order it was found.

    The history server is asked first. What it has forgotten, or left out, is asked for by number.

    Parameters
    ----------
    server : EUtilities
        Whom to ask.
    found : Slice
        What a search found.
    offset, n : int
        First record and their number.

    Returns
    -------
    tuple of Document
        Without the records that PubMed does not hand out, such as books and deleted ones.
    """
    wanted = found.ids[offset : offset + n]
    shared = {"db": "pubmed", "retmode": "xml"}
    place = {"WebEnv": found.web_env, "query_key": found.query_key, "retstart": str(offset),
             "retmax": str(n)}  # fmt: skip
    try:
        records = _asked(server, "efetch", shared | place, parse_pubmed, attempts=1)
    except ValueError:  # hours later the server no longer knows the search
        records = ()
    known = {record.pmid: record for record in records}
    missing = [pmid for pmid in wanted if pmid not in known]
    if missing:
        again = _asked(server, "efetch", shared | {"id": ",".join(missing)}, parse_pubmed)
        known |= {record.pmid: record for record in again}
    return tuple(known[pmid] for pmid in wanted if pmid in known)


def _asked(
    server: EUtilities, utility: str, parameters: dict[str, str], read: Callable[[bytes], Read],
    *, attempts: int | None = None,
) -> Read:  # fmt: skip
    """Post a question, as long as lists need, and ask again for what arrives damaged."""
    who = {"tool": server.tool, "email": server.email}
    who |= {"api_key": server.api_key} if server.api_key else {}
    body = urllib.parse.urlencode(parameters | who).encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    attempts = server.attempts if attempts is None else attempts
    for attempt in range(attempts):
        answer = server.transport(f"{server.url}/{utility}.fcgi", data=body, headers=headers)
        try:
            if answer.status != 200:
                said = re.sub(r"<[^>]*>", " ", answer.body.decode(errors="replace"))
                said = " ".join(said.split())[:200]
                raise ValueError(f"{utility} answers {answer.status}: {said}")
            return read(answer.body)
        except ValueError:
            if attempt + 1 == attempts or answer.status != 200:
                raise
            time.sleep(server.wait * 2**attempt)
    raise ValueError(f"attempts must be at least 1, but {attempts} arrived")
