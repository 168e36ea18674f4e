"""Train a small GPT from scratch on open-access articles, and ask it about neuroscience.

The model sees some hundred thousand tokens of mostly general biology, so chance is what honesty
expects; the run shows that the way from a corpus to a tested claim is complete.
"""

import gzip
import json
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.brainbench.before_after import compare_before_after
from surrobrain.brainbench.choosing import choose
from surrobrain.brainbench.comparison import Comparison
from surrobrain.brainbench.corpus.document import Document
from surrobrain.brainbench.item_reader import read_items
from surrobrain.brainbench.tuning import Tuned, tune
from surrobrain.brainbench.tuning_recipe import RECIPES, Tuning
from surrobrain.pretrained.language import LanguageModel
from surrobrain.seeds import torch_chance

SEED = 0
RECIPE = replace(
    RECIPES["scratch"], batch=8, at_once=4, n_updates=80, rate=3e-3, held_out=0.03,
    precision="bf16", evaluate_every=80, seed=SEED,
)  # fmt: skip


def measure() -> Outcome:
    """Train, and score the 200 human-made cases before and after."""
    torch.set_num_threads(len(os.sched_getaffinity(0)))
    items = read_items(shared_data("brainbench") / "testcases_human.jsonl", on_bad="keep")
    model = untrained()
    before = choose(model, items)
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        tuned = tune(model, articles(), folder=folder, recipe=RECIPE, exclude=items)
        minutes = (time.perf_counter() - started) / 60
    found = compare_before_after(tuned.model, items, before=before, seed=SEED)
    return Outcome(
        rows=_rows(tuned, found), figures=_figures(tuned, found, minutes),
        targets={"perplexity_ratio": "<= 0.1", "cases_perplexity_t": ">= 10"},
        notes=_notes(tuned, found, minutes),
    )  # fmt: skip


def untrained() -> LanguageModel:
    """Return a GPT-2 of 4 layers with the tokenizer of neuroscience, its weights drawn."""
    tokenizer = AutoTokenizer.from_pretrained(shared_data("brainbench") / "gpt2_neuro_tokenizer")
    config = GPT2Config(
        vocab_size=len(tokenizer), n_embd=128, n_layer=4, n_head=4, n_positions=1024,
        bos_token_id=tokenizer.eos_token_id, eos_token_id=tokenizer.eos_token_id,
        resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
    )  # fmt: skip
    with torch_chance(SEED):
        network = GPT2LMHeadModel(config)
    return LanguageModel(network.eval(), tokenizer, name="GPT-2, 4 x 128")


def articles() -> Iterator[Document]:
    """Yield the open-access articles, in the order of the file."""
    path: Path = shared_data("corpus") / "oa_articles_ccby.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            text = "\n\n".join(section["text"] for section in record["sections"])
            yield Document(
                record["title"], record["abstract"], text, doi=record["doi"],
                licence=record["licence"], source=record["source"], kind="article",
            )  # fmt: skip


def _rows(tuned: Tuned, found: Comparison) -> list[dict]:
    perplexities = [tuned.perplexities[0][1], tuned.perplexities[-1][1]]
    rows = []
    for when, accuracy, value in zip(
        ("before", "after"), (found.first, found.second), perplexities, strict=True
    ):
        interval = f"{accuracy.low:.3f} to {accuracy.high:.3f}"
        rows.append({"": when, "held-out perplexity": value, "accuracy": f"{accuracy.value:.3f}",
                     "95 %": interval, "right": f"{accuracy.n_right} of {accuracy.n_choices}",
                     "near ties": accuracy.near_ties})  # fmt: skip
    return rows


def _figures(tuned: Tuned, found: Comparison, minutes: float) -> dict[str, float | None]:
    return {
        "perplexity_before": tuned.perplexities[0][1],
        "perplexity_after": tuned.perplexities[-1][1],
        "perplexity_ratio": tuned.perplexities[-1][1] / tuned.perplexities[0][1],
        "accuracy_before": found.first.value,
        "accuracy_after": found.second.value,
        "accuracy_after_low": found.second.low,
        "accuracy_after_high": found.second.high,
        "gained": float(found.test.only_second),
        "lost": float(found.test.only_first),
        "mcnemar_p": found.test.p,
        "cases_perplexity_t": found.perplexity.t,
        "minutes": minutes,
    }


def _notes(tuned: Tuned, found: Comparison, minutes: float) -> list[str]:
    recipe: Tuning = tuned.recipe
    seen = len(tuned.losses) * recipe.batch * recipe.length
    source = tuned.source
    beyond = "beyond" if found.second.low > 0.5 else "not beyond"
    return [
        f"{tuned.n_trained:,} weights, {seen:,} tokens seen in {minutes:.1f} min of training; "
        f"{source.n_documents['train']} articles to train on, {source.n_documents['held_out']} "
        f"held out, {source.n_benchmark} left out as articles of test cases.",
        f"Chance is 0.5. The accuracy after training is {beyond} chance by its interval: the "
        "corpus is a thousandth of BrainGPT's and mostly general biology. Near chance is the "
        "expected and honest result; a fall of the perplexity alone is no foresight.",
        f"McNemar: {found.test.only_second} cases gained, {found.test.only_first} lost, p = "
        f"{found.test.p:.2g}. Perplexity of the originals before and after, paired: "
        f"t({found.perplexity.degrees}) = {found.perplexity.t:.1f}.",
        "Case 62 is scored as published, with its malformed bracket.",
    ]
