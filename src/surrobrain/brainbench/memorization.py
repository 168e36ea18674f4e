"""Whether a model has seen the test cases: how familiar they are beside other texts."""

import datetime
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float, Int

from surrobrain.brainbench.familiarity import Comparison, TextGroup, compare_groups
from surrobrain.brainbench.item import Item
from surrobrain.seeds import Seed, spawn

__all__ = [
    "Memorization", "TokenNumbers", "find_memorization", "group_texts", "min_k", "min_k_plus_plus",
    "zlib_ratio",
]  # fmt: skip

_ROUNDING = 1e-4  # nats


@dataclass(frozen=True, eq=False)
class TokenNumbers:
    """What a model said about the tokens of one text.

    Parameters
    ----------
    log_probability : array, shape (n_tokens,)
        Of each scored token given what precedes it, in nats.
    mean, spread : array, shape (n_tokens,), optional
        Mean and standard deviation of the log-probability of a token drawn from the model's own
        prediction at that place; needed for Min-K%++ alone.
    """

    log_probability: Float[np.ndarray, "tokens"]
    mean: Float[np.ndarray, "tokens"] | None = None
    spread: Float[np.ndarray, "tokens"] | None = None


Score = Callable[[Sequence[str]], Sequence[TokenNumbers]]


@dataclass(frozen=True, eq=False)
class Memorization:
    """How familiar the test cases are to a model, beside texts it may know.

    Parameters
    ----------
    model : str
        Who read.
    groups : tuple of TextGroup
        The test cases first.
    comparisons : tuple of Comparison
        By pair of groups and score.
    notes : tuple of str
        Comparisons that could not be made, and why.
    """

    model: str
    groups: tuple[TextGroup, ...]
    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = field(default=())


def find_memorization(
    items: Sequence[Item],
    *,
    score: Score,
    model: str = "",
    references: Mapping[str, Sequence[str]] | None = None,
    cutoff: datetime.date | None = None,
    share: float = 0.2,
    seed: Seed = 0,
) -> Memorization:
    """Compare the familiarity of test cases with that of texts of the same length.

    A model that has memorized the cases finds them as familiar as texts it is known to have been
    trained on, and cases published before its training ended more familiar than later ones.

    Parameters
    ----------
    items : sequence of Item
        Test cases; the originals are read.
    score : callable
        Turns texts into TokenNumbers, all in the same wrapper or in none.
    model : str
        Name of the reader.
    references : mapping of str to sequence of str, optional
        Groups of other texts by name, such as known members of the training data.
    cutoff : datetime.date, optional
        End of the training data. Splits the cases that have a date.
    share : float
        Of the least probable tokens, for Min-K%.
    seed : int or Generator
        Of the permutations.

    Returns
    -------
    Memorization
        Groups and comparisons.

    Notes
    -----
    No comparison proves that a text was not seen: members that were seen once are hardly told from
    others, and groups that differ in style or date differ in familiarity for that reason alone.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> items = [parse_brackets(f"Rate {k} [[rises, falls]].", id=str(k)) for k in range(8)]
    >>> def score(texts):
    ...     return [TokenNumbers(np.full(9, -0.5 if "know" in t else -2.0)) for t in texts]
    >>> found = find_memorization(items, score=score, references={"members": ["They know it."]})
    >>> [(c.first, c.score, c.auc) for c in found.comparisons]
    [('members', 'zlib ratio', 1.0), ('members', 'Min-K%', 1.0)]
    """
    texts = [item.original for item in items]
    cases = group_texts(texts, name="test cases", score=score, share=share)
    others = [
        group_texts(list(some), name=name, score=score, share=share)
        for name, some in (references or {}).items()
    ]
    parts = _by_date(items, cases, cutoff) if cutoff else []
    pairs = [(other, cases) for other in others] + ([(parts[0], parts[1])] if parts else [])
    notes = []
    if cutoff and not parts:
        notes.append(f"no case is dated on the other side of {cutoff}; dates tell nothing here")
    comparisons: list[Comparison] = []
    for (first, second), rng in zip(pairs, spawn(seed, len(pairs)), strict=True):
        try:
            comparisons += compare_groups(first, second, seed=rng)
        except ValueError as error:
            notes.append(str(error))
    return Memorization(model, (cases, *others, *parts), tuple(comparisons), tuple(notes))


