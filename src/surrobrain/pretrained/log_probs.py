"""Log-probabilities of tokens, in pieces that fit the cache: never all logits at once."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.pretrained.parts import Parts

__all__ = ["log_probs"]

_LOGITS = 2**23  # that exist at a time: 32 MiB in single precision


def log_probs(
    parts: Parts, states: Any, targets: Any, *, arithmetic: str, moments: bool
) -> Float[np.ndarray, "places 3"]:
    """Return what a model says about the token that follows each state.

    Parameters
    ----------
    parts : Parts
        Of the model.
    states : tensor, shape (n_places, width)
        Of its last layer.
    targets : tensor, shape (n_places,)
        Tokens that follow.
    arithmetic : {"float32", "model"}
        Precision of the softmax.
    moments : bool
        Whether mean and standard deviation of the log-probability over the vocabulary, weighted by
        the probability, are wanted too.

    Returns
    -------
    array, shape (n_places, 3)
        Log-probability, mean, standard deviation; the last two NaN unless asked for.
    """
    import torch

    found = np.full((len(targets), 3), np.nan)
    n_rows = max(16, _LOGITS // parts.n_vocabulary)
    for first in range(0, len(targets), n_rows):
        rows = slice(first, first + n_rows)
        scores = parts.logits(states[rows])
        scores = torch.log_softmax(scores.float() if arithmetic == "float32" else scores, dim=-1)
        columns = [scores.gather(1, targets[rows, None])[:, 0]]
        if moments:
            columns += _moments(scores)
        found[rows, : len(columns)] = torch.stack(columns, dim=1).double().cpu().numpy()
    return found


def _moments(scores: Any) -> list[Any]:
    weights = scores.exp()
    scores = scores.clamp(min=-1e9)  # what cannot occur adds nothing, and not NaN
    mean = (weights * scores).sum(dim=-1)
    return [mean, (weights * (scores - mean[:, None]).square()).sum(dim=-1).sqrt()]
