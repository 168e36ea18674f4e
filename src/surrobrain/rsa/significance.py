"""What chance could have done to similarities over time and models."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import choice
from surrobrain.statistics.family_wise import cluster_p, max_p

__all__ = ["Correction", "Significance", "judged"]

Correction = Literal["max", "cluster"]
Statistic = Literal["t", "similarity"]
_CORRECTIONS = {"max": max_p, "cluster": cluster_p}


@dataclass(frozen=True, eq=False)
class Significance:
    """What chance could have done.

    Parameters
    ----------
    p : array, shape (n_models, n_times)
        One-sided, corrected over all models and times together; one time when there is none.
    observed : array, shape (n_models, n_times)
        The statistic tested.
    threshold : float
        What the statistic must exceed for a corrected p of 0.05 by the largest value.
    n_draws : int
        Draws under the null hypothesis; p cannot fall below 1 / (1 + n_draws).
    statistic : {"t", "similarity"}
        Student's t over persons, or the mean similarity.
    correction : {"max", "cluster"}
        By the largest value of each draw, or by the mass of runs of times.
    test : str
        In words.
    models : tuple of str
        Their names.
    times : array, shape (n_times,), or None
        Seconds.

    Examples
    --------
    >>> p = np.array([[0.2, 0.01]])
    >>> Significance(p, -p, 0.0, 999, "t", "max", "a test", ("cnn",)).significant
    array([[False,  True]])
    """

    p: Float[np.ndarray, "models times"]
    observed: Float[np.ndarray, "models times"]
    threshold: float
    n_draws: int
    statistic: Statistic
    correction: Correction
    test: str
    models: tuple[str, ...]
    times: Float[np.ndarray, "times"] | None = None

    @property
    def significant(self) -> Bool[np.ndarray, "models times"]:
        """Where p is at most 0.05."""
        return self.p <= 0.05


def judged(
    observed: Float[np.ndarray, "models times"],
    null: Float[np.ndarray, "draws models times"],
    *,
    correction: Correction,
    statistic: Statistic,
    models: tuple[str, ...],
    times: Float[np.ndarray, "times"] | None,
) -> Significance:
    """Hold what was observed against draws under the null hypothesis, made jointly."""
    tests = {"t": "sign flips over persons", "similarity": "shuffled conditions"}
    correct = _CORRECTIONS[choice(correction, _CORRECTIONS, "correction")]
    over = "models" if times is None else "models and times"
    return Significance(
        correct(observed, null),
        observed,
        float(np.quantile(null.max(axis=(1, 2)), 0.95)),
        len(null),
        statistic,
        correction,
        f"{tests[statistic]}, {correction} correction over {over}",
        models,
        times,
    )
