"""How far a mean over items and readers would move with other items, or other readers too."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.seeds import Seed, generator

__all__ = ["bootstrap_interval", "bootstrap_means"]

_AT_ONCE = 500


def bootstrap_means(
    values: Float[np.ndarray, "items readers"],
    *,
    over: Literal["items", "both"] = "items",
    n_draws: int = 10_000,
    seed: Seed = 0,
) -> Float[np.ndarray, "draws"]:
    """Return the mean of all entries over resampled items, or items and readers.

    Parameters
    ----------
    values : array, shape (n_items, n_readers)
        NaN where a reader did not see an item.
    over : {"items", "both"}
        What is drawn anew, with replacement: rows; or rows and, independently, columns, which
        speaks of other readers too.
    n_draws : int
        Resampled tables.
    seed : int or Generator
        Decides them; the same seed draws the same items, so two tables can be paired.

    Returns
    -------
    array, shape (n_draws,)
        NaN where a draw holds no entry.

    Notes
    -----
    Resampling both ways is somewhat conservative for crossed tables: the variance of single
    entries is counted more than once [1]_.

    References
    ----------
    .. [1] Owen (2007), The pigeonhole bootstrap. Annals of Applied Statistics 1: 386-411.

    Examples
    --------
    >>> means = bootstrap_means(np.array([[0.0], [1.0]]), n_draws=1000)
    >>> sorted(set(means.tolist()))
    [0.0, 0.5, 1.0]
    """
    rows, columns = (chance.spawn(1)[0] for chance in generator(seed).spawn(2))
    there, (n_items, n_readers) = np.isfinite(values), values.shape
    filled, held = np.where(there, values, 0.0), there.astype(np.float64)
    if over == "items":  # rows stay whole: their sums say all
        filled, held = filled.sum(axis=1, keepdims=True), held.sum(axis=1, keepdims=True)
    means = []
    for begin in range(0, n_draws, _AT_ONCE):
        n = min(_AT_ONCE, n_draws - begin)
        items = _times_drawn(rows, n_items, n)
        readers = _times_drawn(columns, n_readers, n) if over == "both" else np.ones((n, 1))
        counts = ((items @ held) * readers).sum(axis=1)
        sums = ((items @ filled) * readers).sum(axis=1)
        means.append(np.divide(sums, counts, out=np.full(n, np.nan), where=counts > 0))
    return np.concatenate(means)


def bootstrap_interval(
    values: Float[np.ndarray, "items readers"],
    *,
    over: Literal["items", "both"] = "items",
    level: float = 0.95,
    n_draws: int = 10_000,
    seed: Seed = 0,
) -> tuple[float, float]:
    """Return the percentile interval of the mean of all entries.

    Parameters
    ----------
    values : array, shape (n_items, n_readers)
        NaN where a reader did not see an item.
    over : {"items", "both"}
        What is resampled; see `bootstrap_means`.
    level : float
        Probability of the interval.
    n_draws : int
        Resampled tables.
    seed : int or Generator
        Decides them.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Examples
    --------
    >>> low, high = bootstrap_interval(np.arange(100.0)[:, None])
    >>> 43 < low < 45, 54 < high < 56
    (True, True)
    """
    means = bootstrap_means(values, over=over, n_draws=n_draws, seed=seed)
    low, high = np.nanquantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _times_drawn(rng: np.random.Generator, n: int, n_draws: int) -> np.ndarray:
    """How often each of n is drawn with replacement; several times faster than a multinomial."""
    drawn = rng.integers(n, size=(n_draws, n)) + n * np.arange(n_draws)[:, None]
    return np.bincount(drawn.ravel(), minlength=n * n_draws).reshape(n_draws, n).astype(np.float64)
