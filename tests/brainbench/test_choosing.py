import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.item import Item
from surrobrain.journal import read_journal
from surrobrain.pretrained.language import load_language
from surrobrain.pretrained.scoring import MARKER, Scoring
from tests.tiny_language import (
    item,
    language,
    many_items,
    network,
    plainly,
    small_items,
    tokenizer_of_words,
)

WRAPPED = Scoring(wrapper=f"Here is an abstract : {MARKER} .")


def forwards(model, run):
    """Count the tokens of texts that a model reads during a run, beside its first probes."""
    n_read = []
    watch = model.model.get_input_embeddings().register_forward_hook(
        lambda _, given, __: n_read.append(given[0].numel())
    )
    result = run()
    watch.remove()
    return result, sum(n_read)


def test_choices_are_those_of_the_likelihood():
    model, items = language("llama"), small_items()
    choices = choose(model, items)
    expected = []
    for case in items:
        ids = [model.tokenizer(text)["input_ids"] for text in (case.original, case.altered)]
        expected.append([-float(plainly(model, k).mean()) for k in ids])
    np.testing.assert_allclose(choices.loss, expected, rtol=2e-6)
    assert choices.n_tokens is not None
    assert choices.n_bytes is not None
    assert choices.n_tokens[1].tolist() == [13, 15]
    assert choices.n_bytes[0].tolist() == [len(items[0].original), len(items[0].altered)]
    assert (choices.model, choices.recipe) == ("tiny llama", "clean")


@pytest.mark.parametrize("per", ["sum", "byte"])
def test_other_ways_to_put_scores_together(per):
    model = language("gpt2")
    mean, other = (
        choose(model, small_items()),
        choose(model, small_items(), scoring=Scoring(per=per)),
    )
    assert mean.n_tokens is not None
    assert mean.n_bytes is not None
    scale = mean.n_tokens if per == "sum" else mean.n_tokens / mean.n_bytes
    np.testing.assert_allclose(other.loss, mean.loss * scale)
    assert other.n_tokens is None
    np.testing.assert_allclose(mean.scored(per).loss, other.loss)
    assert other.recipe == f"custom, by {per}"


def test_what_is_written_is_not_scored_again(tmp_path):
    model, file = language("llama"), tmp_path / "results" / "scores.jsonl"
    whole, n_read = forwards(model, lambda: choose(model, small_items(), results=file))
    again, n_again = forwards(model, lambda: choose(model, small_items(), results=file))
    np.testing.assert_array_equal(again.loss, whole.loss)
    assert n_again == 0 < n_read
    longer = [*small_items(), item("4", "sleep {} .")]
    more = choose(model, longer, results=file)
    np.testing.assert_array_equal(more.loss[:3], whole.loss)
    assert len(read_journal(file).entries) == 4
    totals = choose(model, longer, scoring=Scoring("clean", per="sum"), results=file)
    assert len(read_journal(file).entries) == 4  # the same likelihoods put together otherwise
    np.testing.assert_allclose(totals.loss, more.loss * more.n_tokens)


def test_other_weights_recipes_and_texts_are_scored_anew(tmp_path):
    file = tmp_path / "scores.jsonl"
    for model, items, scoring in (
        (language("llama"), small_items(), "clean"),
        (language("llama", seed=1), small_items(), "clean"),  # of the same name
        (language("llama"), small_items(), WRAPPED),
        (language("llama"), [item("1", "the rate of neurons {} .")], "clean"),
    ):
        before = len(read_journal(file).entries)
        written = choose(model, items, scoring=scoring, results=file)
        assert len(read_journal(file).entries) == before + len(items)
        np.testing.assert_array_equal(written.loss, choose(model, items, scoring=scoring).loss)


def test_a_torn_line_is_scored_again(tmp_path):
    model, file = language("gpt2"), tmp_path / "scores.jsonl"
    whole = choose(model, small_items(), results=file)
    content = file.read_bytes()
    for n_bytes in (0, 10, len(content) // 2, len(content) - 1):
        file.write_bytes(content[:n_bytes])
        np.testing.assert_array_equal(choose(model, small_items(), results=file).loss, whole.loss)


def test_cases_that_cannot_be_scored_name_themselves(tmp_path):
    model, file = language("gpt2", n_positions=16), tmp_path / "scores.jsonl"
    with pytest.raises(ValueError, match="no case"):
        choose(model, [])
    with pytest.raises(ValueError, match="cases 1 occur more than once"):
        choose(model, [small_items()[0], small_items()[0]])
    long = Item("9", "the rate rises . " * 9, "the rate falls . " * 9, ())
    with pytest.raises(ValueError, match="case 9, original has 37 tokens"):
        choose(model, [*small_items(), long], results=file)
    assert len(read_journal(file).entries) == 3  # what came before is kept
    with pytest.raises(ValueError, match="case 8, altered holds 'amygdala'"):
        choose(model, [Item("8", "the rate", "the amygdala", ())])
    with torch.no_grad():
        model.model.lm_head.weight.fill_(float("nan"))
    with pytest.raises(ValueError, match="case 1, original was given the log-likelihood nan"):
        choose(model, small_items()[:1])


SLOWLY = textwrap.dedent("""
    import sys, time
    import surrobrain.brainbench.choosing as module
    from surrobrain.pretrained.language import load_language
    from tests.tiny_language import many_items

    append = module.append
    def slowly(path, entry):
        append(path, entry)
        time.sleep(0.05)

    module.append = slowly
    module.choose(load_language(sys.argv[1], device="cpu"), many_items(), results=sys.argv[2])
""")


@pytest.mark.slow  # three interpreters that load torch
def test_killed_at_any_point_it_goes_on_to_the_same_result(tmp_path):
    """A real process is killed -9 twice while it scores; then the rest is scored here."""
    network("llama").save_pretrained(tmp_path / "model")
    tokenizer_of_words().save_pretrained(tmp_path / "model")
    file = tmp_path / "scores.jsonl"
    root = Path(__file__).parents[2]
    path = os.pathsep.join([str(root / "src"), str(root)])
    for least in (5, 20):
        process = subprocess.Popen(
            [sys.executable, "-c", SLOWLY, str(tmp_path / "model"), str(file)],
            env={**os.environ, "PYTHONPATH": path}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + 120
        while not file.exists() or file.read_bytes().count(b"\n") < least:
            assert process.poll() is None, "the process ended before it was killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    n_written = len(read_journal(file).entries)
    assert 20 <= n_written < 60
    items = many_items()
    model = load_language(tmp_path / "model", device="cpu")
    resumed = choose(model, items, results=file)
    uninterrupted = choose(model, items, results=tmp_path / "other.jsonl")
    np.testing.assert_array_equal(resumed.loss, uninterrupted.loss)
    assert np.ptp(resumed.loss) > 0.1
    scored = [
        score["key"]
        for entry in map(json.loads, file.read_text().splitlines())
        for score in entry["scores"]
    ]
    assert len(scored) == len(set(scored)) == 120