def group_texts(
    texts: Sequence[str], *, name: str, score: Score, share: float = 0.2, wrapper: str = ""
) -> TextGroup:
    """Let a model read texts and return how familiar they are.

    Parameters
    ----------
    texts : sequence of str
        At least one.
    name : str
        Of the group.
    score : callable
        Turns texts into TokenNumbers.
    share : float
        Of the least probable tokens, for Min-K%.
    wrapper : str
        In which they were read; groups in different wrappers are not compared.

    Returns
    -------
    TextGroup
        Loss, zlib ratio, Min-K% and, where mean and spread are known, Min-K%++.
    """
    if not texts:
        raise ValueError(f"group {name!r} holds no text; give at least one")
    numbers = score(texts)
    loss = np.array([-float(n.log_probability.mean()) for n in numbers])
    n_zlib = np.array([len(zlib.compress(text.encode())) for text in texts])
    scores = {
        "zlib ratio": zlib_ratio(loss, n_zlib=n_zlib),
        "Min-K%": np.array([min_k(n, share=share) for n in numbers]),
    }
    if all(n.mean is not None for n in numbers):
        scores["Min-K%++"] = np.array([min_k_plus_plus(n, share=share) for n in numbers])
    length = np.array([float(len(text)) for text in texts])
    return TextGroup(name, length, loss, n_zlib, scores, wrapper=wrapper)


def zlib_ratio(
    loss: Float[np.ndarray, "texts"], *, n_zlib: Int[np.ndarray, "texts"]
) -> Float[np.ndarray, "texts"]:
    """Return the bits of compressed texts per nat of log-perplexity; more is more familiar.

    Parameters
    ----------
    loss : array, shape (n_texts,)
        Mean negative log-likelihood per token, in nats: the logarithm of the perplexity.
    n_zlib : array, shape (n_texts,)
        Bytes of the texts compressed by zlib.

    Notes
    -----
    8 len(zlib(text)) / log PPL(text) [1]_. It grows with the length of a text, so only texts of
    like length are compared.

    References
    ----------
    .. [1] Carlini et al. (2021), Extracting training data from large language models.

    Examples
    --------
    >>> zlib_ratio(np.array([2.0]), n_zlib=np.array([500]))
    array([2000.])
    """
    return 8 * n_zlib / loss


def min_k(numbers: TokenNumbers, *, share: float = 0.2) -> float:
    """Return the mean log-probability of the least probable tokens; more is more familiar.

    Parameters
    ----------
    numbers : TokenNumbers
        Of one text.
    share : float
        Of its tokens, between 0 and 1; at least one token is taken.

    References
    ----------
    Shi et al. (2024), Detecting pretraining data from large language models.

    Examples
    --------
    >>> min_k(TokenNumbers(np.array([-1.0, -2.0, -3.0, -5.0])), share=0.5)
    -4.0
    """
    return _lowest(numbers.log_probability, share)


def min_k_plus_plus(numbers: TokenNumbers, *, share: float = 0.2) -> float:
    """Return the mean standardized log-probability of the least probable tokens.

    Parameters
    ----------
    numbers : TokenNumbers
        Of one text, with mean and spread.
    share : float
        Of its tokens, between 0 and 1; at least one token is taken.

    Raises
    ------
    ValueError
        Mean or spread are missing.

    References
    ----------
    Zhang et al. (2024), Min-K%++: improved baseline for detecting pre-training data.

    Examples
    --------
    >>> standard = np.array([-2.0, -2.0]), np.array([1.0, 0.5])
    >>> min_k_plus_plus(TokenNumbers(np.array([-1.0, -3.0]), *standard), share=0.5)
    -2.0
    """
    if numbers.mean is None or numbers.spread is None:
        raise ValueError(
            "Min-K%++ needs mean and spread of the log-probability at every token, but none came; "
            "ask the model for them, or use min_k"
        )
    departs = numbers.log_probability - numbers.mean
    spread = np.maximum(numbers.spread, _ROUNDING)
    # A uniform prediction has no spread; what seems to depart from it is rounding.
    return _lowest(np.where(numbers.spread > _ROUNDING, departs / spread, 0.0), share)


def _lowest(values: Float[np.ndarray, "tokens"], share: float) -> float:
    if not 0 < share <= 1:
        raise ValueError(f"share must be above 0 and at most 1, but {share!r} arrived")
    k = max(1, int(share * len(values)))
    return float(np.sort(values)[:k].mean())


def _by_date(items: Sequence[Item], cases: TextGroup, cutoff: datetime.date) -> list[TextGroup]:
    """Return the cases before the cutoff and those since, empty unless both exist."""
    before = np.array([item.date is not None and item.date < cutoff for item in items])
    since = np.array([item.date is not None and item.date >= cutoff for item in items])
    if not before.any() or not since.any():
        return []
    return list(_parts(cases, {f"before {cutoff}": before, f"since {cutoff}": since}))


def _parts(cases: TextGroup, chosen: Mapping[str, np.ndarray]) -> Iterator[TextGroup]:
    for name, rows in chosen.items():
        yield cases.pick(rows, name=f"test cases {name}")
