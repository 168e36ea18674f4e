import dataclasses
import json

import pytest

from surrobrain.brainbench import Document, Item, read_articles, read_corpus, write_corpus
from surrobrain.brainbench.corpus.exclusion import exclusion
from surrobrain.brainbench.corpus.read_corpus import describe_corpus

WORDS = "we recorded from {n} cells in the medial entorhinal cortex of freely moving rats and found"


def documents(n=6):
    return [Document(f"Title {k}", WORDS.format(n=k), doi=f"10.1/{k}", pmid=str(k))
            for k in range(n)]  # fmt: skip


def test_what_is_written_is_read_in_order_and_in_full(tmp_path):
    given = [*documents(), Document("Å", "β\u2028μ", "text", "10.1/å", date=None,
                                    licence="CC-BY-4.0", kind="article")]  # fmt: skip
    corpus = write_corpus(given, tmp_path)
    assert list(read_corpus(tmp_path)) == given
    assert corpus.n_documents == 7
    assert dict(corpus.licences) == {"CC-BY-4.0": 1, "unstated": 6}
    assert corpus.n_characters == sum(len(d.content) for d in given)


def test_every_record_has_its_provenance(tmp_path):
    import zstandard

    write_corpus(documents(1), tmp_path)
    packed = (tmp_path / "corpus-00000.jsonl.zst").read_bytes()
    record = json.loads(zstandard.ZstdDecompressor().decompress(packed))
    assert set(record) == {
        "doi", "pmid", "pmcid", "title", "abstract", "text", "journal", "year", "date", "licence",
        "source", "sha256", "kind",
    }  # fmt: skip
    assert record["sha256"] == documents(1)[0].sha256


def test_shards_have_a_size_and_one_that_changed_is_refused(tmp_path):
    corpus = write_corpus(documents(20), tmp_path, shard_megabytes=0.002)
    assert len(corpus.shards) > 2
    assert list(read_corpus(tmp_path)) == documents(20)
    write_corpus(documents(2), tmp_path)
    assert len(list(tmp_path.glob("*.zst"))) == 1, "shards of the earlier corpus are left"
    (tmp_path / "corpus-00000.jsonl.zst").write_bytes(b"other")
    with pytest.raises(ValueError, match=r"corpus-00000.jsonl.zst is changed since"):
        list(read_corpus(tmp_path))
    (tmp_path / "corpus.json").unlink()
    with pytest.raises(FileNotFoundError, match="no finished corpus"):
        read_corpus(tmp_path).__next__()


def test_the_same_documents_make_the_same_files(tmp_path):
    one, two = (write_corpus(documents(), tmp_path / name) for name in "ab")
    assert one.shards == two.shards


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"doi": "10.1/0"}, "same DOI as an earlier one"),
        ({"pmid": "0"}, "same PMID as an earlier one"),
        ({"abstract": WORDS.format(n=0).upper() + "!"}, "same wording as an earlier one"),
        ({"kind": "retracted"}, "retracted"),
        ({"kind": "notice"}, "notice"),
        ({"abstract": ""}, "without text"),
        ({"kind": "article", "licence": "CC-BY-NC-4.0"}, "licence CC-BY-NC-4.0"),
        ({"doi": "10.9/TEST"}, "DOI of a test case"),
        ({"abstract": "Preprint. " + WORDS.format(n=99) + " nothing"}, "wording of a test case"),
    ],
)
def test_what_is_left_out_is_counted_by_reason(tmp_path, change, why):
    case = Item("1", original=WORDS.format(n=99) + " grid cells", altered="", edits=())
    odd = dataclasses.replace(documents(10)[9], **change)
    out = exclusion([case, "https://doi.org/10.9/test"])
    corpus = write_corpus([*documents(), odd], tmp_path, exclude=out)
    assert dict(corpus.left_out) == {why: 1}
    assert list(read_corpus(tmp_path)) == documents()


def test_abstracts_without_a_licence_only_when_wanted(tmp_path):
    licensed = dataclasses.replace(documents(1)[0], licence="CC-BY-4.0")
    given = [*documents()[1:], licensed]
    write_corpus(given, tmp_path, unlicensed_abstracts=False)
    assert list(read_corpus(tmp_path)) == [licensed]
    with pytest.raises(ValueError, match="no document is left to write \\(5 licence unstated"):
        write_corpus(given[:-1], tmp_path, unlicensed_abstracts=False)


def test_no_test_case_of_the_benchmark_can_get_in(shared, tmp_path):
    file = shared("brainbench") / "testcases_human.jsonl"
    cases = [json.loads(line) for line in file.read_text().splitlines()]
    own = [Document("", c["original"], doi=c["doi"]) for c in cases]
    preprints = [Document("Preprint", f"{c['original'][:-20]}", doi=f"10.1101/{k}")
                 for k, c in enumerate(cases)]  # fmt: skip
    corpus = write_corpus([*own, *preprints, *documents(1)], tmp_path, exclude=file)
    assert list(read_corpus(tmp_path)) == documents(1)
    assert dict(corpus.left_out) == {"DOI of a test case": 200, "wording of a test case": 200}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.txt", "# the list\n10.1/X\n"), ("a.csv", "id,doi\n1,10.1/X\n"),
     ("a.jsonl", '{"doi": "https://doi.org/10.1/X"}\n')],
)  # fmt: skip
def test_what_to_exclude_is_read_from_any_list(tmp_path, name, content):
    (tmp_path / name).write_text(content)
    assert exclusion(tmp_path / name).dois == {"10.1/x"}


def test_a_list_that_would_keep_nothing_out_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("id,title\n1,x\n")
    with pytest.raises(ValueError, match=r"a.csv holds neither DOIs nor texts"):
        exclusion(tmp_path / "a.csv")
    (tmp_path / "b.jsonl").write_text("{}\n{")
    with pytest.raises(ValueError, match=r"line 2 of b.jsonl is no JSON"):
        exclusion(tmp_path / "b.jsonl")


def test_downloaded_files_become_a_corpus(shared, tmp_path):
    corpus = write_corpus(read_articles(shared("corpus") / "jats_samples"), tmp_path)
    assert dict(corpus.kinds) == {"article": 6}
    assert dict(corpus.licences) == {"CC-BY": 4, "CC-BY-2.0": 2}
    with pytest.raises(FileNotFoundError, match="ends in"):
        read_articles(tmp_path)


def test_a_description_that_is_damaged_says_so(tmp_path):
    write_corpus(documents(1), tmp_path)
    (tmp_path / "corpus.json").write_text('{"shards": []}')
    with pytest.raises(ValueError, match=r"corpus.json is damaged"):
        describe_corpus(tmp_path)
