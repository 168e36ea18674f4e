"""``surrobrain brainbench validate`` and ``export``."""

import json

import pytest

from surrobrain.cli.main import main

GOOD = [
    {"id": k, "combined": f"We look at cell {k}. It [[{a}, {b}]]."}
    for k, (a, b) in enumerate([("rises", "falls"), ("falls", "rises"), ("grows", "shrinks")])
]
BAD = {"id": "odd", "combined": "It [[rises, falls] fast."}


@pytest.fixture
def write(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def written(*records):
        (tmp_path / "cases.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records))
        return "cases.jsonl"

    return written


def test_sound_cases_are_tabled_beside_the_baselines(write, capsys):
    assert main(["brainbench", "validate", write(*GOOD)]) == 0
    said = capsys.readouterr().out
    assert "3 usable cases, 0 bad" in said
    assert said.splitlines()[0].split() == [
        "case", "characters", "words", "edits", "where", "changed", "cues", "remarks",
    ]  # fmt: skip
    for rule in ("shorter text", "compresses better", "word direction", "learned from the other"):
        assert rule in said


def test_a_bad_case_is_named_and_ends_in_3(write, capsys):
    assert main(["brainbench", "validate", write(*GOOD, BAD)]) == 3
    said = capsys.readouterr().out
    assert "3 usable cases, 1 bad, left out" in said
    assert "wrong: case odd: edit 1" in said


def test_a_repaired_file_is_sound(write, capsys, tmp_path):
    typed = ["brainbench", "validate", write(*GOOD, BAD), "--on-bad", "repair"]
    assert main([*typed, "--write", "again.csv", "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert found["n_cases"] == 4
    assert found["cases"][3]["id"] == "odd"
    assert found["baselines"][0]["accuracy"] == pytest.approx((0.5 + 0.5 + 1 + 0.5) / 4)
    assert main(["brainbench", "validate", "again.csv"]) == 0


def test_tokens_are_counted_by_a_tokenizer_on_disk(write, capsys, shared):
    folder = str(shared("brainbench/gpt2_neuro_tokenizer"))
    assert main(["brainbench", "validate", write(*GOOD), "--tokenizer", folder, "--json"]) == 0
    tokens = json.loads(capsys.readouterr().out)["cases"][0]["tokens"]
    assert len(tokens) == 2
    assert 5 < min(tokens) < 15


def test_what_is_no_file_of_cases_ends_in_3(write, capsys):
    assert main(["brainbench", "validate", "none.jsonl"]) == 3
    assert main(["brainbench", "validate", write({"id": 1})]) == 3
    assert "case 1: there is neither" in capsys.readouterr().err


def test_cases_become_a_task(write, capsys, tmp_path):
    assert main(["brainbench", "export", write(*GOOD), "task", "--name", "mine", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["n_cases"] == 3
    assert "task: mine" in (tmp_path / "task" / "mine.yaml").read_text()
    assert len((tmp_path / "task" / "cases.jsonl").read_text().splitlines()) == 3


def test_a_bad_case_is_exported_only_by_consent(write, capsys, tmp_path):
    file = write(*GOOD, BAD)
    assert main(["brainbench", "export", file, "task"]) == 3
    assert "set --on-bad drop" in capsys.readouterr().err
    assert not (tmp_path / "task").exists()
    assert main(["brainbench", "export", file, "task", "--on-bad", "repair"]) == 0
    told = capsys.readouterr()
    assert "case odd" in told.err
    assert "4 cases in task" in told.out
