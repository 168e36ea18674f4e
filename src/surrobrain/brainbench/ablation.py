"""How much of an accuracy comes from the context of the results."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.result_sentences import (
    ResultSentence,
    alone,
    result_sentences,
    with_sentences,
)
from surrobrain.brainbench.share import Share, share_right
from surrobrain.seeds import Seed, generator

__all__ = [
    "ContextAblation", "Isolation", "ablate_context", "isolate_sentences", "isolation",
    "swap_context",
]  # fmt: skip


@dataclass(frozen=True)
class Isolation:
    """Accuracy on result sentences that are read alone, in both aggregations.

    Parameters
    ----------
    over_sentences : Share
        Sentences whose original version is the less surprising; resampled by case.
    over_abstracts : Share
        Cases for which the log-likelihood ratios of their sentences sum to more than zero.
    n_sentences : int
        Of all cases.
    """

    over_sentences: Share
    over_abstracts: Share
    n_sentences: int


@dataclass(frozen=True)
class ContextAblation:
    """What is left of an accuracy without the context, and with that of another study.

    Parameters
    ----------
    model : str
        Who read.
    whole : Share
        Accuracy on the whole abstracts.
    isolated : Isolation
        On result sentences alone.
    swapped : dict of int to Share
        With result sentences of other cases in place, by seed.
    """

    model: str
    whole: Share
    isolated: Isolation
    swapped: dict[int, Share]

    @property
    def from_aggregation(self) -> float:
        """Share of the drop over sentences that counting over abstracts gives back.

        NaN where accuracy does not drop.
        """
        drop = self.whole.value - self.isolated.over_sentences.value
        back = self.isolated.over_abstracts.value - self.isolated.over_sentences.value
        return back / drop if drop > 0 else float("nan")


def ablate_context(
    items: Sequence[Item],
    *,
    read: Callable[[Sequence[Item]], Choices],
    swap_seeds: Iterable[int] = (42, 1234),
    seed: Seed = 0,
) -> ContextAblation:
    """Let a model read whole cases, result sentences alone, and results in another context.

    A model that integrates background and method with the result loses accuracy in both.

    Parameters
    ----------
    items : sequence of Item
        Test cases.
    read : callable
        Turns cases into Choices, such as ``lambda cases: choose(model, cases)``. It reads the
        cases once, their sentences once, and the swapped cases once per seed.
    swap_seeds : iterable of int
        Draws of the swapped context.
    seed : int or Generator
        Of the intervals.

    Returns
    -------
    ContextAblation
        Accuracies with intervals over cases.

    Raises
    ------
    ValueError
        A subfield is too small to swap; the message names it.

    Notes
    -----
    Accuracy over sentences drops for two reasons: the context is gone, and the sentences of a
    case no longer vote together. The accuracy over abstracts has the second undone [1]_.

    References
    ----------
    .. [1] Luo et al. (2024), Large language models surpass human experts in predicting
       neuroscience results.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> items = [parse_brackets(f"Of {k}. It [[rose, fell]].", id=str(k)) for k in range(4)]
    >>> def read(cases):
    ...     loss = [[len(i.original), len(i.altered) + i.original.count("0")] for i in cases]
    ...     return Choices("length", tuple(i.id for i in cases), np.array(loss, dtype=float))
    >>> found = ablate_context(items, read=read)
    >>> found.whole.value, found.isolated.over_sentences.value
    (0.25, 0.0)
    """
    sentences, cases = isolate_sentences(items)
    swapped = {k: swap_context(items, seed=k) for k in swap_seeds}  # may refuse: before reading
    whole = read(items)
    return ContextAblation(
        whole.model,
        share_right(_right(whole), seed=seed),
        isolation(read(sentences).loss, cases=cases, seed=seed),
        {k: share_right(_right(read(other)), seed=seed) for k, other in swapped.items()},
    )


def isolate_sentences(
    items: Sequence[Item],
) -> tuple[tuple[Item, ...], Int[np.ndarray, "sentences"]]:
    """Return every sentence that carries an edit as a case of its own.

    Parameters
    ----------
    items : sequence of Item
        Test cases.

    Returns
    -------
    sentences : tuple of Item
        Named after their case, ``"62:0"``.
    cases : array, shape (n_sentences,)
        Position of their case among the items.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> item = parse_brackets("We ask. It [[rose, fell]]. It [[hurt, healed]].", id="1")
    >>> [s.altered for s in isolate_sentences([item])[0]]
    ['It fell.', 'It healed.']
    """
    each = [alone(item) for item in items]
    cases = np.repeat(np.arange(len(items)), [len(sentences) for sentences in each])
    return tuple(sentence for sentences in each for sentence in sentences), cases


def isolation(
    loss: Float[np.ndarray, "sentences options"],
    *,
    cases: Int[np.ndarray, "sentences"],
    seed: Seed = 0,
) -> Isolation:
    """Return the accuracy on sentences that were read alone, in both aggregations.

    Parameters
    ----------
    loss : array, shape (n_sentences, 2)
        Mean negative log-likelihood per token in nats; column 0 is the original.
    cases : array, shape (n_sentences,)
        Number of the case to which each belongs.
    seed : int or Generator
        Of the intervals.

    Returns
    -------
    Isolation
        Over sentences and over abstracts; a tie is wrong in both.
    """
    numbers, place = np.unique(cases, return_inverse=True)
    ratio = loss[:, 1] - loss[:, 0]
    per_case = np.bincount(place, weights=ratio, minlength=len(numbers))
    return Isolation(
        share_right((ratio > 0).astype(float), clusters=place, seed=seed),
        share_right((per_case > 0).astype(float), seed=seed),
        len(loss),
    )


def swap_context(items: Sequence[Item], *, seed: Seed) -> tuple[Item, ...]:
    """Put result sentences of other studies into every case.

    Parameters
    ----------
    items : sequence of Item
        Test cases; those without subfield are a subfield of their own.
    seed : int or Generator
        Decides which sentence goes where.

    Returns
    -------
    tuple of Item
        The same ids and contexts. Every result sentence, in both versions, comes from another
        case of the same subfield, and every one is used once.

    Raises
    ------
    ValueError
        One case holds more than half of the result sentences of its subfield.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> items = [parse_brackets(f"On {k}. Of {k} [[up, down]].", id=k) for k in ("V1", "MT")]
    >>> swap_context(items, seed=42)[0].original
    'On V1. Of MT up.'
    """
    rng = generator(seed)
    sentences = [result_sentences(item) for item in items]
    result = list(items)
    for subfield in dict.fromkeys(item.subfield for item in items):
        members = [k for k, item in enumerate(items) if item.subfield == subfield]
        pool = [(k, sentence) for k in members for sentence in sentences[k]]
        _refuse_majority(items, pool, subfield)
        owners = np.array([k for k, _ in pool])
        donor = iter(_deranged(owners, rng=rng))
        for k in members:
            result[k] = with_sentences(items[k], [pool[next(donor)][1] for _ in sentences[k]])
    return tuple(result)


def _refuse_majority(
    items: Sequence[Item], pool: Sequence[tuple[int, ResultSentence]], subfield: str | None
) -> None:
    owners, counts = np.unique([k for k, _ in pool], return_counts=True)
    if 2 * counts.max() > len(pool):
        raise ValueError(
            f"case {items[owners[counts.argmax()]].id} holds {counts.max()} of the {len(pool)} "
            f"result sentences of {subfield or 'the cases without subfield'}, so no others can "
            "take their place; add cases of that subfield, or leave it out"
        )


def _deranged(
    owners: Int[np.ndarray, "sentences"], *, rng: np.random.Generator
) -> Int[np.ndarray, "sentences"]:
    """Return a random order in which no sentence stands at a place of its own case."""
    order = rng.permutation(len(owners))
    for place in range(len(owners)):
        if owners[order[place]] == owners[place]:
            # Both are well placed after the exchange; one such partner exists by the majority rule.
            fits = (owners != owners[place]) & (owners[order] != owners[place])
            partner = rng.choice(np.flatnonzero(fits))
            order[[place, partner]] = order[[partner, place]]
    return order


def _right(choices: Choices) -> Float[np.ndarray, "items"]:
    return choices.correct.astype(float)
