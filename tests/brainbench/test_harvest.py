import datetime
import itertools
import json
import os
import signal
import subprocess
import sys

import pytest
import zstandard

from surrobrain.brainbench import HarvestPlan, harvest_corpus, read_corpus
from surrobrain.brainbench.corpus.eutilities import EUtilities, search, slices
from surrobrain.brainbench.corpus.journals import JOURNALS, literature_query
from surrobrain.brainbench.corpus.open_access import full_text
from surrobrain.journal import read_journal
from surrobrain.transport import fetch, patient
from tests.brainbench.ncbi import Ncbi, record, serve

FIRST, LAST = datetime.date(2020, 1, 1), datetime.date(2020, 1, 31)
QUICK = patient(fetch, first_wait=0.01)


@pytest.fixture
def ncbi(shared):
    return Ncbi(shared("corpus") / "jats_samples")


@pytest.fixture
def address(ncbi):
    with serve(ncbi) as server:
        yield f"http://127.0.0.1:{server.server_port}"
        ncbi.go_on.set()
        server.shutdown()


def plan(address, **given):
    given = {"page_size": 5, "most": 10} | given
    return HarvestPlan(FIRST, LAST, "me@lab.org", query="theta", eutilities=f"{address}/eutils",
                       bucket=f"{address}/bucket", **given)  # fmt: skip


def server_at(address, **given):
    return EUtilities("me@lab.org", QUICK, url=f"{address}/eutils", wait=0.01, **given)


def test_abstracts_and_permitted_full_texts_arrive(ncbi, address, tmp_path):
    corpus = harvest_corpus(plan(address), tmp_path, transport=QUICK)
    found = {d.pmid: d for d in read_corpus(tmp_path)}
    assert sorted(found) == sorted(ncbi.records)
    assert dict(corpus.kinds) == {"abstract": 21, "article": 3}
    full = found["100"]
    assert full.title.startswith("Membrane trafficking")
    assert full.abstract.startswith("BACKGROUND: Background of the study 100.")
    assert (full.licence, full.pmcid, full.source) == ("CC-BY-2.0", "PMC539297", "pmc")
    assert full.text.startswith("Background\n\nJuvenile neuronal ceroid")
    assert corpus.provenance["n_found"] == 24


def test_every_request_says_who_asks_and_the_key_stays_out_of_sight(
    ncbi, address, tmp_path, monkeypatch
):
    monkeypatch.setenv("NCBI_API_KEY", "a-secret")
    harvest_corpus(plan(address), tmp_path, transport=QUICK)
    asked = [given for what, given in ncbi.asked if what != "bucket"]
    assert all(g["tool"] == "surrobrain" and g["email"] == "me@lab.org" for g in asked)
    assert all(g["api_key"] == "a-secret" for g in asked)
    written = b"".join(p.read_bytes() for p in tmp_path.rglob("*.json*"))
    assert b"a-secret" not in written
    assert b"me@lab.org" not in written
    assert "a-secret" not in repr(server_at(address, api_key="a-secret"))


def test_pages_come_from_the_history_server(ncbi, address, tmp_path):
    harvest_corpus(plan(address), tmp_path, transport=QUICK)
    fetched = [given for what, given in ncbi.asked if what == "efetch.fcgi"]
    assert all("WebEnv" in given and "id" not in given for given in fetched)
    assert [given["retstart"] for given in fetched][:2] == ["0", "5"]


def test_more_than_the_server_hands_out_is_sliced_by_date_without_gap_or_double(ncbi, address):
    parts = list(slices(server_at(address), "theta", start=FIRST, end=LAST, most=7))
    assert all(len(part.ids) <= 7 for part in parts)
    assert [pmid for part in parts for pmid in part.ids] == list(ncbi.records)
    assert all(a.end < b.start for a, b in itertools.pairwise(parts))
    with pytest.raises(ValueError, match="1 records on 2020-01-01, but PubMed hands out 0"):
        list(slices(server_at(address), "theta", start=FIRST, end=FIRST, most=0))


