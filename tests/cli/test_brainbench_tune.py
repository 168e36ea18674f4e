import json

import pytest

from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.corpus.write_corpus import write_corpus
from surrobrain.brainbench.item_reader import read_items
from surrobrain.cli.main import main
from surrobrain.pretrained.language import load_language
from tests.brainbench.small_tuning import documents, small_model

SMALL = [
    "--length", "16", "--batch", "4", "--held-out", "0.2", "--rate", "2e-2", "--n-updates", "6",
    "--rank", "4", "--threads", "1", "--quiet", "--device", "cpu",
]  # fmt: skip


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = small_model()
    model.model.save_pretrained("model")
    model.tokenizer.save_pretrained("model")
    write_corpus(documents(), "corpus")
    case = {
        "original": "when sleep ends activity in cortex rises",
        "altered": "when sleep ends activity in cortex falls",
    }
    other = {key: text.replace("cortex", "thalamus") for key, text in case.items()}
    lines = [json.dumps({"id": "1", "doi": "10.1/3", **case}), json.dumps({"id": "2", **other})]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines))
    return tmp_path


def test_the_worked_example_tunes_scores_and_can_be_scored_again(files, capsys):
    command = ["brainbench", "tune", "model", "corpus", "--cases", "cases.jsonl", "--out", "tuned"]
    assert main([*command, *SMALL]) == 0
    said = capsys.readouterr().out
    assert "held-out perplexity" in said
    assert "McNemar p = " in said
    assert main([*command, *SMALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n_updates"] == 6
    assert found["source"]["n_benchmark"] >= 1
    assert found["perplexities"][-1][1] < found["perplexities"][0][1]
    assert found["comparison"]["first"]["n_items"] == 2
    again = choose(load_language("tuned", device="cpu"), read_items("cases.jsonl"))
    assert again.correct.mean() == found["comparison"]["second"]["value"]


def test_a_model_trained_in_full_is_a_model_of_its_own(files, capsys):
    command = ["brainbench", "tune", "model", "corpus", "--recipe", "scratch", "--out", "full"]
    assert main([*command, *SMALL]) == 0
    model = load_language("full", device="cpu")
    n = sum(p.numel() for p in model.model.parameters())
    assert f"{n:,} of {n:,} weights trained" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (["--recipe", "smal"], "did you mean 'small'"),
        (["--adapter", "lore"], "did you mean 'lora'"),
        (["--length", "64"], "use length=32"),
        (["--rate", "0"], "rate must be above 0"),
    ],
)
def test_what_cannot_be_is_said(files, capsys, wrong, message):
    assert main(["brainbench", "tune", "model", "corpus", *SMALL, *wrong]) == 3
    assert message in capsys.readouterr().err


def test_a_missing_corpus_is_said(files, capsys):
    assert main(["brainbench", "tune", "model", "corpse", *SMALL]) == 3
    assert "did you mean 'corpus'" in capsys.readouterr().err
