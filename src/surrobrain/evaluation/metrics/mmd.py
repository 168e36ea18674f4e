"""Maximum mean discrepancy of the joint distribution of all regions."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.evaluation.metric import metric

__all__ = ["mmd"]

_BLOCK = 256
_PAIRED = 400  # samples whose distances give the median


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network", default=False)
def mmd(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    width: float | None = None,
    n_samples: int = 1000,
) -> float:
    """Maximum mean discrepancy of the distribution of states, squared, all regions at once.

    Needs neither bins nor densities, so it works for any number of regions.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    width : float, optional
        Width of the kernel in standard deviations of ``real``; by default the median distance
        between two of its samples.
    n_samples : int
        Samples compared, spread evenly over time: the cost grows with their square, memory does
        not.

    Returns
    -------
    float
        Unbiased estimate of MMD^2 for the kernel exp(-d^2 / (2 width^2)): about 0 for one law,
        and below 0 by chance half of the time; at most 2. NaN when a region of the recording is
        constant.

    Notes
    -----
    Mean over pairs i != j of k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) - k(x_j, y_i) [1]_. It is
    unbiased for independent samples; those of a slow signal are not, which raises it: read it
    beside its floor. Blind to time, and to differences much finer or coarser than the kernel;
    in many dimensions all distances are alike and it sees little beyond means and variances.

    References
    ----------
    .. [1] Gretton et al. (2012), A kernel two-sample test, lemma 6 and section 8.

    Examples
    --------
    >>> real, run = np.random.default_rng(0).normal(size=(2, 500, 3))
    >>> abs(mmd(real, run)) < 0.01 < mmd(real, run + 1.0)
    True
    """
    if np.ptp(real, axis=0).min() == 0:
        return float("nan")
    n = min(whole(n_samples, "n_samples", low=2), len(real))
    rows = np.linspace(0, len(real) - 1, n).round().astype(np.int64)
    scale = real.std(axis=0)
    x, y = real[rows] / scale, simulated[rows] / scale
    width = _median_distance(x) if width is None else positive(width, "width")
    total = 0.0
    for first in range(0, n, _BLOCK):
        block = slice(first, first + _BLOCK)
        total += _kernel(x[block], x, width).sum() + _kernel(y[block], y, width).sum()
        total -= 2 * _kernel(x[block], y, width).sum()
    same = _kernel_of(np.square(x - y).sum(axis=1), width).sum()
    return float((total - 2 * (n - same)) / (n * (n - 1)))


def _kernel(x: np.ndarray, y: np.ndarray, width: float) -> np.ndarray:
    return _kernel_of(_squared_distances(x, y), width)


def _kernel_of(squared: np.ndarray, width: float) -> np.ndarray:
    return np.exp(-np.maximum(squared, 0.0) / (2 * width**2))


def _squared_distances(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.square(x).sum(axis=1)[:, None] + np.square(y).sum(axis=1) - 2 * x @ y.T


def _median_distance(x: np.ndarray) -> float:
    some = x[:: max(1, len(x) // _PAIRED)]
    squared = _squared_distances(some, some)[np.triu_indices(len(some), k=1)]
    return float(np.sqrt(np.median(np.maximum(squared, 0.0))))
