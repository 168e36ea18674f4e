"""Responses to a story: the right numbers, streamed, and continued after a kill."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.neuron_responses import read_responses
from surrobrain.llm_networks.token_weights import tokens_of_words
from surrobrain.llm_networks.word_to_tr import word_to_volume
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.encoder import load_encoder
from tests.tiny_language import WORDS, language, real_tokenizer

NO_TRIM = CaptureRecipe(trim=0)


def a_story(n_words=90, seed=0):
    rng = np.random.default_rng(seed)
    text = tuple(rng.choice(WORDS[3:28], n_words).tolist())
    offsets = np.cumsum(rng.uniform(0.15, 0.6, n_words))
    return Words(text, offsets - 0.1, offsets)


def by_hand(model, story, recipe, *, tr, n_times):
    """All words x neurons at once, then one product: what the stream must equal."""
    activations = token_activations(
        model, " ".join(story.text), site=recipe.site, window=recipe.window, stride=recipe.stride,
        chunk=100_000,
    )  # fmt: skip
    _, of_words = tokens_of_words(model, story, value=recipe.word_value)
    words = of_words @ activations
    return word_to_volume(story, tr=tr, n_times=n_times, rule=recipe.rule) @ words


@pytest.mark.parametrize("kind", ["gpt2", "llama"])
@pytest.mark.parametrize(
    "recipe",
    [
        CaptureRecipe(chunk=16, trim=1),
        CaptureRecipe(chunk=13, trim=1, site="ffn_act", rule="lanczos"),
        CaptureRecipe(trim=1, window=30, stride=7, rule="sum"),
    ],
)
@pytest.mark.parametrize("on_disk", [True, False])
def test_the_stream_equals_all_words_at_once(kind, recipe, on_disk, tmp_path):
    model, story = language(kind), a_story()
    folder = tmp_path / "found" if on_disk else None
    found = responses(model, story, tr=1.5, n_times=30, recipe=recipe, folder=folder)
    expected = by_hand(model, story, recipe, tr=1.5, n_times=30)
    assert np.abs(found.values - expected).max() < 1e-5 * np.abs(expected).max()
    assert found.word_counts.sum() == 90
    assert (found.layers == np.repeat([0, 1], len(found.layers) // 2)).all()
    assert found.n_neurons == expected.shape[1]
    if on_disk:
        assert isinstance(found.values, np.memmap)
        names = sorted(path.name for path in folder.iterdir())
        assert names == ["arrays.npz", "facts.json", "progress.jsonl", "values.npy"]
        assert np.array_equal(read_responses(folder).values, found.values)


def test_words_of_several_tokens(shared):
    model = language("gpt2", tokenizer=real_tokenizer(shared))
    words = ("hippocampal", "a", "Rumpelstiltskin", "gyrus", "Alice's", "x")
    story = Words(words, np.arange(6.0), np.arange(6.0) + 0.5)
    tokens, last = tokens_of_words(model, story)
    _, mean = tokens_of_words(model, story, value="mean")
    assert len(tokens.ids) > 6
    text = " ".join(words)
    for k, word in enumerate(words):
        chosen = np.flatnonzero(mean[[k]].toarray()[0])
        pieces = "".join(
            text[a:b] for a, b in zip(tokens.starts[chosen], tokens.stops[chosen], strict=True)
        )
        assert pieces.strip() == word
        assert np.flatnonzero(last[[k]].toarray()[0]).tolist() == [chosen[-1]]
    assert np.allclose(mean.sum(axis=1), 1.0)


def test_constant_neurons_are_dropped_and_told(tmp_path):
    import torch

    model = language("gpt2")
    with torch.no_grad():
        model.model.transformer.h[1].mlp.c_proj.weight[:, [2, 5]] = 0
    found = responses(model, a_story(), tr=2.0, folder=tmp_path, recipe=NO_TRIM)
    assert found.dropped.named() == ["layer 1, unit 2", "layer 1, unit 5"]
    assert found.values.shape[1] == 62
    expected = by_hand(model, a_story(), NO_TRIM, tr=2.0, n_times=found.n_times)
    kept = found.layers * 32 + found.units
    assert np.abs(found.values - expected[:, kept]).max() < 1e-5 * np.abs(expected).max()
    assert read_responses(tmp_path).dropped.named() == found.dropped.named()


def test_a_folder_of_something_else_is_refused_and_the_same_is_read(tmp_path):
    model, story = language("llama"), a_story()
    first = responses(model, story, tr=2.0, recipe=NO_TRIM, folder=tmp_path)
    stamp = (tmp_path / "values.npy").stat().st_mtime_ns
    again = responses(model, story, tr=2.0, recipe=NO_TRIM, folder=tmp_path)
    assert np.array_equal(first.values, again.values)
    assert (tmp_path / "values.npy").stat().st_mtime_ns == stamp
    with pytest.raises(ValueError, match="another model, story or recipe"):
        responses(model, story, tr=1.0, recipe=NO_TRIM, folder=tmp_path)
    with pytest.raises(ValueError, match="another model, story or recipe"):
        responses(language("llama", seed=1), story, tr=2.0, recipe=NO_TRIM, folder=tmp_path)


def test_what_is_wrong_is_said_before_anything_is_written(tmp_path):
    model, story = language("gpt2"), a_story()
    for given, said in (
        ({"n_times": 4}, "outside the scan"),
        ({"recipe": CaptureRecipe(trim=50)}, "smaller trim"),
        ({"recipe": CaptureRecipe(site="mlp")}, "there is no site"),
        ({"recipe": CaptureRecipe(layers=(7,))}, "layer 7 was asked"),
        ({"recipe": CaptureRecipe(word_value="first")}, "value of a word"),
    ):
        with pytest.raises(ValueError, match=said):
            responses(model, story, tr=1.5, folder=tmp_path / "new", **given)
    assert not (tmp_path / "new").exists()


def test_the_embedded_encoder_responds_to_words_it_knows():
    model, story = load_encoder(), a_story(60)
    recipe = CaptureRecipe(trim=1, window=40, stride=10, layers=(2, 5))
    found = responses(model, story, tr=2.0, recipe=recipe)
    assert found.reading == "windows of 40 tokens, stride 10"
    assert np.unique(found.layers).tolist() == [2, 5]
    everything = CaptureRecipe(trim=1, window=40, stride=10)
    expected = by_hand(model, story, everything, tr=2.0, n_times=found.n_times)
    columns = np.r_[2 * 384 : 3 * 384, 5 * 384 : 6 * 384]
    assert np.abs(found.values - expected[:, columns]).max() < 1e-5 * np.abs(expected).max()


SCRIPT = """
import sys, time
from surrobrain.llm_networks import capture, volume_stream
from tests.llm_networks.test_capture import a_story, long_recipe
from tests.tiny_language import language
volume_stream._SECONDS = 0.0
reading = capture.run_pass
def slow(*given, **named):
    time.sleep(0.1)
    reading(*given, **named)
