"""From a text to the tokens that a model reads, and which of them are scored."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from surrobrain.pretrained.scoring import Scoring, Wrapped, wrap

__all__ = ["Encoded", "encode", "encoded"]


@dataclass(frozen=True, eq=False)
class Encoded:
    """One text as a model reads it.

    Parameters
    ----------
    name : str
        For complaints.
    ids : tuple of int
        Tokens, the wrapper and the token that begins a sequence included.
    pieces : tuple of str
        Characters that each stands for.
    starts, stops : array, shape (n_tokens,)
        Where they lie, in characters of the text; outside of it in the wrapper.
    scored : array, shape (n_tokens,)
        Which of them count.
    n_lead : int
        Tokens in front of the text, the same for all texts of a recipe in all but odd cases.
    n_bytes : int
        Length in UTF-8 of what is scored.
    """

    name: str
    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    starts: Int[np.ndarray, "tokens"]
    stops: Int[np.ndarray, "tokens"]
    scored: Bool[np.ndarray, "tokens"]
    n_lead: int
    n_bytes: int


def encode(tokenizer: Any, text: str, *, scoring: Scoring, name: str = "the text") -> Encoded:
    """Tokenize a text by a recipe.

    Parameters
    ----------
    tokenizer : transformers fast tokenizer
    text : str
    scoring : Scoring
    name : str
        Of the text, for complaints.

    Raises
    ------
    ValueError
        The text is empty; the tokenizer has no word for some of it, or reads a part of it as a
        special token; the tokenizer does not say where its tokens lie.
    """
    if not text.strip():
        raise ValueError(f"{name} is empty; nothing of it can be scored")
    wrapped = wrap(text, scoring)
    ids, offsets = _tokens(tokenizer, wrapped.whole, scoring)
    found = encoded(wrapped, ids, offsets, scoring=scoring, name=name)
    _refuse_unknown(tokenizer, wrapped, found)
    return found


def encoded(
    wrapped: Wrapped, ids: list[int], offsets: Int[np.ndarray, "tokens 2"], *, scoring: Scoring,
    name: str,
) -> Encoded:  # fmt: skip
    """Say which tokens of a wrapped text are scored; ``offsets`` are characters of the whole."""
    starts, stops = offsets[:, 0] - wrapped.start, offsets[:, 1] - wrapped.start
    n_characters = wrapped.stop - wrapped.start
    of_text = (starts < n_characters) & (stops > 0) & (stops > starts)
    if not of_text.any():
        raise ValueError(f"{name} has no token of its own; nothing of it can be scored")
    last = len(ids) if scoring.wrapper_scored else int(np.flatnonzero(of_text)[-1]) + 1
    scored = np.arange(last) >= scoring.n_unscored
    counted = wrapped.whole
    if not scoring.wrapper_scored:
        scored &= of_text[:last]
        counted = wrapped.whole[wrapped.start : wrapped.stop]
    if not scored.any():
        raise ValueError(f"{name} has no scored token; it is too short for this recipe")
    pieces = tuple(wrapped.whole[a:b] for a, b in offsets[:last].tolist())
    return Encoded(
        name, tuple(ids[:last]), pieces, starts[:last], stops[:last], scored,
        n_lead=int(np.flatnonzero(of_text)[0]), n_bytes=len(counted.encode()),
    )  # fmt: skip


def _tokens(
    tokenizer: Any, text: str, scoring: Scoring
) -> tuple[list[int], Int[np.ndarray, "tokens 2"]]:
    if not getattr(tokenizer, "is_fast", False):
        raise ValueError(
            f"{type(tokenizer).__name__} does not say where its tokens lie in a text; load the "
            "fast tokenizer of this model"
        )
    by_itself = scoring.bos == "tokenizer"
    read = tokenizer(
        text, add_special_tokens=by_itself, return_offsets_mapping=True, verbose=False
    )  # fmt: skip
    ids, offsets = list(read["input_ids"]), list(read["offset_mapping"])
    if scoring.bos == "one":
        begin = tokenizer.bos_token_id
        begin = tokenizer.eos_token_id if begin is None else begin
        if begin is None:
            raise ValueError(
                "the tokenizer has no token that begins or ends a sequence; use Scoring(bos='none')"
            )
        while ids and ids[0] == begin:  # spelled out by the wrapper: one is enough
            ids, offsets = ids[1:], offsets[1:]
        ids, offsets = [begin, *ids], [(0, 0), *offsets]
    return ids, np.array(offsets, dtype=np.int64).reshape(-1, 2)


def _refuse_unknown(tokenizer: Any, wrapped: Wrapped, found: Encoded) -> None:
    """Byte-level tokenizers may drop what they never saw without a word; others say unknown."""
    special = set(tokenizer.all_special_ids)
    n_characters = wrapped.stop - wrapped.start
    covered = np.zeros(n_characters + 1, dtype=int)
    for token, start, stop in zip(found.ids, found.starts, found.stops, strict=True):
        inside = stop > start and stop > 0 and start < n_characters
        if inside and token in special:
            raise ValueError(
                f"{found.name} holds {wrapped.whole[wrapped.start + max(start, 0) :][:20]!r}, "
                "which the tokenizer reads as its special token "
                f"{tokenizer.convert_ids_to_tokens(token)}"
            )
        if inside:
            covered[max(start, 0)] += 1
            covered[min(stop, n_characters)] -= 1
    text = wrapped.whole[wrapped.start : wrapped.stop]
    for place, depth in enumerate(np.cumsum(covered)[:n_characters]):
        if not depth and not text[place].isspace():
            raise ValueError(
                f"the tokenizer has no token for {text[place]!r} (character {place}) of "
                f"{found.name}; it would be dropped without a word"
            )
