"""How many past samples decide the next one: chosen by what predicts left-out time best."""

import numpy as np

from surrobrain.checks import whole
from surrobrain.data.recording import Recording
from surrobrain.learned.windows import cut_windows
from surrobrain.linear.autoregression import solve_autoregression
from surrobrain.progress import progress

__all__ = ["choose_memory"]

_FOLDS = 5


def choose_memory(recording: Recording, *, highest: int = 6) -> int:
    """Return the memory with which a linear autoregression predicts left-out stretches best.

    Use it before ``LinearVAR`` or ``MLP``: more memory means more parameters, and on most resting
    fMRI one or two samples are all that pays.

    Parameters
    ----------
    recording : Recording
        What the model will be fitted to: the training part alone.
    highest : int
        Memories 1 ... highest are tried.

    Returns
    -------
    int
        The smallest memory whose error is within one standard error of the lowest.

    Raises
    ------
    ValueError
        No stretch without a missing sample is long enough.

    Notes
    -----
    Five contiguous stretches of time are left out in turn; every memory forecasts the same
    samples. The ridge penalty is chosen anew each time, on what is kept. "One standard error",
    of the mean over the five, prefers the smaller model where the data cannot tell [1]_.

    References
    ----------
    .. [1] Hastie, Tibshirani & Friedman (2009), The elements of statistical learning, section
       7.10.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> values = rng.normal(size=(600, 2))
    >>> for t in range(2, 600):
    ...     values[t] += 0.8 * values[t - 2]
    >>> choose_memory(Recording(values, sfreq=1.0))
    2
    """
    whole(highest, "highest", low=1)
    found = cut_windows([recording.zscored()], memory=highest)
    windows, following, drives = found.pairs()
    fold = np.arange(len(windows)) * _FOLDS // len(windows)
    errors = np.empty((highest, _FOLDS))
    with progress(highest * _FOLDS, label="memory") as report:
        for memory in range(1, highest + 1):
            newest = windows[:, -memory:]
            for k in range(_FOLDS):
                kept, left = fold != k, fold == k
                linear = solve_autoregression(newest[kept], following[kept], drives=drives[kept])
                missed = following[left] - linear.predict(newest[left], drives[left])
                errors[memory - 1, k] = np.square(missed).mean()
                report((memory - 1) * _FOLDS + k + 1, "fits")
    mean = errors.mean(axis=1)
    # of the differences from the best: what all folds share does not blur the comparison
    best = int(mean.argmin())
    margin = (errors - errors[best]).std(axis=1, ddof=1) / np.sqrt(_FOLDS)
    return int(np.argmax(mean - mean[best] <= margin)) + 1