capture.run_pass = slow
capture.responses(language(sys.argv[1]), a_story(300), tr=1.5, recipe=long_recipe(sys.argv[2]),
                  folder=sys.argv[3])
"""


def long_recipe(way):
    given = {"chunk": 12} if way == "cache" else {"window": 40, "stride": 12}
    return CaptureRecipe(trim=0, rule="lanczos", **given)


@pytest.mark.parametrize(
    ("kind", "way"),
    [("llama", "cache"), pytest.param("gpt2", "windows", marks=pytest.mark.slow)],
)
def test_a_killed_capture_goes_on_where_it_was(kind, way, tmp_path, monkeypatch):
    folder = tmp_path / "found"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, kind, way, str(folder)], env=environment
    )
    try:
        journal, deadline = folder / "progress.jsonl", time.monotonic() + 120
        while not journal.exists() or journal.read_text().count("\n") < 6:
            assert process.poll() is None, "it ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert not (folder / "facts.json").exists()
    with pytest.raises(FileNotFoundError, match="no finished responses"):
        read_responses(folder)
    values = np.lib.format.open_memmap(folder / "partial.npy", mode="r+")
    values[-40:] += 7.0  # as if the kill came in the middle of a pass
    values.flush()
    passes = []
    from surrobrain.llm_networks import capture

    reading = capture.run_pass
    monkeypatch.setattr(capture, "run_pass", lambda *a, **k: (passes.append(1), reading(*a, **k)))
    story, recipe = a_story(300), long_recipe(way)
    found = responses(language(kind), story, tr=1.5, recipe=recipe, folder=folder)
    assert 1 <= len(passes) <= 26 - 5  # what was in the journal is not read again
    expected = responses(language(kind), story, tr=1.5, recipe=recipe)
    assert np.abs(found.values - expected.values).max() < 1e-6 * np.abs(expected.values).max()
    assert not list(folder.glob("piece-*"))


def test_a_folder_whose_map_is_gone_begins_anew(tmp_path, monkeypatch):
    from surrobrain.llm_networks import volume_stream

    monkeypatch.setattr(volume_stream, "_SECONDS", 0.0)
    story, recipe = a_story(), CaptureRecipe(trim=0, chunk=16)
    first = responses(language("llama"), story, tr=1.5, recipe=recipe, folder=tmp_path)
    assert (tmp_path / "progress.jsonl").read_text().count("\n") > 3
    expected = np.array(first.values)
    (tmp_path / "facts.json").unlink()  # as if killed just before it was written
    again = responses(language("llama"), story, tr=1.5, recipe=recipe, folder=tmp_path)
    assert np.array_equal(again.values, expected)
    passes = [line for line in (tmp_path / "progress.jsonl").read_text().splitlines()[1:]]
    assert len(passes) == len(set(passes))  # nothing of the first life is left
