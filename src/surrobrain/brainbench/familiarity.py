"""Which of two groups of texts of like length a model knows better."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from surrobrain.seeds import Seed, generator

__all__ = ["Comparison", "TextGroup", "compare_groups"]


@dataclass(frozen=True, eq=False)
class TextGroup:
    """How familiar a model is with the texts of one group.

    Parameters
    ----------
    name : str
        Of the group.
    length : array, shape (n_texts,)
        In characters, or in whatever all groups share.
    loss : array, shape (n_texts,)
        Mean negative log-likelihood per token, in nats.
    n_zlib : array, shape (n_texts,)
        Bytes of the texts compressed by zlib.
    scores : dict of str to array, shape (n_texts,)
        By name; more is more familiar.
    wrapper : str
        In which the texts were read.
    """

    name: str
    length: Float[np.ndarray, "texts"]
    loss: Float[np.ndarray, "texts"]
    n_zlib: Int[np.ndarray, "texts"]
    scores: dict[str, Float[np.ndarray, "texts"]]
    wrapper: str = ""

    def __len__(self) -> int:
        """Return the number of texts."""
        return len(self.loss)

    def pick(self, rows: Bool[np.ndarray, "texts"], *, name: str) -> "TextGroup":
        """Return some of the texts as a group of their own."""
        return replace(
            self,
            name=name,
            length=self.length[rows],
            loss=self.loss[rows],
            n_zlib=self.n_zlib[rows],
            scores={key: values[rows] for key, values in self.scores.items()},
        )


@dataclass(frozen=True)
class Comparison:
    """Whether a text of the first group is more familiar than one of the second.

    Parameters
    ----------
    first, second : str
        Names of the groups.
    score : str
        By which familiarity is measured.
    auc : float
        Probability that it is, among texts of like length; one half when nothing differs.
    low, high : float
        Ends of its 95 % interval.
    p_value : float
        Of a permutation of the texts between the groups, two-sided.
    n_first, n_second : int
        Texts that have a partner of like length.
    """

    first: str
    second: str
    score: str
    auc: float
    low: float
    high: float
    p_value: float
    n_first: int
    n_second: int


def compare_groups(
    first: TextGroup,
    second: TextGroup,
    *,
    tolerance: float = 0.1,
    n_permutations: int = 9999,
    seed: Seed = 0,
) -> tuple[Comparison, ...]:
    """Compare two groups by every score that both have, like with like.

    Parameters
    ----------
    first, second : TextGroup
        Read in the same wrapper; first those who are suspected to be known.
    tolerance : float
        Texts are compared when their lengths differ by at most this share.
    n_permutations : int
        For the test.
    seed : int or Generator
        Of the permutations.

    Returns
    -------
    tuple of Comparison
        One for each score.

    Raises
    ------
    ValueError
        The wrappers differ, or no two texts are of like length.

    Notes
    -----
    Texts are put into classes of length, each a factor 1 + tolerance wide. The area under the curve
    is that over pairs within a class, and labels are permuted within classes. Its interval inverts
    the variance of Hanley and McNeil in the form of [1]_, summed over classes with one area in all
    of them; so it is not empty where the groups are parted completely.

    References
    ----------
    .. [1] Newcombe (2006), Confidence intervals for an effect size measure based on the
       Mann-Whitney statistic, part 2 (method 5).

    Examples
    --------
    >>> def group(name, values):
    ...     zlib, loss = np.full(len(values), 500), np.full(len(values), 2.0)
    ...     return TextGroup(name, zlib * 2.0, loss, zlib, {"Min-K%": np.array(values)})
    >>> known, new = group("known", [-3.0, -4.0, -1.0]), group("new", [-5.0, -6.0, -2.0, -7.0])
    >>> compare_groups(known, new)[0].auc.__round__(3)
    0.833
    """
    if first.wrapper != second.wrapper:
        raise ValueError(
            f"{first.name!r} and {second.name!r} were read in different wrappers "
            f"({first.wrapper!r}, {second.wrapper!r}); score both in the same"
        )
    classes = _classes(first, second, tolerance)
    if not classes:
        raise ValueError(
            f"no text of {first.name!r} is within {tolerance:.0%} of the length of one of "
            f"{second.name!r}; give texts of like length"
        )
    rng = generator(seed)
    found = []
    for name in (n for n in first.scores if n in second.scores):
        tables = [_ranked(first.scores[name][a], second.scores[name][b]) for a, b in classes]
        sizes = np.array([(len(a), len(b)) for a, b in classes])
        auc = sum(_wins(r[: len(a)]) for r, (a, _) in zip(tables, classes, strict=True))
        auc = float(auc / sizes.prod(axis=1).sum())
        low, high = _interval(auc, sizes)
        p_value = _p_value(auc, tables, sizes, n_permutations, rng=rng)
        n_first, n_second = (int(n) for n in sizes.sum(axis=0))
        found.append(
            Comparison(first.name, second.name, name, auc, low, high, p_value, n_first, n_second)
        )
    return tuple(found)


def _classes(
    first: TextGroup, second: TextGroup, tolerance: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return the rows of both groups, by class of length that holds texts of both."""
    smaller = min(first, second, key=len)
    middle = np.median(np.log(smaller.length))  # so that a single text stands amid its class
    a, b = (
        np.rint((np.log(group.length) - middle) / np.log1p(tolerance)).astype(int)
        for group in (first, second)
    )
    return [(np.flatnonzero(a == k), np.flatnonzero(b == k)) for k in np.intersect1d(a, b)]


