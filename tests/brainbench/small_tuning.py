"""A model, a corpus and a recipe small enough to be tuned in a second; also run as a process."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.tuning import tune
from surrobrain.brainbench.tuning_recipe import Tuning
from surrobrain.pretrained.adapters import Adapter
from surrobrain.pretrained.language import LanguageModel
from surrobrain.seeds import torch_chance

AREAS = ["cortex", "hippocampus", "amygdala", "thalamus", "striatum", "cerebellum"]
CHANGES = ["rises", "falls", "doubles", "halves", "stays", "ends"]
WORDS = ["<pad>", "<end>", "activity", "in", "when", "sleep", *AREAS, *CHANGES]

RECIPE = Tuning(
    Adapter(rank=4, dropout=0.1), length=16, batch=4, at_once=2, epochs=3, rate=2e-2,
    held_out=0.2, evaluate_every=10, save_every=5, progress=False,
)  # fmt: skip


def tokenizer_of_words():
    words = Tokenizer(models.WordLevel({word: k for k, word in enumerate(WORDS)}))
    words.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=words, eos_token="<end>")


def small_model(*, dtype=torch.float32):
    config = LlamaConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=32, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=32,
        bos_token_id=1, eos_token_id=1, initializer_range=0.3,
    )  # fmt: skip
    with torch_chance(0):
        network = LlamaForCausalLM(config)
    return LanguageModel(network.to(dtype).eval(), tokenizer_of_words(), name="small")


def documents(n=60):
    """Every area changes in a way of its own, so there is something to learn."""
    areas = np.random.default_rng(0).integers(len(AREAS), size=(n, 3))
    return [
        Document(
            "when sleep ends", " ".join(f"activity in {AREAS[a]} {CHANGES[a]}" for a in row),
            doi=f"10.1/{number}", licence="CC-BY-4.0" if number % 2 else "CC0",
        )
        for number, row in enumerate(areas)
    ]  # fmt: skip


def main(folder, n_updates, batch="4"):
    recipe = replace(RECIPE, n_updates=int(n_updates), save_every=1, batch=int(batch))
    tune(small_model(), documents(), folder=Path(folder), recipe=recipe)


if __name__ == "__main__":
    main(*sys.argv[1:])
