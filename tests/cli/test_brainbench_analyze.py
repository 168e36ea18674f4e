"""``surrobrain brainbench analyze`` and ``report``: from a table to words, numbers and a page."""

import csv
import json

import numpy as np
import pytest

from surrobrain.brainbench.published import write_choices
from surrobrain.cli.main import main
from tests.brainbench.virtual_readers import virtual_model, virtual_people


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ease = np.random.default_rng(0).uniform(0.4, 0.9, size=60)
    models = [virtual_model(ease / 5 - 0.03, model=name, seed=k)
              for k, name in enumerate(("before", "after", "other"))]  # fmt: skip
    write_choices("scores.csv", models)
    humans = virtual_people(ease, n_readers=5)
    with open("people.csv", "w", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(["participant", "case_id", "correct", "confidence", "expertise",
                        "experience", "position", "journal_section"])  # fmt: skip
        table.writerows(
            zip(humans.participants, humans.ids, humans.correct.astype(int), humans.confidence,
                humans.expertise, humans.experience, humans.positions, humans.subfields,
                strict=True)
        )  # fmt: skip
    return models, humans


def test_numbers_come_with_intervals(files, capsys):
    models, humans = files
    typed = ["brainbench", "analyze", "scores.csv", "--humans", "people.csv"]
    assert main([*typed, "--compare", "before", "after", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [m["accuracy"] for m in found["models"]] == [m.accuracy for m in models]
    assert found["humans"]["right"] == humans.correct.sum()
    assert found["humans"]["low"] < found["humans"]["accuracy"] < found["humans"]["high"]
    assert found["comparison"]["first"] == "before"
    assert 0 < found["correlations"]["ceiling"] < 1
    assert {h["fragile"] for h in found["headlines"]} <= {True, False}


def test_people_read_lines(files, capsys):
    assert main(["brainbench", "analyze", "scores.csv", "--model", "before"]) == 0
    printed = capsys.readouterr().out
    assert "before: " in printed
    assert "chance: 0.500" in printed
    assert "near ties" in printed
    assert "other" not in printed


def test_a_page_is_written_that_asks_nothing_of_the_network(files, tmp_path, capsys):
    typed = ["brainbench", "report", "scores.csv", "--humans", "people.csv", "--out", "page.html"]
    assert main([*typed, "--compare", "before", "after"]) == 0
    assert "written to page.html" in capsys.readouterr().out
    page = (tmp_path / "page.html").read_text()
    assert page.count("<img") == 5
    assert "could not be drawn" not in page
    assert "Fragile: " in page
    assert "ceiling" in page
    assert 'src="http' not in page


def test_cases_and_memorization_stand_on_the_page(files, tmp_path):
    lines = [{"id": str(k), "original": f"Rate {k} rises.", "altered": f"Rate {k} falls.",
              "subfield": "Systems"} for k in range(60)]  # fmt: skip
    (tmp_path / "cases.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    compared = {"first": "known", "second": "test cases", "score": "Min-K%", "auc": 0.61,
                "low": 0.4, "high": 0.8, "p_value": 0.3, "n_first": 9, "n_second": 9}  # fmt: skip
    said = {"model": "before", "comparisons": [compared], "notes": ["few texts"]}
    (tmp_path / "familiar.json").write_text(json.dumps(said))
    typed = ["brainbench", "report", "scores.csv", "--items", "cases.jsonl", "--model", "before"]
    assert main([*typed, "--memorization", "familiar.json", "--json"]) == 0
    page = (tmp_path / "brainbench.html").read_text()
    for words in ("Memorization, before", "known (9)", "0.610", "few texts", "word direction",
                  "edited", "Systems"):  # fmt: skip
        assert words in page
    assert main([*typed, "--memorization", "cases.jsonl"]) == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [(["scores.csv", "--model", "befor"], "did you mean 'before'"),
     (["score.csv"], "did you mean 'scores.csv'"),
     (["people.csv"], "needs the columns")],
)  # fmt: skip
def test_what_cannot_be_used_is_said(files, capsys, typed, said):
    assert main(["brainbench", "analyze", *typed]) == 3
    assert said in capsys.readouterr().err
