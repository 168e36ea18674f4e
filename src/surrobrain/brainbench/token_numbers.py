"""The numbers by which memorization is judged, from a model."""

from collections.abc import Sequence

import numpy as np

from surrobrain.brainbench.memorization import TokenNumbers
from surrobrain.pretrained.completions import CompletionServer
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.likelihood import score_groups
from surrobrain.pretrained.scoring import Scoring
from surrobrain.pretrained.text_score import TextScore
from surrobrain.progress import progress

__all__ = ["token_numbers"]

_TEXTS_AT_ONCE = 8


def token_numbers(
    model: LanguageModel | CompletionServer,
    texts: Sequence[str],
    *,
    scoring: str | Scoring = "clean",
    shown: bool = True,
) -> list[TokenNumbers]:
    """Let a model read texts and return what it said about every token of them.

    Parameters
    ----------
    model : LanguageModel or CompletionServer
        From `surrobrain.pretrained`. A server does not tell mean and spread.
    texts : sequence of str
        Each read alone.
    scoring : {"clean", "reference"} or Scoring
        What is read; tokens of a wrapper are left out of the numbers.
    shown : bool
        Whether a bar is shown on a terminal.

    Returns
    -------
    list of TokenNumbers
        In the order of the texts.

    Raises
    ------
    ValueError
        A text cannot be scored; the message names it by its place.
    """
    moments = isinstance(model, LanguageModel)
    names = [f"text {k + 1}" for k in range(len(texts))]
    groups, labels = (
        [list(some[k : k + _TEXTS_AT_ONCE]) for k in range(0, len(texts), _TEXTS_AT_ONCE)]
        for some in (texts, names)
    )
    found: list[TokenNumbers] = []
    with progress(len(texts), label=f"reading by {model.name}", shown=shown) as report:
        scored = score_groups(
            model, groups, scoring=scoring, names=labels, tokens=True, moments=moments
        )
        for block, scores in zip(groups, scored, strict=True):
            found += [_inside(text, score) for text, score in zip(block, scores, strict=True)]
            report(len(found), "")
    return found


def _inside(text: str, score: TextScore) -> TokenNumbers:
    """Return the tokens of the text itself."""
    tokens = score.tokens
    assert tokens is not None  # they were asked for
    rows = (tokens.stops > 0) & (tokens.starts < len(text))
    mean, spread = (
        None if values is None else np.asarray(values[rows], dtype=np.float64)
        for values in (tokens.mean, tokens.std)
    )
    return TokenNumbers(np.asarray(tokens.log_prob[rows], dtype=np.float64), mean, spread)
