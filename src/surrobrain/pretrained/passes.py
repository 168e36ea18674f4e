"""How a long text is read: piece by piece with a key-value cache, or in windows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int

from surrobrain.checks import whole
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.parts import parts_of
from surrobrain.pretrained.sites import body_of

__all__ = ["Pass", "Plan", "Tokens", "plan_passes", "reads_both_ways", "run_pass", "tokenized"]

_LIMITS = ("max_position_embeddings", "n_positions", "max_sequence_length", "n_ctx", "seq_length")
_MASKED_WINDOW = 512  # tokens, what BERT was made for


@dataclass(frozen=True, eq=False)
class Tokens:
    """The tokens of a text, and the special ones that a model expects around it.

    Parameters
    ----------
    ids : array, shape (n_tokens,)
        Of the text alone.
    starts, stops : array, shape (n_tokens,)
        Characters of the text that each stands for.
    before, after : tuple of int
        What the tokenizer puts around a text.
    """

    ids: Int[np.ndarray, "tokens"]
    starts: Int[np.ndarray, "tokens"]
    stops: Int[np.ndarray, "tokens"]
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Pass:
    """One forward pass, and which tokens of the text count in it.

    Parameters
    ----------
    ids : array, shape (n_read,)
        What the model is given.
    first, last : int
        Tokens ``first`` to ``last - 1`` of the text count.
    skip : int
        Places in front of them in ``ids``.
    """

    ids: Int[np.ndarray, "read"]
    first: int
    last: int
    skip: int


@dataclass(frozen=True, eq=False)
class Plan:
    """All passes over a text.

    Parameters
    ----------
    passes : tuple of Pass
        In order; every token counts in exactly one.
    cached : bool
        Whether each pass continues the one in front of it.
    reading : str
        The same in words.
    """

    passes: tuple[Pass, ...]
    cached: bool
    reading: str


def tokenized(language: LanguageModel, text: str) -> Tokens:
    """Split a text into tokens, without the special ones around it.

    Parameters
    ----------
    language : LanguageModel
        With a fast tokenizer.
    text : str

    Returns
    -------
    Tokens

    Raises
    ------
    ValueError
        The tokenizer does not say where its tokens lie.
    """
    tokenizer = language.tokenizer
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(
            f"{type(tokenizer).__name__} does not say where its tokens lie in a text; load the "
            "fast tokenizer of this model"
        )
    read = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)
    dressed = tokenizer(text, verbose=False)["input_ids"]
    ids = list(read["input_ids"])
    lead = next(
        (k for k in range(len(dressed) - len(ids) + 1) if dressed[k : k + len(ids)] == ids), 0
    )
    offsets = np.array(read["offset_mapping"], dtype=np.int64).reshape(-1, 2)
    return Tokens(
        np.array(ids, dtype=np.int64), offsets[:, 0], offsets[:, 1],
        tuple(dressed[:lead]), tuple(dressed[lead + len(ids) :]),
    )  # fmt: skip


def plan_passes(
    language: LanguageModel, tokens: Tokens, *, window: int | None = None,
    stride: int | None = None, chunk: int = 256,
) -> Plan:  # fmt: skip
    """Decide how a text is read.

    Parameters
    ----------
    language : LanguageModel
    tokens : Tokens
        Of the text.
    window : int, optional
        Tokens read at once, special ones included. A causal model reads the whole text in one go
        by default, and in windows as long as it can if the text is longer than that; a masked
        model reads windows of 512 tokens.
    stride : int, optional
        Of each window the last so many tokens count; by default a quarter of it.
    chunk : int, default 256
        Tokens per pass of a causal model without windows; the key-value cache makes the result
        that of one pass.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        The window is longer than the model can read, or the stride longer than the window.
    """
    whole(chunk, "chunk", low=1)
    longest = _longest(language)
    n_tokens = len(tokens.ids) + len(tokens.before)
    both = reads_both_ways(language)
    if window is None and stride is None and not both and n_tokens <= longest:
        return _continued(language, tokens, chunk)
    if window is None:
        window = min(longest, _MASKED_WINDOW if both else longest)
    whole(window, "window", low=1)
    if window > longest:
        raise ValueError(
            f"{language.name} reads {longest} tokens at most, but a window of {window} was asked"
        )
    return _windows(tokens, window, stride, both=both)


def run_pass(language: LanguageModel, one: Pass, *, cache: Any = None) -> None:
    """Read; what comes of it is heard by whoever listens.

    Parameters
    ----------
    language : LanguageModel
    one : Pass
    cache : transformers.DynamicCache, optional
        Of the passes in front of it; it grows.
    """
    import torch

    given: dict[str, Any] = {}
    if cache is not None:
        given = {"past_key_values": cache, "use_cache": True}
    ids = torch.from_numpy(one.ids)[None].to(language.device)  # (text, token)
    with torch.inference_mode():
        body_of(language)(input_ids=ids, **given)


def reads_both_ways(language: LanguageModel) -> bool:
    """Tell whether early tokens depend on later ones, by changing the last of a few."""
    import torch

    network = body_of(language)
    n_vocabulary = int(network.get_input_embeddings().weight.shape[0])
    ids = (torch.arange(6, device=language.device) * 7919 % n_vocabulary).repeat(2, 1)
    ids[1, -1] = (ids[0, -1] + 1) % n_vocabulary
    with torch.inference_mode():
        states = network(input_ids=ids).last_hidden_state[:, 0].float()
    return bool((states[0] - states[1]).abs().max() > 1e-4 * states[0].abs().max())


def _continued(language: LanguageModel, tokens: Tokens, chunk: int) -> Plan:
    ids = np.concatenate([np.array(tokens.before, dtype=np.int64), tokens.ids])
    n_before = len(tokens.before)
    exact = parts_of(language).window != 0
    chunk = chunk if exact else len(ids)
    passes = tuple(
        Pass(
            ids[k : k + chunk],
            max(k - n_before, 0),
            min(k + chunk, len(ids)) - n_before,
            max(n_before - k, 0),
        )
        for k in range(0, len(ids), chunk)
    )
    return Plan(passes, cached=exact and len(passes) > 1, reading="one pass")


def _windows(tokens: Tokens, window: int, stride: int | None, *, both: bool) -> Plan:
    after = tokens.after if both else ()
    room = window - len(tokens.before) - len(after)
    stride = max(room // 4, 1) if stride is None else whole(stride, "stride", low=1)
    if stride > room:
        raise ValueError(
            f"a window of {window} tokens has room for {room} of the text, but a stride of "
            f"{stride} was asked; take a shorter stride"
        )
    passes, n_tokens = [], len(tokens.ids)
    for first in range(0, n_tokens, stride):
        last = min(first + stride, n_tokens)
        start = max(last - room, 0)
        ids = np.array([*tokens.before, *tokens.ids[start:last], *after], dtype=np.int64)
        passes.append(Pass(ids, first, last, len(tokens.before) + first - start))
    return Plan(tuple(passes), cached=False, reading=f"windows of {window} tokens, stride {stride}")


def _longest(language: LanguageModel) -> int:
    config = language.model.config
    config = config.get_text_config() if hasattr(config, "get_text_config") else config
    limits = [getattr(config, name, None) for name in _LIMITS]
    limits.append(getattr(language.tokenizer, "model_max_length", None))
    known = [int(limit) for limit in limits if limit]
    return min(known, default=1 << 60)
