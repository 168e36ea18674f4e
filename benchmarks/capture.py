"""Listening to a causal model with a key-value cache: cost and agreement with one full pass.

An untrained Llama (8 layers, width 256, 688 hidden units) reads a story of 2,127 words on one
thread; CPU seconds, medians of five rounds that take turns.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from benchmarks.outcome import Outcome
from surrobrain.llm_networks.capture import CaptureRecipe, responses
from surrobrain.llm_networks.token_weights import tokens_of_words
from surrobrain.llm_networks.word_to_tr import word_to_volume
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.activations import token_activations
from surrobrain.pretrained.language import LanguageModel

__all__ = ["measure"]

N_WORDS, N_PIECES, ROUNDS = 2127, 400, 5


def measure() -> Outcome:
    """Time one pass, pieces with a cache, and the stream into volumes."""
    torch.set_num_threads(1)
    language, story = _language(), _story()
    text = " ".join(story.text)
    recipe = CaptureRecipe(site="ffn_act")
    found: dict[str, np.ndarray] = {}

    def streamed() -> np.ndarray:
        with tempfile.TemporaryDirectory() as folder:
            given = {"tr": 2.0, "n_times": 362, "recipe": recipe, "folder": Path(folder) / "a"}
            return np.array(responses(language, story, shown=False, **given).values)

    ways: dict[str, Callable[[], np.ndarray]] = {
        "one full pass": lambda: token_activations(language, text, site="ffn_act", chunk=10**6),
        "key-value cache, pieces of 256": lambda: token_activations(language, text, site="ffn_act"),
        "key-value cache, volumes streamed to disk": streamed,
    }
    seconds: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(ROUNDS):
        for way, run in ways.items():
            started = time.process_time()
            found[way] = run()
            seconds[way].append(time.process_time() - started)
    full, pieces, volumes = found.values()
    _, of_words = tokens_of_words(language, story)
    expected = word_to_volume(story, tr=2.0, n_times=362) @ (of_words @ full)
    one, cached, stream = (float(np.median(values)) for values in seconds.values())
    figures = {
        "cache_over_full_pass": cached / one,
        "stream_over_full_pass": stream / one,
        "cache_largest_difference": float(np.abs(pieces - full).max()),
        "stream_largest_difference": float(np.abs(volumes - expected).max()),
        "standard_deviation_of_activations": float(full.std()),
    }
    rows = [{"way": way, "CPU s": float(np.median(s))} for way, s in seconds.items()]
    targets = {
        "cache_over_full_pass": "<= 1.3", "stream_over_full_pass": "<= 1.3",
        "cache_largest_difference": "<= 1e-5", "stream_largest_difference": "<= 1e-5",
    }  # fmt: skip
    return Outcome(rows, figures, targets)


def _story() -> Words:
    """Words of one to two pieces each, about 2.9 a second."""
    rng = np.random.default_rng(0)
    text = tuple(
        "-".join(f"w{k}" for k in rng.integers(N_PIECES, size=1 + (rng.random() < 0.1)))
        for _ in range(N_WORDS)
    )
    offsets = np.sort(rng.uniform(0.5, 723.5, N_WORDS))
    return Words(text, offsets - 0.2, offsets)


def _language() -> LanguageModel:
    vocabulary = {"<unk>": 0, "-": 1, **{f"w{k}": k + 2 for k in range(N_PIECES)}}
    words = Tokenizer(models.WordLevel(vocabulary, "<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    config = LlamaConfig(
        vocab_size=len(vocabulary), hidden_size=256, intermediate_size=688, num_hidden_layers=8,
        num_attention_heads=8, max_position_embeddings=4096,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = LlamaForCausalLM(config).eval()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>")
    return LanguageModel(network, tokenizer, "untrained Llama")
