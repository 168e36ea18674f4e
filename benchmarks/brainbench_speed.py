"""Scoring test cases with shared beginnings against one text at a time: speed, memory, exactness.

The models are built from their configurations: what is measured does not depend on the weights. The
tokenizer and the cases are real. The wrapper is the one that models of that family were given.
"""

import threading
import time
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

from benchmarks.outcome import Outcome
from benchmarks.shared import shared_data
from surrobrain.brainbench.item_reader import read_items
from surrobrain.pretrained.encode import encode
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.likelihood import recipe_for, score_groups
from surrobrain.pretrained.prefix_tree import n_shared
from surrobrain.pretrained.scoring import Scoring, preset, wrap

THREADS = 2
N_TIMED, N_MEMORY, N_EXACT = 16, 8, 200
PLAIN = preset("reference")  # a sentence in front, as models without tags were given
MIB = 2**20


def measure() -> Outcome:
    """Return seconds, memory and perplexities of both ways of scoring."""
    before = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        return _measured()
    finally:
        torch.set_num_threads(before)


def _measured() -> Outcome:
    folder = shared_data("brainbench")
    tokenizer = AutoTokenizer.from_pretrained(folder / "gpt2_neuro_tokenizer")
    with warnings.catch_warnings():  # case 62 is damaged as published; its texts are scored as such
        warnings.simplefilter("ignore", UserWarning)
        items = read_items(folder / "testcases_human.jsonl", on_bad="keep")
    groups = [[item.original, item.altered] for item in items]
    large, small = _llama(tokenizer, width=512, layers=6), _llama(tokenizer, width=32, layers=2)
    order = np.random.default_rng(1).permutation(len(groups))
    timed = [groups[k] for k in order[:N_TIMED]]
    tags = recipe_for(large, "reference")
    rows, figures = _timed(large, timed, tags)
    plain_rows, plain = _timed(large, timed, PLAIN)
    more, memory = _memory(large, timed[:N_MEMORY])
    rows += [row | {"wrapper": "plain"} for row in plain_rows] + more
    figures |= memory
    for name in ("speedup", "speedup_cpu", "speedup_lean", "speedup_median_case"):
        figures[name.replace("speedup", "speedup_plain")] = plain[name]
    figures["n_other_choices_timed"] += plain["n_other_choices_timed"]
    for model in (small, _gpt2(tokenizer)):
        found, row = _compared(model, groups[:N_EXACT])
        rows.append(row)
        figures |= {f"{name}_{model.name}": value for name, value in found.items()}
    bounds = {name: _bounds(tokenizer, groups, recipe) for name, recipe in
              (("llama", tags), ("plain", PLAIN))}  # fmt: skip
    text_only = bounds["plain"][0]
    figures |= {"token_bound_text_only": text_only}
    figures |= {f"token_bound_{name}_wrapper": found[1] for name, found in bounds.items()}
    targets = {
        "speedup": ">= 1.6", "extra_mib_shared": "< 400", "extra_mib_batches": "< 400",
        "error_llama_6x512": "<= 1e-4",
        "n_other_choices_timed": "<= 0",
        **{f"error_{name}": "<= 1e-4" for name in ("llama_2x32", "gpt2_2x32")},
        **{f"n_other_choices_{name}": "<= 0" for name in ("llama_2x32", "gpt2_2x32")},
    }  # fmt: skip
    return Outcome(rows, figures, targets, [
        f"{THREADS} threads, float32, scoring 'reference' with the wrapper of Llama models, below "
        "with the plain sentence of others; the ways alternate case by case. As published: each "
        "text with its labels, so that a loss is computed that nothing uses, then a copy and the "
        "log-softmax of all logits; the second way leaves that out (speedup_lean)",
        f"every token read once would be {text_only:.2f} times faster for the texts alone, "
        f"{bounds['llama'][1]:.2f} times with the wrapper of Llama models read once for all cases, "
        f"{bounds['plain'][1]:.2f} times with the plain sentence; what is gained beyond comes from "
        "logits that are not kept",
        f"exactness: relative error of the perplexity over {N_EXACT} cases, both versions",
    ])  # fmt: skip


def _timed(
    model: LanguageModel, groups: list[list[str]], scoring: Scoring
) -> tuple[list[dict], dict]:
    """Alternate three ways case by case, so that what else runs here slows down all."""
    ours = score_groups(model, groups, scoring=scoring)
    ways: list[Callable[[list[str]], Any]] = [
        lambda group: _published(model, group, scoring),
        lambda group: _reference(model, [group], scoring)[0],
        lambda group: [score.loss() for score in next(ours)],
    ]
    for way in ways[:2]:
        way(groups[0])
    losses, wall = np.zeros((3, len(groups), 2)), np.zeros((3, len(groups)))
    used = np.zeros(3)
    for k, group in enumerate(groups):
        for number, way in enumerate(ways):
            began, began_cpu = time.perf_counter(), time.process_time()
            losses[number, k] = way(group)
            wall[number, k] = time.perf_counter() - began
            used[number] += time.process_time() - began_cpu
    return _rows(losses, wall, used)


