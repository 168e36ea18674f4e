"""The sentences of a test case that carry its edits, and cases built anew from them."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from surrobrain.brainbench.item import Edit, Item
from surrobrain.brainbench.sentences import sentence_spans

__all__ = ["ResultSentence", "alone", "result_sentences", "with_sentences"]


@dataclass(frozen=True)
class ResultSentence:
    """A sentence that carries at least one edit, in both versions.

    Parameters
    ----------
    original, altered : str
        The sentence.
    start_original, start_altered : int
        Where it begins in the versions of its case, in characters.
    edits : tuple of Edit
        Those inside it, with places counted from the beginning of the sentence.
    """

    original: str
    altered: str
    start_original: int
    start_altered: int
    edits: tuple[Edit, ...]


def result_sentences(item: Item) -> tuple[ResultSentence, ...]:
    """Return the sentences of a case that carry an edit.

    Parameters
    ----------
    item : Item
        A test case.

    Returns
    -------
    tuple of ResultSentence
        From left to right, every edit in one of them. Sentences that an edit joins or parts in
        one version alone stay together.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> item = parse_brackets("We ask. It [[rose, fell]]. We end.", id="1")
    >>> [(s.original, s.altered) for s in result_sentences(item)]
    [('It rose.', 'It fell.')]
    """
    found = []
    for a, b, c, d in _pieces(item):
        edits = [e for e in item.edits if a <= e.start_original <= b and c <= e.start_altered <= d]
        if edits:
            found.append(_sentence(item, (a, b, c, d), edits))
    return tuple(found)


def alone(item: Item) -> tuple[Item, ...]:
    """Return every result sentence of a case as a case of its own.

    Parameters
    ----------
    item : Item
        A test case.

    Returns
    -------
    tuple of Item
        Without context; the ids are that of the case with ``:0``, ``:1`` and so on.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> [i.id for i in alone(parse_brackets("We ask. It [[rose, fell]].", id="1"))]
    ['1:0']
    """
    return tuple(
        replace(item, id=f"{item.id}:{k}", original=s.original, altered=s.altered, edits=s.edits)
        for k, s in enumerate(result_sentences(item))
    )


def with_sentences(item: Item, sentences: Sequence[ResultSentence]) -> Item:
    """Return a case in which other sentences stand in the place of its result sentences.

    Parameters
    ----------
    item : Item
        Its id, article and context are kept.
    sentences : sequence of ResultSentence
        One for each result sentence of the case.

    Returns
    -------
    Item
        With the edits of the new sentences.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> first = parse_brackets("We ask. It [[rose, fell]]. We end.", id="1")
    >>> second = parse_brackets("We look. Mice [[ran, slept]] there.", id="2")
    >>> with_sentences(first, result_sentences(second)).altered
    'We ask. Mice slept there. We end.'
    """
    original = altered = ""
    edits: list[Edit] = []
    place = 0
    for old, new in zip(result_sentences(item), sentences, strict=True):
        context = item.original[place : old.start_original]
        original, altered = original + context, altered + context
        edits += (_moved(e, by_original=len(original), by_altered=len(altered)) for e in new.edits)
        original, altered = original + new.original, altered + new.altered
        place = old.start_original + len(old.original)
    rest = item.original[place:]
    return replace(item, original=original + rest, altered=altered + rest, edits=tuple(edits))


def _sentence(
    item: Item, piece: tuple[int, int, int, int], edits: Sequence[Edit]
) -> ResultSentence:
    a, b, c, d = piece
    return ResultSentence(
        item.original[a:b],
        item.altered[c:d],
        start_original=a,
        start_altered=c,
        edits=tuple(_moved(edit, by_original=-a, by_altered=-c) for edit in edits),
    )


def _moved(edit: Edit, *, by_original: int, by_altered: int) -> Edit:
    return replace(
        edit,
        start_original=edit.start_original + by_original,
        start_altered=edit.start_altered + by_altered,
    )


def _pieces(item: Item) -> Iterator[tuple[int, int, int, int]]:
    """Yield begin and end, in both versions, of what lies between breaks that both have."""
    first, second = sentence_spans(item.original), sentence_spans(item.altered)
    breaks = set(_breaks(second))
    a, c = first[0][0], second[0][0]
    for end, start in _breaks(first):
        end_altered = _in_altered(item, end, past=True)
        start_altered = _in_altered(item, start, past=False)
        if end_altered is None or start_altered is None:
            continue
        if (end_altered, start_altered) in breaks and (
            item.original[end:start] == item.altered[end_altered:start_altered]
        ):
            yield a, end, c, end_altered
            a, c = start, start_altered
    yield a, first[-1][1], c, second[-1][1]


def _breaks(spans: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    return [(left[1], right[0]) for left, right in itertools.pairwise(spans)]


def _in_altered(item: Item, place: int, *, past: bool) -> int | None:
    """Return where a place of the original lies in the altered version, None inside an edit.

    An edit that inserts text exactly there lies before the place when ``past``, else behind it.
    """
    shift = 0
    for edit in item.edits:
        begin, end = edit.start_original, edit.start_original + len(edit.original)
        if place < begin or (place == begin and (begin < end or not past)):
            break
        if place < end:
            return None
        shift = edit.start_altered + len(edit.altered) - end
    return place + shift
