import datetime
import json
import re

import pytest

from surrobrain.brainbench import read_items, write_items
from surrobrain.brainbench.brackets import parse_brackets
from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.item_problems import item_problems
from surrobrain.brainbench.item_reader import examine_items


@pytest.fixture(scope="module")
def published(shared):
    return shared("brainbench") / "testcases_human.jsonl"


@pytest.fixture(scope="module")
def records(published):
    return [json.loads(line) for line in published.read_text().splitlines()]


def written(path, *records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_the_published_cases_are_read_and_the_malformed_bracket_is_named(published, records):
    with pytest.raises(ValueError, match=r"case 62: edit 3, '\[\[decreased, increased\]', is clo"):
        read_items(published)
    found = examine_items(published)
    assert [i.id for i in found.items] == [str(k) for k in range(200) if k != 62]
    assert len(found.problems) == 1
    for item in found.items:
        record = records[int(item.id)]
        assert (item.original, item.altered) == (record["original"], record["altered"])
        assert [[e.original, e.altered] for e in item.edits] == record["edits"]
        assert (item.doi, item.subfield) == (record["doi"], record["journal_section"])
        assert item_problems(item) == ()
    assert found.items[0].date == datetime.date(2023, 8, 2)


def test_the_malformed_case_is_kept_as_published_or_repaired_but_never_in_silence(
    published, records
):
    with pytest.warns(UserWarning, match=r"case 62: .*on_bad='keep'"):
        kept = read_items(published, on_bad="keep")
    assert len(kept) == 200
    assert (kept[62].original, kept[62].altered) == (
        records[62]["original"],
        records[62]["altered"],
    )
    assert "while they [[" not in kept[62].altered
    with pytest.warns(UserWarning, match=r"case 62: .*on_bad='repair'"):
        repaired = read_items(published, on_bad="repair")[62]
    assert [e.altered for e in repaired.edits] == [
        "decrease", "decrease", "increased", "decreased", "strongly",
    ]  # fmt: skip
    assert "NREM, while they decreased at the fornix" in repaired.altered
    assert item_problems(repaired) == ()
    with pytest.warns(UserWarning, match=r"case 62"):
        assert len(read_items(published, on_bad="drop")) == 199


def test_damage_shows_in_the_columns_alone(published, records, tmp_path):
    damaged = {k: records[62][k] for k in ("case_id", "original", "altered")}
    with pytest.raises(ValueError, match=r"case 62: the altered version has an unpaired square br"):
        read_items(written(tmp_path / "a.jsonl", damaged))


def test_without_brackets_edits_are_found_by_comparison(records, tmp_path):
    alone = [{k: r[k] for k in ("case_id", "original", "altered")} for r in records if
             r["case_id"] != 62]  # fmt: skip
    items = read_items(written(tmp_path / "a.jsonl", *alone))
    assert all(item_problems(item) == () for item in items)
    assert [(e.original, e.altered) for e in items[0].edits] == [("anterior", "posterior")] * 4


COMMAS = "Cells of [[layers 2, 3, and 4, layer 5]] fired."


def test_commas_inside_an_edit_are_decided_by_what_is_known():
    sides = "Cells of layers 2, 3, and 4 fired.", "Cells of layer 5 fired."
    item = parse_brackets(COMMAS, id="c", original=sides[0], altered=sides[1])
    assert item.edits == (Edit("layers 2, 3, and 4", "layer 5", 9, 9),)
    assert parse_brackets(COMMAS, id="c", altered=sides[1]) == item
    with pytest.raises(ValueError, match=r"case c: edit 1, .*holds 3 commas and nothing says"):
        parse_brackets(COMMAS, id="c")
    with pytest.raises(ValueError, match=r"case c: the columns .* not what the brackets say"):
        parse_brackets(COMMAS, id="c", original=sides[0], altered="Cells of layer 6 fired.")


def test_a_wrong_early_comma_is_taken_back():
    text = "[[a, a b, a, b]] b [[c, d]]"
    item = parse_brackets(text, id="x", original="a, a b b c", altered="a, b b d")
    assert [(e.original, e.altered) for e in item.edits] == [("a, a b", "a, b"), ("c", "d")]


@pytest.mark.parametrize(
    ("text", "altered"),
    [
        ("Of [18F]FDG [[more, less]].", "Of [18F]FDG less."),
        ("Of [[[18F]FDG, [11C]PIB]].", "Of [11C]PIB."),
        ("It was [[not, ]] so.", "It was  so."),
        ("Seen [in [[rats, mice]]].", "Seen [in mice]."),
        ("[[A,B]]", "B"),
    ],
)
def test_brackets_of_the_abstract_survive(text, altered):
    assert parse_brackets(text, id="x").altered == altered


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It rises.", "there is no edit"),
        ("It [[rises, falls.", "edit 1, .* is not closed"),
        ("It [[rises, falls] and [[a, b]].", "edit 1, .* closed by one bracket"),
        ("It [[rises]].", "edit 1, 'rises', has no comma"),
        ("It [[a, b]] and [[rises, rises]].", "edit 2 changes nothing"),
        ("It [[, ]].", "edit 1 changes nothing"),
    ],
)
def test_what_is_not_certain_is_an_error_that_names_case_and_edit(text, said):
    with pytest.raises(ValueError, match=f"case 9: {said}"):
        parse_brackets(text, id="9")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"original": "a", "altered": "a"}, "case 0: the two versions are identical"),
        ({"original": "a"}, "case 0: there is neither a text in bracket notation"),
        ({"id": "k", "combined": "[[a, b]]", "date": "2023-13-1"}, "case k: date '2023-13-1'"),
        ({"original": "a", "altered": "b", "edits": [{"a": 1}]}, "case 0: an edit needs original"),
        ({"original": "a", "altered": "b", "edits": "[["}, "case 0: edits is not JSON"),
        (
            {"original": "a c", "altered": "b c", "edits": [
                {"original": "a", "altered": "b", "start_original": 1, "start_altered": 0}]},
            "case 0: edit 1 .* is not where it says",
        ),
    ],
)  # fmt: skip
def test_bad_records_are_named(record, said, tmp_path):
    with pytest.raises(ValueError, match=said):
        read_items(written(tmp_path / "a.jsonl", record))


