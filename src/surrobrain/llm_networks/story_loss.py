"""How well a language model foresees the words of a story."""

from typing import Any

import numpy as np

from surrobrain.checks import number, whole
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.passes import reads_both_ways
from surrobrain.seeds import Seed, generator

__all__ = ["story_loss"]


def story_loss(
    language: LanguageModel, text: str, *, window: int = 256, share: float = 0.15, seed: Seed = 0
) -> float:
    """Return the cross-entropy of a text in nats per token.

    Parameters
    ----------
    language : LanguageModel
        Causal, or masked with a head that fills gaps.
    text : str
        The story.
    window : int, default 256
        Tokens that are read at once, one stretch after the other.
    share : float, default 0.15
        Of the tokens of a masked model that are hidden and have to be filled in.
    seed : int or Generator
        Decides which.

    Returns
    -------
    float
        NaN for a model without a head over words.
    """
    import torch

    number(share, "share", low=0.01, high=0.9)
    whole(window, "window", low=8)
    network, tokenizer = language.model, language.tokenizer
    if network.get_output_embeddings() is None:
        return float("nan")
    both = reads_both_ways(language)
    ids = np.array(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])
    rng, total, count = generator(seed), 0.0, 0
    with torch.no_grad():
        for start in range(0, len(ids), window):
            piece = ids[start : start + window]
            if len(piece) < 2:
                continue
            asked = _hidden(len(piece), share, rng) if both else np.arange(1, len(piece))
            shown = piece.copy()
            if both:
                shown[asked] = tokenizer.mask_token_id
            given = torch.as_tensor(shown[None], device=network.device)
            logits = network(input_ids=given).logits[0].float()
            rows = asked if both else asked - 1
            total += _nats(logits[rows], piece[asked])
            count += len(asked)
    return total / count if count else float("nan")


def _hidden(n: int, share: float, rng: np.random.Generator) -> np.ndarray:
    return np.sort(rng.choice(n, max(1, round(share * n)), replace=False))


def _nats(logits: Any, truth: np.ndarray) -> float:
    import torch

    target = torch.as_tensor(truth, device=logits.device)
    return float(torch.nn.functional.cross_entropy(logits, target, reduction="sum"))
