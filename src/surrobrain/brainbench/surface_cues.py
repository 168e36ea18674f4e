"""What a reader without any knowledge could go by."""

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.item import Item
from surrobrain.brainbench.share import Share, share_right
from surrobrain.seeds import Seed

__all__ = ["SurfaceCue", "one_sided_words", "surface_cues", "words"]

_word = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


@dataclass(frozen=True, eq=False)
class SurfaceCue:
    """A rule that prefers one version without understanding it.

    Parameters
    ----------
    name : str
        The rule in words.
    preference : array, shape (n_items,)
        Above zero where it prefers the original, below where the altered version, zero where it
        cannot tell.
    """

    name: str
    preference: Float[np.ndarray, "items"]

    @property
    def credit(self) -> Float[np.ndarray, "items"]:
        """1 where right, 0 where wrong, 0.5 where a coin would have to decide."""
        return (np.sign(self.preference) + 1) / 2

    @property
    def undecided(self) -> int:
        """Number of cases that the rule cannot tell."""
        return int((self.preference == 0).sum())

    def accuracy(self, *, seed: Seed = 0) -> Share:
        """Return the share of cases it gets right, with its interval over cases."""
        return share_right(self.credit, seed=seed)


def surface_cues(items: Sequence[Item]) -> tuple[SurfaceCue, ...]:
    """Return the baselines that belong beside every accuracy.

    A set of cases is sound when all of them are near one half: then nothing but the content tells
    the original.

    Parameters
    ----------
    items : sequence of Item
        Test cases.

    Returns
    -------
    tuple of SurfaceCue
        *shorter text* in characters; *compresses better*, fewer bytes by zlib; *word direction*,
        the version whose words stood rather in the originals of all other cases; *repeats the
        rest*, the version whose edited words occur more often in the text that both share.

    Notes
    -----
    A word of a case counts +1 when it stands in the original version alone, -1 when in the altered
    alone. Word direction sums over these words the sign of their sum over all other cases, so no
    case judges itself.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> items = [parse_brackets(f"Of {k}: it [[rose, fell]].", id=str(k)) for k in range(4)]
    >>> {cue.name: cue.accuracy().value for cue in surface_cues(items)}["word direction"]
    1.0
    """
    return (
        _smaller("shorter text", [(len(i.original), len(i.altered)) for i in items]),
        _smaller("compresses better", [(_bytes(i.original), _bytes(i.altered)) for i in items]),
        SurfaceCue("word direction", _direction(items)),
        SurfaceCue("repeats the rest", np.array([_repetition(item) for item in items])),
    )


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, numbers among them.

    Examples
    --------
    >>> words("Up-regulated CB1R rises 2-fold.")
    ['up-regulated', 'cb1r', 'rises', '2-fold']
    """
    return _word.findall(text.lower())


def _smaller(name: str, sizes: list[tuple[int, int]]) -> SurfaceCue:
    return SurfaceCue(name, np.array([float(second - first) for first, second in sizes]))


def _bytes(text: str) -> int:
    return len(zlib.compress(text.encode()))


def _direction(items: Sequence[Item]) -> Float[np.ndarray, "items"]:
    own = [one_sided_words(item) for item in items]
    total: Counter[str] = Counter()
    for counts in own:
        total.update(counts)
    return np.array([
        float(sum(value * np.sign(total[word] - value) for word, value in counts.items()))
        for counts in own
    ])  # fmt: skip


def one_sided_words(item: Item) -> dict[str, int]:
    """Return words of one version alone: 1 in the original, -1 in the altered."""
    original, altered = set(words(item.original)), set(words(item.altered))
    return dict.fromkeys(original - altered, 1) | dict.fromkeys(altered - original, -1)


def _repetition(item: Item) -> float:
    """Return how much more often edited words of the original occur in what both share."""
    original, altered = Counter(words(item.original)), Counter(words(item.altered))
    shared = original & altered
    return float(
        sum(shared[word] for word in original - altered)
        - sum(shared[word] for word in altered - original)
    )
