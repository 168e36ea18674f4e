"""Log-probabilities of tokens, piece by piece: never the logits of a long text at once."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.pretrained.parts import Parts

__all__ = ["log_probs"]

_LOGITS = 2**24  # that exist at a time: 64 MiB in single precision


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
        scores, wanted = parts.logits(states[rows]), targets[rows, None]
        if arithmetic == "float32" and not moments:
            columns = [_of_targets(scores.float(), wanted)]
        else:
            exact = scores.float() if arithmetic == "float32" else scores
            scores = torch.log_softmax(exact, dim=-1)
            columns = [scores.gather(1, wanted)[:, 0], *(_moments(scores) if moments else [])]
        found[rows, : len(columns)] = torch.stack(columns, dim=1).double().cpu().numpy()
    return found


def _of_targets(scores: Any, wanted: Any) -> Any:
    """Return log-probabilities of targets in place: a second array of all logits costs a tenth."""
    top = scores.amax(dim=-1, keepdim=True)
    chosen = scores.gather(1, wanted) - top
    return (chosen - scores.sub_(top).exp_().sum(dim=-1, keepdim=True).log())[:, 0]


def _moments(scores: Any) -> list[Any]:
    weights = scores.exp()
    scores = scores.clamp(min=-1e9)  # what cannot occur adds nothing, and not NaN
    mean = (weights * scores).sum(dim=-1)
    return [mean, (weights * (scores - mean[:, None]).square()).sum(dim=-1).sqrt()]
