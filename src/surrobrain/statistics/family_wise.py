"""Many tests at once, along time and models: the chance of a single false alarm."""

import numpy as np
from jaxtyping import Bool, Float

__all__ = ["cluster_p", "max_p", "runs_of"]


def max_p(
    observed: Float[np.ndarray, "tests times"], null: Float[np.ndarray, "draws tests times"]
) -> Float[np.ndarray, "tests times"]:
    """Return p values corrected over all tests and times by the largest value of each draw.

    Parameters
    ----------
    observed : array, shape (n_tests, n_times)
        Statistics; large is what is looked for.
    null : array, shape (n_draws, n_tests, n_times)
        The same under the null hypothesis, each draw made jointly.

    Returns
    -------
    array, shape (n_tests, n_times)
        (1 + number of draws whose largest value reaches the observed) / (1 + n_draws).

    Examples
    --------
    >>> max_p(np.array([[0.0, 9.0]]), np.array([[[1.0, 2.0]], [[3.0, 0.0]], [[0.5, 0.5]]]))
    array([[1.  , 0.25]])
    """
    largest = np.sort(null.max(axis=(1, 2)))
    reached = len(largest) - np.searchsorted(largest, observed, side="left")
    return (1 + reached) / (1 + len(largest))


def cluster_p(
    observed: Float[np.ndarray, "tests times"],
    null: Float[np.ndarray, "draws tests times"],
    *,
    forming: float = 0.05,
) -> Float[np.ndarray, "tests times"]:
    """Return p values of runs of consecutive times, by the mass of the heaviest run of each draw.

    More sensitive to what lasts than `max_p`; says that a run is there, not when exactly it
    begins [2]_.

    Parameters
    ----------
    observed : array, shape (n_tests, n_times)
        Statistics; large is what is looked for.
    null : array, shape (n_draws, n_tests, n_times)
        The same under the null hypothesis, each draw made jointly.
    forming : float
        A time belongs to a run where it exceeds all but this share of its own draws.

    Returns
    -------
    array, shape (n_tests, n_times)
        The p value of the run each time belongs to, 1 outside; corrected over tests and times.

    Notes
    -----
    The mass is the sum of what exceeds the threshold [1]_.

    References
    ----------
    .. [1] Maris and Oostenveld (2007), Nonparametric statistical testing of EEG- and MEG-data.
       J Neurosci Methods 164:177.
    .. [2] Sassenhagen and Draschkow (2019), Cluster-based permutation tests of MEG/EEG data do
       not establish significance of effect latency or location. Psychophysiology 56:e13335.

    Examples
    --------
    >>> null = np.random.default_rng(0).normal(size=(99, 1, 5))
    >>> cluster_p(np.array([[0.0, 6.0, 6.0, 6.0, 0.0]]), null)
    array([[1.  , 0.01, 0.01, 0.01, 1.  ]])
    """
    threshold = np.quantile(null, 1 - forming, axis=0)
    heaviest = np.sort(_heaviest(null - threshold))
    mass = _masses(observed - threshold)
    reached = len(heaviest) - np.searchsorted(heaviest, mass, side="left")
    return np.where(mass > 0, (1 + reached) / (1 + len(heaviest)), 1.0)


def runs_of(inside: Bool[np.ndarray, "times"]) -> list[tuple[int, int]]:
    """Return first and one past the last position of every run of true values.

    Examples
    --------
    >>> runs_of(np.array([True, False, True, True]))
    [(0, 1), (2, 4)]
    """
    steps = np.diff(np.concatenate([[0], inside.astype(np.int8), [0]]))
    return list(
        zip(np.flatnonzero(steps > 0).tolist(), np.flatnonzero(steps < 0).tolist(), strict=True)
    )


def _heaviest(above: np.ndarray) -> np.ndarray:
    """Return the largest mass of a run in every draw, of shape (draws, tests, times)."""
    running, best = np.zeros(above.shape[:2]), np.zeros(above.shape[:2])
    for k in range(above.shape[2]):  # what is above zero only adds, so a run is largest at its end
        running = np.where(above[..., k] > 0, running + above[..., k], 0.0)
        best = np.maximum(best, running)
    return best.max(axis=1)


def _masses(above: np.ndarray) -> np.ndarray:
    """Give every time the mass of its run, zero outside."""
    out = np.zeros_like(above)
    for row, values in zip(out, above, strict=True):
        for start, stop in runs_of(values > 0):
            row[start:stop] = values[start:stop].sum()
    return out