def test_a_search_that_is_refused_says_what_the_server_said(ncbi, address):
    with pytest.raises(ValueError, match="esearch refuses the query: Invalid query"):
        search(server_at(address, attempts=1), "[bad]", start=FIRST, end=LAST)


def test_busy_servers_are_asked_again(ncbi, address, tmp_path):
    ncbi.statuses |= {"esearch.fcgi": [500, 429], "efetch.fcgi": [503], "bucket": [503]}
    assert harvest_corpus(plan(address), tmp_path, transport=QUICK).n_documents == 24


def test_a_search_that_the_server_forgot_goes_on_by_numbers(ncbi, address, tmp_path):
    ncbi.forgetful = True
    assert harvest_corpus(plan(address), tmp_path, transport=QUICK).n_documents == 24
    assert any("id" in given for what, given in ncbi.asked if what == "efetch.fcgi")


def test_records_that_vanish_and_articles_that_are_damaged_are_noted(ncbi, address, tmp_path):
    del ncbi.records["110"]
    ncbi.articles["PMC1087847"] = b"<article>"
    corpus = harvest_corpus(plan(address), tmp_path, transport=QUICK)
    assert (corpus.provenance["n_absent"], corpus.provenance["n_refused"]) == (1, 1)
    notes = [e for e in read_journal(tmp_path / "harvest.jsonl").entries if e.get("refused")]
    assert "PMC1087847 is not well-formed" in str(notes[0]["refused"])
    assert {d.pmid: d.kind for d in read_corpus(tmp_path)}["101"] == "abstract"


def test_a_full_text_under_another_licence_stays_where_it_is(ncbi, address, tmp_path):
    strict = plan(address, licences=("CC0",))
    corpus = harvest_corpus(strict, tmp_path, transport=QUICK)
    assert dict(corpus.kinds) == {"abstract": 24}
    assert {d.pmid: d.licence for d in read_corpus(tmp_path)}["100"] == "CC-BY-2.0"
    pages = (tmp_path / "pages").glob("*.zst")
    stored = b"".join(zstandard.ZstdDecompressor().decompress(p.read_bytes()) for p in pages)
    assert b"Background of the study" in stored
    assert b"Juvenile neuronal ceroid" not in stored


def test_an_article_with_another_doi_is_not_believed(ncbi, address, tmp_path):
    ncbi.records["100"] = record("100", FIRST, doi="10.5/other", pmcid="PMC539297")
    harvest_corpus(plan(address), tmp_path, transport=QUICK)
    assert {d.pmid: d.kind for d in read_corpus(tmp_path)}["100"] == "abstract"


def test_test_cases_and_retracted_work_stay_out(ncbi, address, tmp_path):
    ncbi.records["105"] = record("105", FIRST, kind="Retracted Publication")
    corpus = harvest_corpus(
        plan(address), tmp_path, exclude=["10.1186/1471-2202-5-57"], transport=QUICK
    )
    assert dict(corpus.left_out) == {"DOI of a test case": 1, "retracted": 1}
    n = len(ncbi.asked)
    again = harvest_corpus(plan(address), tmp_path, exclude=["10.5/103"], transport=QUICK)
    assert len(ncbi.asked) == n, "a new exclusion needs no new download"
    assert {"100"} <= {d.pmid for d in read_corpus(tmp_path)}
    assert dict(again.left_out) == {"DOI of a test case": 1, "retracted": 1}


def test_a_finished_harvest_asks_nothing_and_another_plan_is_refused(ncbi, address, tmp_path):
    first = harvest_corpus(plan(address), tmp_path, transport=QUICK)
    n = len(ncbi.asked)
    assert harvest_corpus(plan(address), tmp_path, transport=QUICK) == first
    assert len(ncbi.asked) == n
    with pytest.raises(ValueError, match="another page_size \\(5, now 4\\)"):
        harvest_corpus(plan(address, page_size=4), tmp_path, transport=QUICK)


