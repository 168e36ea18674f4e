"""How often a signal does something new: sample entropy."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.errors import NotEnough
from surrobrain.signals.embedding import delay_embedding
from surrobrain.signals.windows import valid_samples

__all__ = ["sample_entropy"]

_FEWEST = 200


def sample_entropy(
    values: Float[np.ndarray, "times regions"], *, length: int = 2, tolerance: float = 0.2
) -> Float[np.ndarray, "regions"]:
    """Return the sample entropy of every signal.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and no pattern crosses it.
    length : int
        Samples of a pattern.
    tolerance : float
        How far samples of like patterns may differ, in standard deviations of the signal.

    Returns
    -------
    array, shape (n_regions,)
        Nats: 0 for a signal that repeats itself, 2.185 for white noise of a normal law at the
        defaults; infinite where no two patterns go on alike, NaN where the signal is constant.

    Raises
    ------
    NotEnough
        Fewer than 200 patterns.

    Notes
    -----
    -log(A / B): of all B pairs of patterns of ``length`` samples that are alike, A stay alike for
    one sample more [1]_; no pattern is compared with itself.

    Blind to slow structure, and it mixes the spectrum with what is truly new: slow noise scores
    low because neighbors in time are alike.

    References
    ----------
    .. [1] Richman and Moorman (2000), Physiological time-series analysis using approximate entropy
       and sample entropy. Am J Physiol 278:H2039.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(5000, 1))
    >>> sample_entropy(noise).round(1)
    array([2.2])
    """
    whole(length, "length", low=1)
    positive(tolerance, "tolerance", unit="sd")
    longer = delay_embedding(values[:, :1], delay=1, dimension=length + 1)
    n_patterns = int(valid_samples(longer).sum())
    if n_patterns < _FEWEST:
        raise NotEnough(
            f"a sample entropy needs {_FEWEST} patterns of {length + 1} samples, but the "
            f"{len(values)} samples hold {n_patterns}; use a longer recording"
        )
    return np.array([_entropy(column[:, None], length, tolerance) for column in values.T])


def _entropy(signal: np.ndarray, length: int, tolerance: float) -> float:
    from scipy.spatial import KDTree

    radius = tolerance * float(np.nanstd(signal))
    if not np.nanmax(signal) > np.nanmin(signal):
        return float("nan")
    patterns = delay_embedding(signal, delay=1, dimension=length + 1)
    patterns = patterns[valid_samples(patterns)]
    alike, still = (
        KDTree(part).count_neighbors(KDTree(part), radius, p=np.inf) - len(part)
        for part in (patterns[:, :length], patterns)
    )
    return float(-np.log(still / alike)) if still and alike else float("inf")
