"""Whether a learner that sees only words can tell the original of a case it has not seen."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.brainbench.item import Item
from surrobrain.brainbench.surface_cues import SurfaceCue, one_sided_words, surface_cues, words
from surrobrain.seeds import Seed, generator

__all__ = ["Decodability", "decodability"]


@dataclass(frozen=True, eq=False)
class Decodability:
    """What was learned from all other cases and tried on each.

    Parameters
    ----------
    cue : SurfaceCue
        The preference of the learner on every case.
    chance : float
        Mean accuracy of the same learner when a coin decides which version is called the
        original.
    p_value : float
        Share of such coins with which it was at least as good.
    """

    cue: SurfaceCue
    chance: float
    p_value: float


def decodability(
    items: Sequence[Item], *, n_permutations: int = 999, seed: Seed = 0
) -> Decodability:
    """Learn from words, lengths and repetitions which version is the original.

    If this succeeds, the answer can be had without knowing the science: from habits of whoever
    altered the texts, or from what the rest of an abstract gives away.

    Parameters
    ----------
    items : sequence of Item
        At least 3 test cases.
    n_permutations : int
        Coins for the chance level.
    seed : int or Generator
        Of the coins.

    Returns
    -------
    Decodability
        Preference on every case from all others, and the test.

    Raises
    ------
    ValueError
        Fewer than 3 cases.

    Notes
    -----
    Regularized least squares without intercept on differences of the two versions, kernel
    K_ij = e_i e_j (1 + c_i c_j) + s_i s_j. Here e holds the words of one version alone (+1 or -1,
    unit length), so that a word may count in contexts of its kind only; c is the tf-idf of the
    text that both share; s the differences in length, compressed length and repetition, each of
    mean square 1/3. The answer on a case without itself is exact,
    y_i - [G y]_i / G_ii with G = (K + 1)^-1 [1]_. The test turns cases round by a coin.

    References
    ----------
    .. [1] Rifkin and Lippert (2007), Notes on regularized least squares.

    Examples
    --------
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> items = [parse_brackets(f"Of {k}: it [[rose, fell]].", id=str(k)) for k in range(9)]
    >>> decodability(items).cue.accuracy().value
    1.0
    """
    if len(items) < 3:
        raise ValueError(f"to learn from the others takes 3 cases, but {len(items)} arrived")
    inverse = np.linalg.inv(_kernel(items) + np.eye(len(items)))
    left_out = np.eye(len(items)) - inverse / np.diag(inverse)[:, None]
    np.fill_diagonal(left_out, 0.0)  # exactly: no case votes on itself
    found = left_out.sum(axis=1)
    found[np.abs(found) < 1e-9] = 0.0  # nothing in common with any other case
    cue = SurfaceCue("learned from the other cases", found)
    coins = generator(seed).choice([-1.0, 1.0], size=(len(items), n_permutations))
    credit = (np.sign(np.where(np.abs(v := left_out @ coins) < 1e-9, 0.0, v * coins)) + 1) / 2
    null = credit.mean(axis=0)
    at_least = int((null >= cue.credit.mean() - 1e-12).sum())
    return Decodability(cue, float(null.mean()), (1 + at_least) / (1 + n_permutations))


def _kernel(items: Sequence[Item]) -> Float[np.ndarray, "items items"]:
    edits = _unit(_matrix([one_sided_words(item) for item in items]))
    context = _unit(_idf(_matrix([_shared(item) for item in items])))
    cues = [c for c in surface_cues(items) if c.name != "word direction"]  # learned anyway
    surface = np.column_stack([c.preference for c in cues])
    surface = surface / (np.sqrt(np.square(surface).mean(axis=0) * len(cues)) + 1e-12)
    return (edits @ edits.T) * (1 + context @ context.T) + surface @ surface.T


def _shared(item: Item) -> Mapping[str, float]:
    both = Counter(words(item.original)) & Counter(words(item.altered))
    return {word: 1 + np.log(count) for word, count in both.items()}


def _matrix(bags: Iterable[Mapping[str, float | int]]) -> Float[np.ndarray, "items words"]:
    rows = list(bags)
    column = {word: k for k, word in enumerate(sorted(set().union(*rows)))}
    matrix = np.zeros((len(rows), max(len(column), 1)))
    for row, bag in enumerate(rows):
        for word, value in bag.items():
            matrix[row, column[word]] = value
    return matrix


def _idf(matrix: Float[np.ndarray, "items words"]) -> Float[np.ndarray, "items words"]:
    return matrix * np.log(len(matrix) / np.maximum((matrix > 0).sum(axis=0), 1))


def _unit(matrix: Float[np.ndarray, "items words"]) -> Float[np.ndarray, "items words"]:
    return matrix / (np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-12)
