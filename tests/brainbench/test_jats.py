import gzip
import json
import re

import pytest

from surrobrain.brainbench.corpus.jats import parse_jats

ARTICLE = """<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.3//EN" "JATS.dtd" [{dtd}]>
<article xmlns:xlink="http://www.w3.org/1999/xlink" article-type="research-article"><front>
<journal-meta><journal-title>Tests</journal-title></journal-meta><article-meta>
<article-id pub-id-type="doi">10.1/X</article-id><article-id pub-id-type="pmc">77</article-id>
<title-group><article-title>On <italic>grid</italic> cells{title}</article-title></title-group>
<pub-date pub-type="collection"><year>2020</year></pub-date>
<pub-date pub-type="epub"><day>31</day><month>3</month><year>2020</year></pub-date>
<abstract abstract-type="graphical"><p>A picture.</p></abstract>
<abstract>{abstract}</abstract></article-meta></front><body>{body}</body></article>"""


def article(abstract="<p>They tile space.</p>", body="<p>Text.</p>", title="", dtd=""):
    return ARTICLE.format(abstract=abstract, body=body, title=title, dtd=dtd).encode()


@pytest.fixture(scope="module")
def pairs(shared):
    """Six real articles beside what another parser made of them."""
    folder = shared("corpus")
    with gzip.open(folder / "oa_articles_ccby.jsonl.gz", "rt") as stream:
        records = {r["file"].replace(" ", "_"): r for r in map(json.loads, stream)}
    files = sorted((folder / "jats_samples").iterdir())
    return [(parse_jats(f.read_bytes(), name=f.name), records[f.name]) for f in files]


def test_real_articles_read_as_their_stored_records(pairs):
    assert len(pairs) == 6
    for document, stored in pairs:
        for name in ("doi", "title", "licence", "year", "journal"):
            assert getattr(document, name) == stored[name], f"{document.name}: {name}"
        # the stored abstracts lost the labels of their sections
        plain = [re.sub(r"^(Background|Methods|Results|Conclusions?): ", "", line)
                 for line in document.abstract.split("\n")]  # fmt: skip
        assert " ".join(plain) == stored["abstract"]


def test_real_full_texts_hold_every_stored_sentence_but_for_marks_of_citations(pairs):
    for document, stored in pairs:
        text = " ".join(document.text.split())
        for section in stored["sections"]:
            assert section["title"] in text
            # subheadings stand between the paragraphs here, so compare sentence by sentence;
            # the stored texts kept commas from between the marks of citations
            plain = " ".join(section["text"].split())
            sentences = re.split(r"(?<=[.?!]) ", re.sub(r",+\.", ".", plain))
            assert [s for s in sentences if s not in text] == []


def test_a_structured_abstract_keeps_labels_and_order():
    abstract = (
        "<title>Abstract</title><sec><title>Background:</title><p>Why.</p></sec>"
        "<sec><title>Results</title><p>One.</p><p>Two.</p></sec>"
    )
    document = parse_jats(article(abstract))
    assert document.abstract == "Background: Why.\nResults: One. Two."
    assert (document.doi, document.pmcid, str(document.date)) == ("10.1/x", "PMC77", "2020-03-31")


def test_citations_formulas_and_tables_go_and_sentences_stay():
    body = (
        "<sec><title>Results</title><p>Rates rose <xref ref-type='bibr'>[1]</xref>, "
        "<xref ref-type='bibr'>[2]</xref>. As <xref ref-type='bibr'>Hafting (2005)</xref> saw "
        "(<xref ref-type='fig'>Figure 1</xref>), Ca<sup>2+</sup> fell<sup><xref ref-type='bibr'>3"
        "</xref>,<xref ref-type='bibr'>4</xref></sup>.<list><list-item><p>First</p></list-item>"
        "<list-item><p>Second</p></list-item></list></p><table-wrap><p>9</p></table-wrap>"
        "<p>So <inline-formula><math>x</math></inline-formula>it is.</p></sec>"
    )
    assert parse_jats(article(body=body)).text.split("\n\n") == [
        "Results",
        "Rates rose. As Hafting (2005) saw (Figure 1), Ca2+ fell. First Second",
        "So it is.",
    ]


def test_nothing_outside_the_document_is_read(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the password")
    attack = article(title=" &xxe;", dtd=f'<!ENTITY xxe SYSTEM "{secret.as_uri()}">')
    with pytest.raises(ValueError, match=r"PMC7 holds the entity &xxe;.*never looked up"):
        parse_jats(attack, name="PMC7")
    # a parser with entities on would have read it: the attack is a real one
    from lxml import etree

    careless = etree.XMLParser(resolve_entities=True, load_dtd=True)
    assert "the password" in "".join(etree.fromstring(attack, careless).itertext())


def test_entities_do_not_multiply():
    bomb = "".join(f'<!ENTITY l{k + 1} "{f"&l{k};" * 10}">' for k in range(9))
    with pytest.raises(ValueError, match=r"amplification|entity &l9;"):
        parse_jats(article(title="&l9;", dtd=f'<!ENTITY l0 "ha">{bomb}'))


def test_named_characters_of_the_standard_are_read():
    assert parse_jats(article(title=" &alpha;-synuclein")).title == "On grid cells \u03b1-synuclein"


def test_damage_is_named():
    with pytest.raises(ValueError, match="PMC1 is not well-formed"):
        parse_jats(article()[:-30], name="PMC1")
    with pytest.raises(ValueError, match="PMC2 is no JATS article"):
        parse_jats(b"<html/>", name="PMC2")


def test_a_retraction_is_a_notice():
    notice = article().replace(b"research-article", b"retraction")
    assert parse_jats(notice).kind == "notice"
