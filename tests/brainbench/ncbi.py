"""A small NCBI on this machine: E-utilities and bucket, replaying records and real articles."""

import datetime
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlparse

SAMPLES = {  # file -> (pmcid, doi)
    "BMC_Neurosci-5-_-539297.nxml": ("PMC539297", "10.1186/1471-2202-5-57"),
    "BMC_Neurosci-6-_-1087847.nxml": ("PMC1087847", "10.1186/1471-2202-6-25"),
    "journal.pone.0040259.xml": ("PMC3394779", "10.1371/journal.pone.0040259"),
}

TYPICAL = """
<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">{pmid}</PMID>
<Article PubModel="Print"><Journal><JournalIssue><PubDate><Year>{date:%Y}</Year>
<Month>{date:%b}</Month><Day>{date:%d}</Day></PubDate></JournalIssue>
<Title>Journal of Tests</Title></Journal>
<ArticleTitle>Theta rhythm number {pmid}</ArticleTitle>
<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">Background of the
<i>study</i> {pmid}.</AbstractText>
<AbstractText Label="RESULTS" NlmCategory="RESULTS">Power rose by {pmid} &#181;V<sup>2</sup>.
</AbstractText></Abstract>
<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList></Article>
</MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="pubmed">{pmid}</ArticleId>
<ArticleId IdType="doi">{doi}</ArticleId>{pmc}</ArticleIdList>
<ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.9/reference</ArticleId>
<ArticleId IdType="pmc">PMC1</ArticleId></ArticleIdList></Reference></ReferenceList>
</PubmedData></PubmedArticle>"""


def record(pmid, date, *, doi=None, pmcid=None, kind="Journal Article"):
    """Write one record as PubMed does, with a structured abstract and a reference list."""
    pmc = f'<ArticleId IdType="pmc">{pmcid}</ArticleId>' if pmcid else ""
    return TYPICAL.format(pmid=pmid, date=date, doi=doi or f"10.5/{pmid}", pmc=pmc, kind=kind)


class Ncbi:
    """What it knows, what it was asked, and how it misbehaves."""

    def __init__(self, samples: Path | None):
        day = datetime.date(2020, 1, 1)
        self.dates = {str(100 + k): day + datetime.timedelta(days=k) for k in range(24)}
        self.records = {pmid: record(pmid, date) for pmid, date in self.dates.items()}
        self.articles: dict[str, bytes] = {}
        for pmid, (file, (pmcid, doi)) in zip(self.dates, SAMPLES.items(), strict=False):
            if samples is not None:
                self.records[pmid] = record(pmid, self.dates[pmid], doi=doi, pmcid=pmcid)
                self.articles[pmcid] = (samples / file).read_bytes()
        self.searches: dict[str, list[str]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.statuses: dict[str, list[int]] = defaultdict(list)  # sent before good answers
        self.forgetful = False
        self.hold_at: int | None = None  # this many fetches are answered, the next one hangs
        self.held = threading.Event()
        self.go_on = threading.Event()

    def esearch(self, asked):
        low, high = (datetime.datetime.strptime(asked[k], "%Y/%m/%d").date()
                     for k in ("mindate", "maxdate"))  # fmt: skip
        if "[bad]" in asked["term"]:
            return b"<eSearchResult><ERROR>Invalid query</ERROR></eSearchResult>"
        found = [pmid for pmid, date in self.dates.items() if low <= date <= high]
        place = f"WEB{len(self.searches)}"
        self.searches[place] = found
        ids = "".join(f"<Id>{pmid}</Id>" for pmid in found[: int(asked["retmax"])])
        return (
            f"<eSearchResult><Count>{len(found)}</Count><QueryKey>1</QueryKey><WebEnv>{place}"
            f"</WebEnv><IdList>{ids}</IdList></eSearchResult>"
        ).encode()

    def efetch(self, asked):
        if "WebEnv" in asked:
            if self.forgetful:
                return None
            start, n = int(asked["retstart"]), int(asked["retmax"])
            ids = self.searches[asked["WebEnv"]][start : start + n]
        else:
            ids = asked["id"].split(",")
        inside = "".join(self.records[pmid] for pmid in ids if pmid in self.records)
        return f"<PubmedArticleSet>{inside}</PubmedArticleSet>".encode()

    def bucket(self, path, asked):
        if "list-type" in asked:
            pmcid = asked["prefix"].rstrip(".")
            versions = "".join(f"<CommonPrefixes><Prefix>{pmcid}.{v}/</Prefix></CommonPrefixes>"
                               for v in (1, 2) if pmcid in self.articles)  # fmt: skip
            space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
            return f"<ListBucketResult {space}>{versions}</ListBucketResult>".encode()
        name = path.rsplit("/", 1)[-1].removesuffix(".xml").removesuffix(".2")
        return self.articles.get(name)


def serve(ncbi):
    """Return a server on loopback; its address is ``http://127.0.0.1:{server_port}``."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self, query):
            url = urlparse(self.path)
            what = url.path.rsplit("/", 1)[-1] if "/eutils/" in url.path else "bucket"
            asked = {name: values[0] for name, values in parse_qs(query).items()}
            ncbi.asked.append((what, asked))
            if what == "efetch.fcgi" and ncbi.hold_at is not None:
                ncbi.hold_at -= 1
                if ncbi.hold_at < 0:
                    ncbi.hold_at = None
                    ncbi.held.set()
                    ncbi.go_on.wait(30)
            status = ncbi.statuses[what].pop(0) if ncbi.statuses[what] else 200
            made = {"esearch.fcgi": ncbi.esearch, "efetch.fcgi": ncbi.efetch}.get(what)
            body = made(asked) if made else ncbi.bucket(url.path, asked)
            if body is None:
                status, body = (404 if what == "bucket" else 400), b"<ERROR>none</ERROR>"
            try:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body if status == 200 else b"no")
            except (BrokenPipeError, ConnectionResetError):
                pass  # whoever asked was killed

        def do_GET(self):
            self.answer(urlparse(self.path).query)

        def do_POST(self):
            self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
