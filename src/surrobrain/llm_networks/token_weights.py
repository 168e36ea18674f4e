"""From words to tokens: which tokens stand for a word, and how much."""

from typing import Any

import numpy as np

from surrobrain.checks import choice
from surrobrain.llm_networks.words import Words
from surrobrain.pretrained.language import LanguageModel
from surrobrain.pretrained.passes import Tokens, tokenized

__all__ = ["WORD_VALUES", "tokens_of_words"]

WORD_VALUES = ("last", "mean")


def tokens_of_words(
    language: LanguageModel, words: Words, *, value: str = "last"
) -> tuple[Tokens, Any]:
    """Split a story into tokens, and say which of them give the value of each word.

    Parameters
    ----------
    language : LanguageModel
        With a fast tokenizer.
    words : Words
        Joined by single spaces.
    value : {"last", "mean"}
        A word has the value of its last token, where a causal model has read all of it; or the
        mean of its tokens.

    Returns
    -------
    tuple
        Tokens, and a scipy.sparse.csr_array of shape (n_words, n_tokens) whose rows add up to 1.

    Raises
    ------
    ValueError
        The tokenizer drops a word, so that nothing stands for it.
    """
    from scipy.sparse import csr_array

    choice(value, WORD_VALUES, "value of a word")
    tokens = tokenized(language, " ".join(words.text))
    lengths = np.array([len(word) for word in words.text])
    stops = np.cumsum(lengths + 1) - 1
    starts = stops - lengths
    # tokens ascend, so that those of a word are a stretch: from the first that ends inside of it
    # to the last that begins inside of it
    first = np.searchsorted(tokens.stops, starts, side="right")
    behind = np.searchsorted(tokens.starts, stops, side="left")
    missing = np.flatnonzero(behind <= first)
    if len(missing):
        k = int(missing[0])
        raise ValueError(
            f"the tokenizer of {language.name} has no token for word {k} of {words.name} "
            f"({words.text[k]!r}); write it otherwise or leave it out"
        )
    if value == "last":
        first = behind - 1
    counts = behind - first
    rows = np.repeat(np.arange(len(words)), counts)
    columns = np.concatenate([np.arange(a, b) for a, b in zip(first, behind, strict=True)])
    shape = (len(words), len(tokens.ids))
    return tokens, csr_array((np.repeat(1 / counts, counts), (rows, columns)), shape=shape)
