"""How sound a set of test cases is: balance, place of the edits, what gives the answer away."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from surrobrain.brainbench.decodability import Decodability, decodability
from surrobrain.brainbench.item import Item
from surrobrain.brainbench.surface_cues import SurfaceCue, surface_cues, words
from surrobrain.seeds import Seed

__all__ = ["ItemQuality", "item_quality"]

_LENGTH, _EARLY, _MUCH, _REPEATS = 0.1, 0.2, 0.3, 5


@dataclass(frozen=True, eq=False)
class ItemQuality:
    """Numbers on every test case, and the baselines over all of them.

    Parameters
    ----------
    ids : tuple of str
        Of the cases.
    n_characters, n_words : array, shape (n_items, 2)
        Length of the original and of the altered version.
    n_tokens : array, shape (n_items, 2), optional
        Likewise, where a tokenizer was given.
    n_edits : array, shape (n_items,)
        Places where the versions differ.
    span : array, shape (n_items, 2)
        Where the first edit begins and the last one ends, as a share of the original's length.
    changed : array, shape (n_items,)
        Share of the characters of the original that lie in edits.
    cues : tuple of SurfaceCue
        Baselines without learning.
    decodability : Decodability or None
        The learned baseline; None for fewer than 3 cases.
    remarks : tuple of tuple of str
        What to look at, by case; empty for most.
    """

    ids: tuple[str, ...]
    n_characters: Int[np.ndarray, "items 2"]
    n_words: Int[np.ndarray, "items 2"]
    n_tokens: Int[np.ndarray, "items 2"] | None
    n_edits: Int[np.ndarray, "items"]
    span: Float[np.ndarray, "items 2"]
    changed: Float[np.ndarray, "items"]
    cues: tuple[SurfaceCue, ...]
    decodability: Decodability | None
    remarks: tuple[tuple[str, ...], ...]

    @property
    def baselines(self) -> tuple[SurfaceCue, ...]:
        """All rules without understanding, the learned one last."""
        return (*self.cues, *([self.decodability.cue] if self.decodability else []))


def item_quality(
    items: Sequence[Item], *, n_tokens: Callable[[str], int] | None = None, seed: Seed = 0
) -> ItemQuality:
    """Measure how balanced test cases are, and what gives their answers away.

    Parameters
    ----------
    items : sequence of Item
        Test cases.
    n_tokens : callable, optional
        Counts the tokens of a text, such as ``lambda text: len(tokenizer(text)["input_ids"])``.
    seed : int or Generator
        Of the chance level.

    Returns
    -------
    ItemQuality
        By case, and baselines over all.

    Notes
    -----
    Remarked are versions that differ by more than 10 % in length, a first edit in the first fifth
    of the abstract (background rather than result), more than 30 % of it inside edits, edits whose
    words the rest repeats at least 5 times more in one version, and cases with the same original.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> item = parse_brackets("We measured the rate and it [[rose, fell by a half]].", id="1")
    >>> item_quality([item]).remarks
    (('the altered version is 30 % longer',),)
    """
    cues = surface_cues(items)
    repeats = next(cue for cue in cues if cue.name == "repeats the rest").preference
    n_characters = _pairs(items, len)
    span = np.array([_span(item) for item in items])
    inside = np.array([sum(len(e.original) for e in item.edits) for item in items])
    changed = inside / n_characters[:, 0]
    twins = _twins(items)
    return ItemQuality(
        ids=tuple(item.id for item in items),
        n_characters=n_characters,
        n_words=_pairs(items, lambda text: len(words(text))),
        n_tokens=None if n_tokens is None else _pairs(items, n_tokens),
        n_edits=np.array([len(item.edits) for item in items]),
        span=span,
        changed=changed,
        cues=cues,
        decodability=decodability(items, seed=seed) if len(items) > 2 else None,
        remarks=tuple(
            (*_remarks(n_characters[k], span[k], changed[k], repeats[k]), *twins[k])
            for k in range(len(items))
        ),
    )


def _pairs(items: Sequence[Item], count: Callable[[str], int]) -> Int[np.ndarray, "items 2"]:
    return np.array([(count(item.original), count(item.altered)) for item in items])


def _span(item: Item) -> tuple[float, float]:
    last, n = item.edits[-1], len(item.original)
    return item.edits[0].start_original / n, (last.start_original + len(last.original)) / n


def _remarks(
    n_characters: Int[np.ndarray, "2"], span: Float[np.ndarray, "2"], changed: float, repeats: float
) -> Iterator[str]:
    ratio = n_characters[1] / n_characters[0]
    if not 1 / (1 + _LENGTH) <= ratio <= 1 + _LENGTH:
        longer = "altered" if ratio > 1 else "original"
        yield f"the {longer} version is {100 * (max(ratio, 1 / ratio) - 1):.0f} % longer"
    if span[0] < _EARLY:
        yield f"the first edit stands in the background, {100 * span[0]:.0f} % into the abstract"
    if changed > _MUCH:
        yield f"{100 * changed:.0f} % of the original lies inside edits"
    if abs(repeats) >= _REPEATS:
        version = "original" if repeats > 0 else "altered"
        yield f"the rest repeats the words of the {version} version {abs(repeats):.0f} times more"


def _twins(items: Sequence[Item]) -> list[tuple[str, ...]]:
    first: dict[str, str] = {}
    return [
        () if (known := first.setdefault(item.original, item.id)) == item.id
        else (f"the original is that of case {known}",)
        for item in items
    ]  # fmt: skip
