"""Kendall's tau-a: agreement about which of two pairs is farther apart."""

import numpy as np
from jaxtyping import Float

__all__ = ["tau_a"]


def tau_a(first: Float[np.ndarray, "pairs"], second: Float[np.ndarray, "pairs"]) -> float:
    """Return concordant minus discordant pairs of pairs, over all pairs of pairs.

    Unlike Spearman's correlation and tau-b it does not favor models that predict ties [1]_.

    Parameters
    ----------
    first, second : array, shape (n_pairs,)
        Two RDMs.

    Returns
    -------
    float
        From -1 to 1.

    References
    ----------
    .. [1] Nili et al. (2014), A toolbox for representational similarity analysis. PLoS Comput
       Biol 10:e1003553.

    Examples
    --------
    >>> tau_a(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))
    0.3333333333333333
    """
    from scipy.stats import kendalltau

    n = len(first)
    everything = n * (n - 1) // 2
    untied = [everything - _ties(values) for values in (first, second)]
    if 0 in untied:
        return 0.0
    # whole numbers, so that rounding undoes scipy's division exactly
    tau_b, _ = kendalltau(first, second, method="asymptotic")
    return float(np.rint(tau_b * np.sqrt(untied[0]) * np.sqrt(untied[1])) / everything)


def _ties(values: np.ndarray) -> int:
    counts = np.unique(values, return_counts=True)[1].astype(np.int64)
    return int((counts * (counts - 1) // 2).sum())
