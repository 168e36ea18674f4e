"""Whole texts in batches of about the same length, for a graphics card; or one by one."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.pretrained.encode import Encoded
from surrobrain.pretrained.log_probs import log_probs
from surrobrain.pretrained.parts import Parts

__all__ = ["score_batches"]

_TOKENS = 16_384  # in a batch, padding included


def score_batches(
    parts: Parts, texts: Sequence[Encoded], *, arithmetic: str, moments: bool,
    n_tokens: int = _TOKENS,
) -> list[Float[np.ndarray, "_ 3"]]:  # fmt: skip
    """Return what `log_probs` says about every token of every text; NaN where not scored.

    Parameters
    ----------
    parts : Parts
        Of the model.
    texts : sequence of Encoded
        In any order; they are read from short to long, so that little is padded.
    arithmetic : {"float32", "model"}
        Precision of the softmax.
    moments : bool
        Whether mean and standard deviation of the log-probability are wanted.
    n_tokens : int
        Of a batch at most, padding included; 0 reads one text at a time.
    """
    found: dict[int, Float[np.ndarray, "_ 3"]] = {}
    for batch in _batches([len(text.ids) for text in texts], n_tokens):
        values = _score(parts, [texts[k] for k in batch], arithmetic=arithmetic, moments=moments)
        found.update(zip(batch, values, strict=True))
    return [found[k] for k in range(len(texts))]


def _batches(lengths: list[int], n_tokens: int) -> Iterator[list[int]]:
    waiting: list[int] = []
    for k in sorted(range(len(lengths)), key=lambda k: lengths[k]):
        if waiting and (len(waiting) + 1) * lengths[k] > n_tokens:
            yield waiting
            waiting = []
        waiting.append(k)
    if waiting:
        yield waiting


def _score(
    parts: Parts, texts: Sequence[Encoded], *, arithmetic: str, moments: bool
) -> list[Float[np.ndarray, "_ 3"]]:
    import torch

    lengths = [len(text.ids) for text in texts]
    ids = torch.zeros(len(texts), max(lengths), dtype=torch.long)
    for row, text in enumerate(texts):
        ids[row, : len(text.ids)] = torch.tensor(text.ids)
    mask = torch.arange(max(lengths))[None] < torch.tensor(lengths)[:, None]
    given = {} if mask.all() else {"attention_mask": mask.long().to(parts.device)}
    ids = ids.to(parts.device)
    states = parts.states(ids, **given)  # (text, token, width)
    scored = [np.flatnonzero(text.scored) for text in texts]
    row = torch.tensor(np.repeat(np.arange(len(texts)), [len(s) for s in scored]))
    place = torch.tensor(np.concatenate(scored))
    row, place = row.to(parts.device), place.to(parts.device)
    values = log_probs(
        parts, states[row, place - 1], ids[row, place], arithmetic=arithmetic, moments=moments
    )
    found = [np.full((n, 3), np.nan) for n in lengths]
    ends = np.cumsum([len(s) for s in scored])[:-1]
    for k, part in enumerate(np.split(values, ends)):
        found[k][scored[k]] = part
    return found