def _ranked(
    first: Float[np.ndarray, "m"], second: Float[np.ndarray, "n"]
) -> Float[np.ndarray, "texts"]:
    from scipy.stats import rankdata

    return rankdata(np.concatenate([first, second]))


def _wins(ranks: Float[np.ndarray, "... m"]) -> Float[np.ndarray, "..."]:
    """Return in how many pairs the texts of these ranks are above the others."""
    m = ranks.shape[-1]
    return np.asarray(ranks.sum(axis=-1) - m * (m + 1) / 2)


def _interval(auc: float, sizes: Int[np.ndarray, "classes 2"]) -> tuple[float, float]:
    pairs = sizes.prod(axis=1)
    middle = sizes.mean(axis=1)

    def outside(area: float) -> float:
        spread = 2 * middle - 1 - 3 * (middle - 1) / ((2 - area) * (1 + area))
        variance = area * (1 - area) * float((pairs * spread).sum()) / float(pairs.sum()) ** 2
        return (auc - area) ** 2 - 1.959964**2 * variance

    inside = 1e-9  # at 0 and 1 themselves nothing varies, which is no end of an interval
    low = 0.0 if auc == 0 else _root(outside, 0.0, min(auc, 1 - inside))
    high = 1.0 if auc == 1 else _root(outside, max(auc, inside), 1.0)
    return low, high


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(function, low, high))  # pyright: ignore[reportArgumentType]


def _p_value(
    auc: float,
    tables: list[np.ndarray],
    sizes: Int[np.ndarray, "classes 2"],
    n: int,
    *,
    rng: np.random.Generator,
) -> float:
    wins = np.zeros(n)
    for ranks, (m, _) in zip(tables, sizes, strict=True):
        wins += np.concatenate([_wins(part[:, :m]) for part in _shuffled(ranks, n, rng=rng)])
    null = wins / sizes.prod(axis=1).sum()
    at_least = int((np.abs(null - 0.5) >= abs(auc - 0.5) - 1e-12).sum())
    return (1 + at_least) / (1 + n)


def _shuffled(
    ranks: Float[np.ndarray, "texts"], n: int, *, rng: np.random.Generator
) -> Iterator[Float[np.ndarray, "draws texts"]]:
    """Yield n orders of the ranks, some at a time to spare memory."""
    at_once = max(1, 1_000_000 // len(ranks))
    for begin in range(0, n, at_once):
        yield rng.permuted(np.tile(ranks, (min(at_once, n - begin), 1)), axis=1)
