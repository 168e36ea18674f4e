"""Two models on the same cases."""

from dataclasses import dataclass

import numpy as np

from surrobrain.brainbench.accuracies import Accuracy, accuracy
from surrobrain.brainbench.choices import Choices
from surrobrain.brainbench.readers import same_cases
from surrobrain.seeds import Seed
from surrobrain.statistics.bootstrap import bootstrap_interval
from surrobrain.statistics.mcnemar import McNemar, mcnemar

__all__ = ["Comparison", "PairedTest", "compare"]


@dataclass(frozen=True)
class PairedTest:
    """Student's paired test of the perplexity of the original versions.

    Parameters
    ----------
    t : float
        Positive where the second model is less surprised.
    degrees : int
        Of freedom.
    p : float
        Two-sided.
    d : float
        Cohen's d: mean difference over the root mean variance of the two.
    """

    t: float
    degrees: int
    p: float
    d: float


@dataclass(frozen=True)
class Comparison:
    """What changed from the first model to the second, such as before and after tuning.

    Parameters
    ----------
    first, second : Accuracy
        Of each.
    difference, low, high : float
        Second minus first, with the 95 % interval over resampled cases, paired.
    test : McNemar
        Exact test of the cases on which they disagree.
    perplexity : PairedTest
        Whether the originals became more or less surprising; this can change without any choice.
    agreement : float
        Spearman's correlation of how strongly each case was preferred.
    """

    first: Accuracy
    second: Accuracy
    difference: float
    low: float
    high: float
    test: McNemar
    perplexity: PairedTest
    agreement: float

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.first.label} {self.first.value:.3f} -> {self.second.label} "
            f"{self.second.value:.3f}: {self.difference:+.3f} [{self.low:+.3f}, {self.high:+.3f}], "
            f"{self.test.only_first} against {self.test.only_second} discordant cases, "
            f"McNemar p = {self.test.p:.2g}"
        )


def compare(
    first: Choices, second: Choices, *, n_draws: int = 10_000, seed: Seed = 0
) -> Comparison:
    """Compare two models that read the same cases.

    Parameters
    ----------
    first, second : Choices
        Such as before and after tuning.
    n_draws : int
        Resampled sets of cases.
    seed : int or Generator
        Decides them.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        They read other cases.

    Examples
    --------
    >>> import numpy as np
    >>> from surrobrain.brainbench import Choices
    >>> ids, loss = ("1", "2", "3"), np.array([[2.0, 2.1], [2.1, 2.0], [2.2, 2.0]])
    >>> found = compare(Choices("before", ids, loss=loss), Choices("after", ids, loss=-loss + 4.0))
    >>> round(found.difference, 2), found.test.p
    (0.33, 1.0)
    """
    first, second = same_cases((first, second))
    change = second.correct.astype(np.float64) - first.correct
    low, high = bootstrap_interval(change[:, None], n_draws=n_draws, seed=seed)
    return Comparison(
        accuracy(first, n_draws=n_draws, seed=seed),
        accuracy(second, n_draws=n_draws, seed=seed),
        float(change.mean()), low, high,
        mcnemar(first.correct, second.correct),
        _paired(first.perplexity[:, 0], second.perplexity[:, 0]),
        _spearman(first.preference, second.preference),
    )  # fmt: skip


def _paired(before: np.ndarray, after: np.ndarray) -> PairedTest:
    from scipy.special import stdtr

    fall, n = before - after, len(before)
    spread = np.sqrt((before.var(ddof=1) + after.var(ddof=1)) / 2)
    error = fall.std(ddof=1) / np.sqrt(n)
    if not error > 0:
        return PairedTest(0.0, n - 1, 1.0, 0.0) if not fall.any() else PairedTest(
            float(np.copysign(np.inf, fall[0])), n - 1, 0.0, float(fall.mean() / spread)
        )  # fmt: skip
    t = float(fall.mean() / error)
    return PairedTest(t, n - 1, 2 * float(stdtr(n - 1, -abs(t))), float(fall.mean() / spread))


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    from scipy.stats import rankdata

    from surrobrain.statistics.agreement import correlation

    return correlation(rankdata(first), rankdata(second))
