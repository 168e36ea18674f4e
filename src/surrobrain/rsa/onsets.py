"""When a model begins to fit, and when it fits best."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import choice, whole
from surrobrain.errors import NotEnough
from surrobrain.rsa.model_scores import ModelScores
from surrobrain.rsa.significance import Significance
from surrobrain.seeds import Seed, generator
from surrobrain.statistics.family_wise import runs_of

__all__ = ["Latency", "latency"]


@dataclass(frozen=True)
class Latency:
    """Onset and peak of one model, with 95 % intervals over persons.

    Parameters
    ----------
    model : str
        Its name.
    onset, onset_low, onset_high : float
        First time (s) of a run of significant times; NaN where there is none, infinite where a
        resample had none.
    peak, peak_low, peak_high : float
        Time (s) of the largest mean similarity.
    found : float
        Share of resamples with an onset; below 0.975 the interval of the onset has no end.

    Examples
    --------
    >>> Latency("cnn", 0.08, 0.07, 0.1, 0.12, 0.11, 0.14, 1.0).peak
    0.12
    """

    model: str
    onset: float
    onset_low: float
    onset_high: float
    peak: float
    peak_low: float
    peak_high: float
    found: float


def latency(
    scores: ModelScores,
    significance: Significance,
    *,
    model: str | None = None,
    consecutive: int = 3,
    n_draws: int = 1000,
    seed: Seed = 0,
) -> Latency:
    """Find onset and peak of a model, with intervals from resampled persons.

    Parameters
    ----------
    scores : ModelScores
        Over time, of several persons.
    significance : Significance
        From `surrobrain.rsa.sign_flip_test` of the same scores, with max correction.
    model : str, optional
        Which; needed when there are several.
    consecutive : int
        Significant times in a row that make an onset.
    n_draws : int
        Resamples of the persons. In each, times count whose t value exceeds the threshold of
        ``significance``.
    seed : int or Generator
        Decides the resamples.

    Returns
    -------
    Latency

    Raises
    ------
    ValueError
        The scores are not over time, or the two do not belong together.

    Examples
    --------
    >>> from surrobrain import rsa
    >>> times, persons = np.arange(8) / 10, tuple("abcdefghij")
    >>> course = np.array([0.0, 0, 0, 0.2, 0.5, 0.3, 0.2, 0])
    >>> values = np.random.default_rng(0).normal(course, 0.05, size=(10, 1, 8))
    >>> scores = rsa.ModelScores(values, ("cnn",), persons, "spearman", None, times)
    >>> found = latency(scores, rsa.sign_flip_test(scores))
    >>> found.onset, found.peak
    (0.3, 0.4)
    """
    times = _times(scores, significance)
    if model is None and len(scores.models) > 1:
        raise ValueError(f"there are several models ({', '.join(scores.models)}); choose one")
    name = choice(model or next(iter(scores.models)), scores.models, "model")
    whole(consecutive, "consecutive", low=1)
    own = scores.models.index(name)
    values = scores.values[:, own]
    onset = _onset(significance.significant[own], times, consecutive)
    onsets, peaks = np.empty(n_draws), np.empty(n_draws)
    rng, n = generator(seed), len(values)
    for k in range(n_draws):
        drawn = values[rng.integers(n, size=n)]
        mean, spread = drawn.mean(axis=0), drawn.std(axis=0, ddof=1)
        peaks[k] = times[mean.argmax()]
        t = mean * np.sqrt(n) / np.maximum(spread, 1e-12)
        onsets[k] = _onset(t > significance.threshold, times, consecutive)
    found = np.isfinite(onsets)
    ends = np.quantile(np.where(found, onsets, np.inf), [0.025, 0.975], method="higher")
    low, high = np.quantile(peaks, [0.025, 0.975]).tolist()
    peak = float(times[values.mean(axis=0).argmax()])
    first, last = ends.tolist()
    return Latency(name, onset, first, last, peak, low, high, float(found.mean()))


def _times(scores: ModelScores, significance: Significance) -> Float[np.ndarray, "times"]:
    """Return the times, when latencies can be read from these scores and this test."""
    if scores.times is None or scores.values.shape[1:] != significance.p.shape:
        raise ValueError(
            f"latencies need scores over time and their own test, but scores of shape "
            f"{scores.values.shape} and a test of shape {significance.p.shape} arrived"
        )
    if (significance.statistic, significance.correction) != ("t", "max"):
        raise ValueError(
            f"latencies need a sign_flip_test with max correction, but one by {significance.test} "
            "arrived; a cluster does not say when it begins, nor do shuffled conditions for persons"
        )
    if len(scores.persons) < 2:
        raise NotEnough("intervals of latencies need at least 2 persons")
    return scores.times


def _onset(
    inside: Bool[np.ndarray, "times"], times: Float[np.ndarray, "times"], consecutive: int
) -> float:
    """Return the first time of the first run that is long enough; NaN when there is none."""
    long = [start for start, stop in runs_of(inside) if stop - start >= consecutive]
    return float(times[long[0]]) if long else float("nan")
