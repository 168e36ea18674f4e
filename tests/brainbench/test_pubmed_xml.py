import datetime

import pytest

from surrobrain.brainbench.corpus.publication_date import publication_date
from surrobrain.brainbench.corpus.pubmed_xml import parse_pubmed
from tests.brainbench.ncbi import record

DAY = datetime.date(2020, 3, 9)


def parsed(*records, dtd=""):
    return parse_pubmed(f"{dtd}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode())


def test_a_structured_abstract_is_kept_whole_with_labels_and_markup_as_text():
    (document,) = parsed(record("7", DAY, pmcid="PMC70"))
    assert document.abstract.split("\n") == [
        "BACKGROUND: Background of the study 7.",
        "RESULTS: Power rose by 7 µV2.",
    ]
    assert (document.pmid, document.pmcid, document.date) == ("7", "PMC70", DAY)
    assert document.doi == "10.5/7", "the DOI of a reference was taken"
    assert (document.kind, document.licence, document.source) == ("abstract", "unstated", "pubmed")


def test_an_id_of_a_reference_is_never_the_articles():
    assert parsed(record("7", DAY))[0].pmcid is None


def test_an_abstract_without_labels_and_one_that_is_absent():
    plain = record("7", DAY).replace(' Label="BACKGROUND"', "").replace(' Label="RESULTS"', "")
    assert parsed(plain)[0].abstract.startswith("Background of the study 7.\nPower")
    head, rest = record("8", DAY).split("<Abstract>")
    assert parsed(head + rest.split("</Abstract>")[1])[0].abstract == ""


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("Retracted Publication", "retracted"), ("Published Erratum", "notice"),
     ("Retraction of Publication", "notice"), ("Review", "abstract")],
)  # fmt: skip
def test_what_is_retracted_says_so(kind, expected):
    assert parsed(record("7", DAY, kind=kind))[0].kind == expected


def test_books_are_left_out_and_other_answers_refused():
    book = "<PubmedBookArticle><BookDocument/></PubmedBookArticle>"
    assert [d.pmid for d in parsed(record("7", DAY), book, record("8", DAY))] == ["7", "8"]
    with pytest.raises(ValueError, match="no PubMed records but <eFetchResult>: Unable to obtain"):
        parse_pubmed(b"<eFetchResult><ERROR>Unable to obtain query #1</ERROR></eFetchResult>")


def test_nothing_outside_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the password")
    dtd = f'<!DOCTYPE PubmedArticleSet [<!ENTITY xxe SYSTEM "{secret.as_uri()}">]>'
    with pytest.raises(ValueError, match="entity &xxe;"):
        parsed(record("7", DAY).replace("Theta", "&xxe;"), dtd=dtd)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ([("1998", "Dec", "")], "1998-12-01"),
        ([("1998", "", "")], "1998-01-01"),
        ([("2003", "Autumn", "")], "2003-09-01"),
        ([("2005", "", ""), ("2005", "11", ""), ("2005", "10", "18")], "2005-10-18"),
        ([("2005", "6", "31")], "2005-06-01"),
        ([("", "6", "1")], "None"),
    ],
)
def test_incomplete_dates_count_as_their_beginning(dates, expected):
    assert str(publication_date(dates)) == expected


def test_a_loose_date_of_medline_is_read():
    known = "<Year>2020</Year>\n<Month>Mar</Month><Day>09</Day>"
    loose = record("7", DAY).replace(known, "<MedlineDate>1998 Dec-1999 Jan</MedlineDate>")
    assert str(parsed(loose)[0].date) == "1998-12-01"
