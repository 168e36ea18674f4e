import html.parser
import json

import pytest

from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.published import read_choices
from surrobrain.cli.main import main
from surrobrain.pretrained.language import load_language
from surrobrain.transport import fetch
from tests.tiny_language import network, small_items, tokenizer_of_words


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brainbench")
    network("llama").save_pretrained(folder / "model")
    tokenizer_of_words().save_pretrained(folder / "model")
    cases = folder / "cases.jsonl"
    with cases.open("w") as stream:
        for item in small_items():
            record = {"id": item.id, "original": item.original, "altered": item.altered}
            stream.write(json.dumps(record | {"subfield": "Systems/Circuits"}) + "\n")
    return str(folder / "model"), str(cases), folder


def ran(capsys, *typed):
    code = main([*typed, "--threads", "1"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_score_prints_writes_and_resumes(files, capsys, tmp_path):
    model, cases, _ = files
    journal, out = tmp_path / "scores.jsonl", tmp_path / "choices.csv"
    typed = ["brainbench", "score", model, cases, "--results", str(journal), "--out", str(out)]
    code, text, _ = ran(capsys, *typed)
    assert code == 0
    assert "of 3" in text
    assert "95 %" in text
    assert "chance" in text
    n_lines = len(journal.read_text().splitlines())
    code, text, _ = ran(capsys, *typed, "--json")
    payload = json.loads(text)
    assert (code, n_lines) == (0, len(journal.read_text().splitlines()))
    expected = choose(load_language(model, device="cpu"), read_items(cases))
    assert payload["n_correct"] == expected.correct.sum()
    assert [case["loss"] for case in payload["cases"]] == expected.loss.tolist()
    (found,) = read_choices(out).values()
    assert found.loss.tolist() == expected.loss.tolist()
    assert found.subfields == ("Systems/Circuits",) * 3
    assert len(next(iter(read_choices(journal).values())).ids) == 3


def test_recipes_can_be_typed(files, capsys, tmp_path):
    model, cases, _ = files
    wrappers = tmp_path / "wrappers.json"
    wrappers.write_text(json.dumps({"tiny": "Here is an abstract : <choice abstract>"}))
    losses = {}
    for name, typed in {
        "clean": [],
        "wrapped": ["--wrapper", "Here is an abstract : {text}"],
        "file": ["--templates", str(wrappers), "--template", "tiny"],
        "unscored": ["--wrapper", "Here is an abstract : {text}", "--wrapper-unscored"],
        "bare": ["--bos", "none"],
        "sum": ["--per", "sum"],
    }.items():
        code, text, _ = ran(capsys, "brainbench", "score", model, cases, "--json", *typed)
        payload = json.loads(text)
        assert code == 0
        assert payload["scoring"].startswith("clean" if not typed else "clean, changed")
        losses[name] = payload["cases"][0]["loss"]
    assert losses["wrapped"] == losses["file"]
    assert len({tuple(pair) for pair in losses.values()}) == 5


def test_the_reference_says_what_its_wrapper_lacks(files, capsys):
    model, cases, _ = files
    code, _, said = ran(capsys, "brainbench", "score", model, cases, "--scoring", "reference")
    assert code == 0  # unknown words of the wrapper are its own affair
    code, _, said = ran(
        capsys, "brainbench", "score", model, cases, "--out", "x.csv", "--per", "sum"
    )
    assert code == 2
    assert "leave --per out" in said


def test_errors_name_the_case(files, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("surrobrain.pretrained.completions.patient", lambda: fetch)
    model, cases, _ = files
    bad = tmp_path / "bad.jsonl"
    bad.write_text(json.dumps({"id": "17", "original": "the amygdala", "altered": "the cortex"}))
    code, _, said = ran(capsys, "brainbench", "score", model, str(bad))
    assert code == 3
    assert "case 17, original holds 'amygdala'" in said
    code, _, said = ran(capsys, "brainbench", "score", str(tmp_path / "nothing"), cases)
    assert code == 3
    code, _, said = ran(
        capsys, "brainbench", "score", "tiny", cases, "--server", "http://127.0.0.1:9/v1",
        "--bos", "tokenizer",
    )  # fmt: skip
    assert code == 3
    assert "does not answer" in said


class Balanced(html.parser.HTMLParser):
    """Counts that every tag is closed, in order, and collects what may reach the network."""

    def __init__(self):
        super().__init__()
        self.open, self.links, self.words = [], [], []

    def handle_starttag(self, tag, attrs):
        self.links += [v for k, v in attrs if k in ("src", "href") and not v.startswith("data:")]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)


def test_tokens_writes_one_page_per_case(files, capsys, tmp_path):
    model, cases, _ = files
    out = tmp_path / "pages"
    code, text, _ = ran(capsys, "brainbench", "tokens", model, cases, "--out", str(out), "--json")
    assert code == 0
    rows = json.loads(text)["cases"]
    assert [row["case"] for row in rows] == ["1", "2", "3"]
    for row in rows:
        parts = sum(row[place] for place in ("wrapper", "before", "edit", "after"))
        assert parts == pytest.approx(row["difference"])
    page = Balanced()
    page.feed((out / "case-2.html").read_text(encoding="utf-8"))
    assert page.open == page.links == []
    words = "".join(page.words)
    assert "in mice the rate" in words
    assert "falls and falls" in words
    assert "while memory and sleep do not change ." in words
    code, text, _ = ran(
        capsys, "brainbench", "tokens", model, cases, "--case", "3", "--out", str(out)
    )
    assert code == 0
    assert "case-3.html" in text
    assert "case-1.html" not in text
    code, _, said = ran(capsys, "brainbench", "tokens", model, cases, "--case", "33")
    assert code == 3
    assert "no case '33'; did you mean '3'" in said