def _rows(
    losses: np.ndarray, wall: np.ndarray, used: np.ndarray
) -> tuple[list[dict], dict[str, float | None]]:
    """Compare the three ways: as published, one text at a time without waste, ours."""
    seconds = wall.sum(axis=1)
    errors = np.abs(np.exp(losses[2] - losses[:2]) - 1)
    preferred = losses[..., 0] < losses[..., 1]
    names = ("as published", "one text at a time, all logits", "shared beginnings")
    rows = [
        {"what": name, "texts per second": 2 * wall.shape[1] / seconds[k], "CPU s": used[k]}
        for k, name in enumerate(names)
    ]
    rows[2]["error"] = float(errors.max())
    return rows, {
        "speedup": float(seconds[0] / seconds[2]), "speedup_cpu": float(used[0] / used[2]),
        "speedup_lean": float(seconds[1] / seconds[2]),
        "speedup_lean_cpu": float(used[1] / used[2]),
        "speedup_median_case": float(np.median(wall[0] / wall[2])),
        "error_llama_6x512": float(errors.max()),
        "n_other_choices_timed": int((preferred[:2] != preferred[2]).sum()),
    }  # fmt: skip


def _memory(model: LanguageModel, groups: list[list[str]]) -> tuple[list[dict], dict]:
    """Watch the memory of both ways, and of batches, which are for graphics cards."""
    together = [[text for group in groups for text in group]]
    ways: dict[str, Callable[[], np.ndarray]] = {
        "reference": lambda: _reference(model, groups),
        "shared": lambda: _ours(model, groups),
        "batches": lambda: _ours(model, together, method="batches"),
    }
    rows, figures = [], {}
    for name, way in ways.items():
        with _peak() as peak:
            way()
        rows.append({"what": f"memory, {name}", "extra MiB": peak["mib"]})
        figures[f"extra_mib_{name}"] = peak["mib"]
    return rows, figures


def _compared(model: LanguageModel, groups: list[list[str]]) -> tuple[dict, dict]:
    plain, ours = _reference(model, groups), _ours(model, groups)
    error = float(np.abs(np.exp(ours - plain) - 1).max())
    other = int(((ours[:, 0] < ours[:, 1]) != (plain[:, 0] < plain[:, 1])).sum())
    row = {"what": f"exactness, {model.name}, {len(groups)} cases", "error": error}
    return {"error": error, "n_other_choices": other}, row


def _reference(
    model: LanguageModel, groups: list[list[str]], scoring: Scoring | None = None
) -> np.ndarray:
    """Score as published: a text at a time, log-softmax over all logits; shape (n_cases, 2)."""
    losses, scoring = [], scoring or recipe_for(model, "reference")
    for text in (text for group in groups for text in group):
        whole = wrap(text, scoring).whole
        ids = model.tokenizer(whole, return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            logits = model.model(input_ids=ids).logits[0, :-1]
            chosen = logits.log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
        losses.append(-float(chosen.mean()))
    return np.array(losses).reshape(-1, 2)


def _published(model: LanguageModel, group: list[str], scoring: Scoring) -> list[float]:
    """Do what the published loop does: a loss that is not used, then all logits once more."""
    losses = []
    for text in group:
        ids = model.tokenizer(wrap(text, scoring).whole, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            logits = model.model(input_ids=ids, labels=ids).logits
            shifted = logits[..., :-1, :].contiguous().view(-1, logits.shape[-1])
            chosen = shifted.log_softmax(-1).gather(1, ids[0, 1:, None])[:, 0]
        losses.append(-float(chosen.mean()))
    return losses


def _ours(model: LanguageModel, groups: list[list[str]], **given: Any) -> np.ndarray:
    found = score_groups(model, groups, scoring="reference", **given)
    return np.array([score.loss() for scores in found for score in scores]).reshape(-1, 2)


def _bounds(tokenizer: Any, groups: list[list[str]], scoring: Scoring) -> tuple[float, float]:
    """Return how many times fewer tokens there are when what is shared is read once."""
    n_all, n_once, n_lead = np.zeros(2), np.zeros(2), 0
    for group in groups:
        read = [encode(tokenizer, text, scoring=scoring) for text in group]
        lengths, n_lead = [len(r.ids) for r in read], read[0].n_lead
        once = sum(lengths) - n_shared(read[0].ids, read[1].ids)
        n_all += [sum(lengths) - 2 * n_lead, sum(lengths)]
        n_once += [once - n_lead, once - n_lead]
    n_once[1] += n_lead
    bounds = n_all / n_once
    return float(bounds[0]), float(bounds[1])


def _llama(tokenizer: Any, *, width: int, layers: int) -> LanguageModel:
    torch.manual_seed(0)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=width, intermediate_size=width * 11 // 4,
        num_hidden_layers=layers, num_attention_heads=8, max_position_embeddings=1024,
    ))  # fmt: skip
    return _sharp(model, tokenizer, f"llama_{layers}x{width}")


def _gpt2(tokenizer: Any) -> LanguageModel:
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(
        vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=4, n_positions=1024,
    ))  # fmt: skip
    return _sharp(model, tokenizer, "gpt2_2x32")


def _sharp(model: Any, tokenizer: Any, name: str) -> LanguageModel:
    """Make an untrained model disagree about words: else every token is as probable as any."""
    with torch.no_grad():
        model.get_output_embeddings().weight.mul_(3.0)
    return LanguageModel(model.eval(), tokenizer, name)


@contextmanager
def _peak():
    """Watch the resident memory of this process above what it is now, in MiB."""
    page, found, done = 4096, {"mib": 0.0}, threading.Event()

    def resident() -> float:
        with open("/proc/self/statm") as stream:
            return int(stream.read().split()[1]) * page / MIB

    start = resident()

    def watch() -> None:
        while not done.wait(0.002):
            found["mib"] = max(found["mib"], resident() - start)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()