def test_a_page_that_was_damaged_on_disk_is_fetched_again(ncbi, address, tmp_path):
    harvest_corpus(plan(address), tmp_path, transport=QUICK)
    whole = (tmp_path / "pages" / "000002.jsonl.zst").read_bytes()
    (tmp_path / "pages" / "000002.jsonl.zst").write_bytes(whole[:50])
    (tmp_path / "corpus.json").unlink()
    harvest_corpus(plan(address), tmp_path, transport=QUICK)
    assert (tmp_path / "pages" / "000002.jsonl.zst").read_bytes() == whole


HARVEST = """
import datetime, json, sys
from surrobrain.brainbench import HarvestPlan, harvest_corpus
days = [datetime.date.fromisoformat(day) for day in ("2020-01-01", "2020-01-31")]
harvest_corpus(HarvestPlan(*days, **json.loads(sys.argv[1])), sys.argv[2])
"""


def test_killed_in_the_middle_the_same_call_ends_with_the_same_corpus(
    ncbi, address, tmp_path, monkeypatch
):
    monkeypatch.setenv("NCBI_API_KEY", "k")  # ten requests per second
    given = {"email": "me@lab.org", "query": "theta", "eutilities": f"{address}/eutils",
             "bucket": f"{address}/bucket", "page_size": 5, "most": 10}  # fmt: skip
    command = [sys.executable, "-c", HARVEST, json.dumps(given)]
    ncbi.hold_at = 2  # the third page hangs, and there the process dies
    process = subprocess.Popen([*command, str(tmp_path / "killed")], env=os.environ)
    assert ncbi.held.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    ncbi.go_on.set()
    before = read_journal(tmp_path / "killed" / "harvest.jsonl").entries
    assert [e["page"] for e in before if "page" in e] == [0, 1]
    n = len(ncbi.asked)
    subprocess.run([*command, str(tmp_path / "killed")], check=True)
    asked_again = [what for what, _ in ncbi.asked[n:]]
    assert "esearch.fcgi" not in asked_again
    assert asked_again.count("efetch.fcgi") == 4, "a page was fetched twice"
    harvest_corpus(plan(address), tmp_path / "whole", transport=QUICK)
    for name in ("corpus.json", "corpus-00000.jsonl.zst"):
        killed, whole = (tmp_path / folder / name for folder in ("killed", "whole"))
        assert killed.read_bytes() == whole.read_bytes()


def test_the_bucket_may_lie_differently(ncbi, address):
    old = full_text("PMC539297", transport=QUICK, bucket=f"{address}/bucket",
                    layout="oa_comm/xml/all/{pmcid}.xml")  # fmt: skip
    assert old == ncbi.articles["PMC539297"]
    assert ncbi.asked[-1] == ("bucket", {})
    new = full_text("PMC539297", transport=QUICK, bucket=f"{address}/bucket")
    assert new == old
    assert full_text("PMC99", transport=QUICK, bucket=f"{address}/bucket") is None
    with pytest.raises(ValueError, match="PMC and digits"):
        full_text("../x", transport=QUICK, bucket=address)


def test_the_journals_are_each_named_once():
    assert len(JOURNALS) == len(set(JOURNALS)) >= 100
    assert literature_query().count('"J Neurosci"[ta]') == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"email": "nobody"}, "e-mail"), ({"start": LAST, "end": FIRST}, "after its end"),
     ({"layout": "x.xml"}, "names {pmcid}"), ({"date_type": "date"}, "pdat")],
)  # fmt: skip
def test_plans_that_cannot_work_are_refused(change, said):
    with pytest.raises(ValueError, match=said):
        HarvestPlan(**({"start": FIRST, "end": LAST, "email": "me@lab.org"} | change))
