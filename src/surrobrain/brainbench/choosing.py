"""Letting a model choose between the versions of every test case."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.item import Item
from surrobrain.journal import append, read_journal
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.language import LanguageModel, fingerprint
from surrobrain.pretrained.likelihood import recipe_for, score_groups
from surrobrain.pretrained.scoring import Scoring
from surrobrain.pretrained.text_score import TextScore
from surrobrain.progress import progress

__all__ = ["choose", "versions"]

_CASES_AT_ONCE = 16  # on a graphics card, which likes many texts of one length


def choose(
    model: LanguageModel | CompletionServer, items: Sequence[Item], *,
    scoring: str | Scoring = "clean", results: str | Path | None = None, shown: bool = True,
) -> Choices:  # fmt: skip
    """Score both versions of every case; the less surprising one is the choice of the model.

    Parameters
    ----------
    model : LanguageModel or CompletionServer
        From `surrobrain.pretrained`.
    items : sequence of Item
        From `read_items`.
    scoring : {"clean", "reference"} or Scoring
        What is read and what of it counts.
    results : str or Path, optional
        File to which every case is written as soon as it is scored. What stands there for the same
        model, recipe and texts is not scored again, so that the same call goes on after a kill,
        with the same result. One file may hold several models.
    shown : bool
        Whether a bar is shown on a terminal.

    Returns
    -------
    Choices
        ``loss`` is per token, in all or per byte as the recipe says; ``n_tokens`` is there in the
        first case only, where the loss is a mean over tokens.

    Raises
    ------
    ValueError
        There is no case; two have one id; a version cannot be scored. The message names the case.

    Examples
    --------
    >>> from surrobrain.brainbench import Item
    >>> from tokenizers import Tokenizer, models, pre_tokenizers
    >>> from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast
    >>> words = Tokenizer(models.WordLevel({"<s>": 0, "rate": 1, "rises": 2, "falls": 3}, "<s>"))
    >>> words.pre_tokenizer = pre_tokenizers.Whitespace()
    >>> tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="<s>")
    >>> network = GPT2LMHeadModel(GPT2Config(vocab_size=4, n_embd=8, n_layer=1, n_head=1)).eval()
    >>> model = LanguageModel(network, tokenizer, name="untrained")
    >>> choices = choose(model, [Item("1", original="rate rises", altered="rate falls", edits=())])
    >>> choices.ids, choices.n_tokens.tolist()
    (('1',), [[2, 2]])
    """
    _refuse(items)
    recipe = recipe_for(model, scoring)
    known = _known(results)
    keys = _keys(model, recipe, items)
    waiting = [k for k, pair in enumerate(keys) if not all(key in known for key in pair)]
    with progress(len(items), label=f"scoring {model.name}", shown=shown) as report:
        done = len(items) - len(waiting)
        for block, scores in _scored(model, [items[k] for k in waiting], recipe):
            lines = []
            for k, pair in zip(waiting[block], scores, strict=True):
                known.update(zip(keys[k], pair, strict=True))
                lines += _lines(items[k], keys[k], pair)
            if results is not None:  # one line a block: it is there, or is scored again as a whole
                append(results, {"model": model.name, "scoring": recipe.name, "scores": lines})
            done += len(scores)
            report(done, f"case {items[waiting[block][-1]].id}")
    return _choices(model.name, recipe, items, [[known[key] for key in pair] for pair in keys])


def versions(item: Item) -> dict[str, str]:
    """Return the texts of a case by name, the original first."""
    return {"original": item.original, "altered": item.altered}


def _refuse(items: Sequence[Item]) -> None:
    if not items:
        raise ValueError("there is no case to choose in; give at least one Item")
    ids = [item.id for item in items]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise ValueError(f"cases {', '.join(twice)} occur more than once; give each its own id")


def _known(results: str | Path | None) -> dict[str, TextScore]:
    """Read what was scored before; a line torn by a kill counts as not there."""
    entries = read_journal(results).entries if results is not None else ()
    lines: list[Any] = [line for entry in entries for line in entry.get("scores", [])]  # pyright: ignore[reportGeneralTypeIssues]
    return {
        line["key"]: TextScore(line["log_likelihood"], line["n_tokens"], line["n_bytes"])
        for line in lines
    }


def _keys(
    model: LanguageModel | CompletionServer, recipe: Scoring, items: Sequence[Item]
) -> list[tuple[str, ...]]:
    """Name every score by what decides it: the model, the recipe, and the text."""
    by_server = isinstance(model, CompletionServer)
    who = f"{model.url} {model.model}" if by_server else fingerprint(model)
    how = {k: v for k, v in dataclasses.asdict(recipe).items() if k not in ("name", "per")}
    start = hashlib.sha256(json.dumps([who, how], sort_keys=True).encode())

    def key(text: str) -> str:
        digest = start.copy()
        digest.update(text.encode())
        return digest.hexdigest()[:32]

    return [tuple(key(text) for text in versions(item).values()) for item in items]


def _scored(
    model: LanguageModel | CompletionServer, items: Sequence[Item], recipe: Scoring
) -> Iterator[tuple[slice, list[list[TextScore]]]]:
    """Score block by block; on a CPU a block is one case, which nothing but itself decides."""
    on_card = isinstance(model, LanguageModel) and model.device != "cpu"
    size = _CASES_AT_ONCE if on_card else 1
    blocks = [slice(k, min(k + size, len(items))) for k in range(0, len(items), size)]
    texts = [[text for item in items[b] for text in versions(item).values()] for b in blocks]
    names = [
        [f"case {item.id}, {name}" for item in items[b] for name in versions(item)] for b in blocks
    ]
    if not blocks:
        return
    found = score_groups(model, texts, scoring=recipe, names=names)
    for block, scores in zip(blocks, found, strict=True):
        yield block, [scores[k : k + 2] for k in range(0, len(scores), 2)]


def _lines(item: Item, keys: tuple[str, ...], scores: list[TextScore]) -> list[dict[str, object]]:
    return [
        {
            "key": key, "id": item.id, "version": version, "log_likelihood": score.log_likelihood,
            "n_tokens": score.n_tokens, "n_bytes": score.n_bytes,
        }
        for key, version, score in zip(keys, versions(item), scores, strict=True)
    ]  # fmt: skip


def _choices(
    name: str, recipe: Scoring, items: Sequence[Item], scores: list[list[TextScore]]
) -> Choices:
    per_token = recipe.per == "mean"
    n_tokens = np.array([[score.n_tokens for score in pair] for pair in scores])
    unit = "" if per_token else f", by {recipe.per}"
    subfields = tuple(item.subfield for item in items)
    return Choices(
        name,
        tuple(item.id for item in items),
        loss=np.array([[score.loss(per=recipe.per) for score in pair] for pair in scores]),
        n_tokens=n_tokens if per_token else None,
        n_bytes=np.array([[score.n_bytes for score in pair] for pair in scores]),
        subfields=subfields if any(subfields) else (),
        recipe=f"{recipe.name}{unit}",
    )
