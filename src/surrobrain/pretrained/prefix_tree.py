"""Many versions of a text, each shared beginning computed once."""

from collections.abc import Sequence
from itertools import takewhile
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.pretrained.encode import Encoded
from surrobrain.pretrained.log_probs import log_probs
from surrobrain.pretrained.parts import Parts

__all__ = ["PrefixTree", "n_shared"]


class PrefixTree:
    """Walks the prefix tree of texts, with the keys and values of the path from its root.

    Texts in lexicographic order of their tokens are the leaves of their prefix tree from left to
    right. So it is enough to keep the path to the last one, to cut it back to where the next one
    branches off, and to read on from there: every token of the tree is read once.

    What stands in front of all texts is read by itself and kept for those to come, so that the
    scores of a group depend on nothing that was scored before: not by a bit.

    Parameters
    ----------
    parts : Parts
        Of the model.
    arithmetic : {"float32", "model"}
        Precision of the softmax.
    moments : bool
        Whether mean and standard deviation of the log-probability are wanted.
    """

    def __init__(self, parts: Parts, *, arithmetic: str, moments: bool = False) -> None:
        self._parts, self._arithmetic, self._moments = parts, arithmetic, moments
        self._lead: tuple[int, ...] = ()
        self._restart()

    def score(self, texts: Sequence[Encoded]) -> list[Float[np.ndarray, "_ 3"]]:
        """Return what `log_probs` says about every token of every text; NaN where not scored."""
        order = sorted(range(len(texts)), key=lambda k: texts[k].ids)
        n_lead = min(text.n_lead for text in texts)
        n_lead = min(n_lead, n_shared(texts[order[0]].ids, texts[order[-1]].ids))
        self._go_to_lead(texts[order[0]].ids[:n_lead])
        found: list[Float[np.ndarray, "_ 3"]] = [np.empty((0, 3))] * len(texts)
        for k in order:
            shared = max(n_lead, n_shared(self._ids, texts[k].ids))
            self._cut(shared)
            self._read(texts[k].ids[shared:])
            found[k] = self._judge(texts[k])
        return found

    def _restart(self) -> None:
        from transformers import DynamicCache

        self._ids: tuple[int, ...] = ()
        self._cache = DynamicCache()
        self._states: Any = None  # (n_tokens, width)
        self._known = np.empty((0, 3))

    def _go_to_lead(self, lead: tuple[int, ...]) -> None:
        if self._lead == lead and self._ids[: len(lead)] == lead:
            self._cut(len(lead))
            return
        self._restart()
        self._read(lead)
        self._lead = lead

    def _cut(self, n_tokens: int) -> None:
        """Go back to the first tokens of the path."""
        surplus = len(self._ids) - n_tokens
        if surplus <= 0:
            return
        if n_tokens == 0:
            self._restart()
            return
        self._cache.crop(-surplus)
        self._ids = self._ids[:n_tokens]
        self._states, self._known = self._states[:n_tokens], self._known[:n_tokens]

    def _read(self, ids: tuple[int, ...]) -> None:
        import torch

        if not ids:
            return
        tokens = torch.tensor([ids], device=self._parts.device)
        states = self._parts.states(tokens, past_key_values=self._cache)[0]
        self._states = states if self._states is None else torch.cat([self._states, states])
        self._known = np.concatenate([self._known, np.full((len(ids), 3), np.nan)])
        self._ids = self._ids + ids

    def _judge(self, text: Encoded) -> Float[np.ndarray, "tokens 3"]:
        """Take the head only where it is wanted and was not taken for an earlier text."""
        import torch

        missing = np.flatnonzero(text.scored & np.isnan(self._known[:, 0]))
        if len(missing):
            places = torch.as_tensor(missing - 1, device=self._parts.device)
            targets = torch.tensor([self._ids[k] for k in missing], device=self._parts.device)
            self._known[missing] = log_probs(
                self._parts, self._states[places], targets, arithmetic=self._arithmetic,
                moments=self._moments,
            )  # fmt: skip
        return np.where(text.scored[:, None], self._known, np.nan)


def n_shared(first: tuple[int, ...], second: tuple[int, ...]) -> int:
    """Return how many tokens two texts share at their beginning.

    Examples
    --------
    >>> n_shared((5, 1, 2), (5, 1, 3, 4))
    2
    """
    pairs = zip(first, second, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
