"""How alike two recordings are when one is shifted in time."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import whole
from surrobrain.errors import NotEnough
from surrobrain.signals.windows import valid_samples

__all__ = ["lagged_correlation"]

_FEWEST = 8


def lagged_correlation(
    first: Float[np.ndarray, "times regions"],
    second: Float[np.ndarray, "times regions"],
    *,
    max_lag: int,
) -> Float[np.ndarray, "lags regions"]:
    """Correlate every region of one recording with the same region of another, shifted.

    Parameters
    ----------
    first, second : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing and left out of the pairs it belongs to.
    max_lag : int
        Largest shift in samples, in both directions.

    Returns
    -------
    array, shape (2 max_lag + 1, n_regions)
        Pearson correlation of first[t] and second[t + lag] for lag = -max_lag ... max_lag: the
        best lag is positive when ``second`` is late. NaN where either signal is constant.

    Raises
    ------
    NotEnough
        A lag leaves fewer than 8 pairs.

    Examples
    --------
    >>> one = np.random.default_rng(0).normal(size=(100, 1))
    >>> late = np.roll(one, 3, axis=0)
    >>> int(lagged_correlation(one, late, max_lag=5)[:, 0].argmax()) - 5
    3
    """
    whole(max_lag, "max_lag")
    x, y = first.astype(np.float64), second.astype(np.float64)
    valid = valid_samples(x), valid_samples(y)
    rows = []
    for lag in range(-max_lag, max_lag + 1):
        late = slice(max(lag, 0), len(x) + min(lag, 0))
        early = slice(max(-lag, 0), len(x) + min(-lag, 0))
        both = valid[0][early] & valid[1][late]
        if both.sum() < _FEWEST:
            raise NotEnough(
                f"a lag of {lag} samples leaves {int(both.sum())} pairs of {len(x)} samples, but "
                f"{_FEWEST} are needed; use a longer recording or a smaller lag"
            )
        rows.append(_correlations(x[early][both], y[late][both]))
    return np.array(rows)


def _correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Correlate column by column; what is constant to rounding is NaN."""
    x, y = _standardized(x), _standardized(y)
    return np.clip((x * y).sum(axis=0), -1.0, 1.0)


def _standardized(columns: np.ndarray) -> np.ndarray:
    centered = columns - columns[:1]  # a constant is now exactly zero, without rounding
    centered -= centered.mean(axis=0)
    length = np.linalg.norm(centered, axis=0)
    return centered / np.where(length > 0, length, np.nan)
