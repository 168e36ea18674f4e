"""``surrobrain brainbench ablate`` and ``memorization``, with tiny untrained models."""

import json

import numpy as np
import pytest

from surrobrain.brainbench.ablation import isolate_sentences
from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.item_writer import write_items
from surrobrain.brainbench.memorization import min_k, min_k_plus_plus
from surrobrain.brainbench.token_numbers import token_numbers
from surrobrain.cli.main import main
from surrobrain.pretrained.language import load_language
from surrobrain.pretrained.likelihood import score_texts
from tests.tiny_language import many_items, network, tokenizer_of_words


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("brainbench")
    network("gpt2").save_pretrained(folder / "model")
    tokenizer_of_words().save_pretrained(folder / "model")
    write_items(folder / "cases.jsonl", many_items()[:12])
    return str(folder / "model"), str(folder / "cases.jsonl"), folder


def ran(capsys, *typed):
    code = main(["brainbench", *typed, "--threads", "1"])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_ablate_reads_three_ways_and_resumes(files, capsys, tmp_path):
    model, cases, _ = files
    journal = tmp_path / "scores.jsonl"
    typed = ["ablate", model, cases, "--results", str(journal), "--swap-seed", "7"]
    code, text, _ = ran(capsys, *typed)
    assert code == 0
    assert "results of other cases, seed 7" in text
    assert "12 cases, 12 sentences with an edit; chance 0.500" in text
    n_lines = len(journal.read_text().splitlines())
    code, text, _ = ran(capsys, *typed, "--json")
    payload = json.loads(text)
    assert n_lines == len(journal.read_text().splitlines())
    items, reader = read_items(cases), load_language(model, device="cpu")
    sentences, _ = isolate_sentences(items)
    accuracies = [r["accuracy"] for r in payload["readings"]]
    assert accuracies[0] == choose(reader, items).correct.mean()
    assert accuracies[1] == accuracies[2] == choose(reader, sentences).correct.mean()


def test_memorization_compares_by_date_and_with_references(files, capsys, tmp_path):
    model, cases, _ = files
    lines = [json.loads(line) for line in open_text(cases)]
    for k, line in enumerate(lines):
        line["date"] = f"202{2 + k % 2}-05-01"
    dated = tmp_path / "dated.jsonl"
    dated.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "speech.txt").write_text("the rate neurons falls .\n")
    typed = ["memorization", model, str(dated), "--cutoff", "2023-01-01",
             "--reference", f"speech={tmp_path / 'speech.txt'}",
             "--figure", str(tmp_path / "f.png")]  # fmt: skip
    code, text, _ = ran(capsys, *typed)
    assert code == 0
    assert "test cases before 2023-01-01" in text
    assert (tmp_path / "f.png").read_bytes()[1:4] == b"PNG"
    code, text, _ = ran(capsys, *typed, "--json")
    payload = json.loads(text)
    assert {c["score"] for c in payload["comparisons"]} == {"zlib ratio", "Min-K%", "Min-K%++"}
    assert [g["n_texts"] for g in payload["groups"]] == [12, 1, 6, 6]


def open_text(path):
    with open(path) as stream:
        return stream.read().splitlines()


def test_numbers_of_tokens_are_those_of_the_model_and_not_of_the_wrapper(files):
    import torch

    from surrobrain.pretrained.scoring import Scoring

    reader = load_language(files[0], device="cpu")
    text = "the firing rate rises"
    recipe = Scoring(name="wrapped", wrapper="Here is an abstract : {text}")
    (numbers,) = token_numbers(reader, [text], scoring=recipe, shown=False)
    assert len(numbers.log_probability) == 4
    ids = reader.tokenizer("Here is an abstract : " + text)["input_ids"]
    with torch.no_grad():
        logs = reader.model(input_ids=torch.tensor([ids])).logits[0].double().log_softmax(-1)
    logs = logs[-5:-1].numpy()  # what was predicted for the last four tokens
    mean = (np.exp(logs) * logs).sum(axis=1)
    spread = np.sqrt((np.exp(logs) * np.square(logs - mean[:, None])).sum(axis=1))
    own = logs[np.arange(4), ids[-4:]]
    assert numbers.log_probability == pytest.approx(own, abs=1e-4)
    assert numbers.mean == pytest.approx(mean, abs=1e-4)
    assert numbers.spread == pytest.approx(spread, abs=1e-4)
    assert min_k(numbers, share=0.5) == pytest.approx(np.sort(own)[:2].mean(), abs=1e-4)
    z = np.sort((own - mean) / spread)
    assert min_k_plus_plus(numbers, share=0.25) == pytest.approx(z[0], abs=1e-3)


def test_all_tokens_together_are_the_loss(files):
    reader = load_language(files[0], device="cpu")
    texts = [item.original for item in read_items(files[1])]
    found = token_numbers(reader, texts, shown=False)
    loss = [score.loss() for score in score_texts(reader, texts)]
    assert [-n.log_probability.mean() for n in found] == pytest.approx(loss, rel=1e-5)


@pytest.mark.parametrize(
    ("typed", "said", "expected"),
    [
        (["--reference", "speech"], "not NAME=VALUE", 2),
        (["--reference", "a=none.txt"], "no file 'none.txt'", 3),
        (["--cutoff", "2023"], "does not match", 2),
        (["--share", "0"], "is not in the range", 2),
    ],
)
def test_what_is_typed_wrongly_is_said(files, capsys, typed, said, expected):
    code, _, error = ran(capsys, "memorization", files[0], files[1], *typed)
    assert code == expected
    assert said in error


def test_cases_that_fill_their_subfield_cannot_be_ablated(files, capsys, tmp_path):
    write_items(tmp_path / "one.jsonl", many_items()[:1])
    code, _, error = ran(capsys, "ablate", files[0], str(tmp_path / "one.jsonl"))
    assert code == 3
    assert "holds 1 of the 1 result sentences" in error
