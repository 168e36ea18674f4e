"""Whether Markov chains have met, and how many independent draws they are worth."""

import numpy as np
from jaxtyping import Float

__all__ = ["effective_sample_size", "split_r_hat"]

Chains = Float[np.ndarray, "chains draws unknowns"]


def split_r_hat(chains: Chains) -> Float[np.ndarray, "unknowns"]:
    """Return how much wider all chains together are than each half of one.

    Parameters
    ----------
    chains : array, shape (n_chains, n_draws, n_unknowns)
        Draws in order.

    Returns
    -------
    array, shape (n_unknowns,)
        1 where the chains tell the same; above 1.01 they have not met.

    Notes
    -----
    Ranks of the draws, as normal deviates, take the place of the draws, so that heavy tails do
    not matter [1]_.

    References
    ----------
    .. [1] Vehtari et al. (2021), Rank-normalization, folding, and localization: an improved R-hat.
       Bayesian Analysis 16:667.

    Examples
    --------
    >>> same = np.random.default_rng(0).normal(size=(4, 500, 1))
    >>> apart = same + np.arange(4)[:, None, None]
    >>> bool(split_r_hat(same) < 1.01), bool(split_r_hat(apart) > 1.5)
    (True, True)
    """
    z = _normal_ranks(_halves(chains))
    n = z.shape[1]
    within = z.var(axis=1, ddof=1).mean(axis=0)
    between = z.mean(axis=1).var(axis=0, ddof=1)
    return np.sqrt((n - 1) / n + between / within)


def effective_sample_size(chains: Chains) -> Float[np.ndarray, "unknowns"]:
    """Return how many independent draws would tell the mean as well.

    Parameters
    ----------
    chains : array, shape (n_chains, n_draws, n_unknowns)
        Draws in order.

    Returns
    -------
    array, shape (n_unknowns,)
        At most as many as there are draws times their logarithm to the base 10.

    Notes
    -----
    Autocorrelations are summed over pairs of lags as long as the pairs are positive (Geyer), on
    normal ranks of halves of the chains, as for `split_r_hat`.

    Examples
    --------
    >>> free = np.random.default_rng(0).normal(size=(4, 500, 1))
    >>> bool(effective_sample_size(free) > 1500), bool(
    ...     effective_sample_size(np.repeat(free, 10, axis=1)[:, :500]) < 300
    ... )
    (True, True)
    """
    z = _normal_ranks(_halves(chains))
    n_chains, n, n_unknowns = z.shape
    within = z.var(axis=1, ddof=1).mean(axis=0)
    total = (n - 1) / n * within + z.mean(axis=1).var(axis=0, ddof=1)
    centered = z - z.mean(axis=1, keepdims=True)
    power = np.abs(np.fft.rfft(centered, 2 * n, axis=1)) ** 2
    lagged = np.fft.irfft(power, axis=1)[:, :n].mean(axis=0) / n  # (lag, unknown)
    rho = 1 - (within - lagged) / total
    rho[0] = 1.0
    pairs = rho[: n - n % 2].reshape(-1, 2, n_unknowns).sum(axis=1)
    positive = np.minimum.accumulate(np.where(pairs > 0, pairs, 0.0), axis=0)
    time = -1 + 2 * positive.sum(axis=0)
    size = n_chains * n
    return size / np.maximum(time, 1 / np.log10(size))


def _halves(chains: np.ndarray) -> np.ndarray:
    half = chains.shape[1] // 2
    if half < 4:
        raise ValueError(f"chains need 8 draws or more, but {chains.shape[1]} arrived")
    return np.concatenate([chains[:, :half], chains[:, -half:]])


def _normal_ranks(chains: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri
    from scipy.stats import rankdata

    flat = chains.reshape(-1, chains.shape[-1])
    found = ndtri((rankdata(flat, axis=0) - 0.375) / (len(flat) + 0.25))
    return found.reshape(chains.shape)