def test_ids_occur_once_and_all_problems_are_told_together(tmp_path):
    file = written(
        tmp_path / "a.jsonl",
        {"id": 5, "combined": "It [[rises, falls]]."},
        {"id": 5, "combined": "It [[grows, shrinks]]."},
        {"id": 6, "combined": "It stays."},
    )
    with pytest.raises(ValueError, match=r"case 5: the id occurs twice.*case 6: there is no edit"):
        read_items(file)
    with pytest.warns(UserWarning, match="case 5.*case 6"):
        assert [i.altered for i in read_items(file, on_bad="drop")] == ["It falls."]
    with pytest.raises(ValueError, match=r"case 5: .*on_bad='keep' cannot save it"):
        read_items(file, on_bad="keep")


def test_a_table_with_texts_that_lack_quotes_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("id,combined\n1,It [[rises, falls]].\n")
    with pytest.raises(ValueError, match="line 2 has not as many cells as the header; put quotes"):
        read_items(file)
    file.write_text('abstract_id,combined_abstract,journal_section\n1,"It [[rises, falls]].",X\n')
    (item,) = read_items(file)
    assert (item.id, item.altered, item.subfield) == ("1", "It falls.", "X")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.jsonl", "{}\n{", "line 2 is not JSON"),
        ("a.jsonl", "[1]\n", "not hold one object per case"),
        ("a.json", "{}", "not hold one object per case"),
        ("a.xml", "<a/>", "no table of cases"),
        ("a.csv", "", "holds no usable case"),
    ],
)
def test_other_files_are_refused(name, content, said, tmp_path):
    (tmp_path / name).write_text(content)
    with pytest.raises(ValueError, match=said):
        read_items(tmp_path / name)


@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_what_is_written_is_read_back_exactly(kind, published, tmp_path):
    items = examine_items(published).items
    odd = Item("ö", ' a, "b"\nc ', ' a, "d"\nc ', (Edit("b", "d", 5, 5),), date=datetime.date.max)
    again = read_items(write_items(tmp_path / f"a.{kind}", [*items, odd]))
    assert again == (*items, odd)


def test_items_are_written_as_nothing_else(tmp_path):
    with pytest.raises(ValueError, match=re.escape("as .jsonl or .csv")):
        write_items(tmp_path / "a.xlsx", [])
