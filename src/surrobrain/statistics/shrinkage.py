"""Covariance of many numbers from few samples."""

import numpy as np
from jaxtyping import Float

__all__ = ["shrunk_covariance"]


def shrunk_covariance(
    samples: Float[np.ndarray, "samples numbers"],
) -> Float[np.ndarray, "numbers numbers"]:
    """Return a covariance that can be inverted, whatever the number of samples.

    Parameters
    ----------
    samples : array, shape (n_samples, n_numbers)
        Independent draws.

    Returns
    -------
    array, shape (n_numbers, n_numbers)
        Variances as they were found; correlations times ``1 - share``.

    Raises
    ------
    ValueError
        There are fewer than 4 samples, or a number never varies.

    Notes
    -----
    The share by which correlations are shrunk towards zero is the one with the least expected
    squared error, ``sum_{i!=j} var(r_ij) / sum_{i!=j} r_ij^2``, at most 1, both estimated from the
    samples [1]_. With many samples it goes to zero.

    References
    ----------
    .. [1] Schäfer & Strimmer (2005), A shrinkage approach to large-scale covariance matrix
       estimation and implications for functional genomics. Stat Appl Genet Mol Biol 4:32.

    Examples
    --------
    >>> few = np.random.default_rng(0).normal(size=(10, 30))
    >>> bool(np.linalg.eigvalsh(shrunk_covariance(few)).min() > 0.01)
    True
    """
    n = len(samples)
    spread = samples.std(axis=0, ddof=1) if n > 1 else np.zeros(samples.shape[1])
    if n < 4 or not (spread > 0).all():
        raise ValueError(
            f"a covariance needs 4 samples in which every number varies, but {n} samples with "
            f"{int((~(spread > 0)).sum())} constant numbers arrived"
        )
    z = (samples - samples.mean(axis=0)) / spread
    r = z.T @ z / (n - 1)
    square = (z**2).T @ z**2  # sum over samples of the squared products
    variance = n / (n - 1) ** 3 * (square - n * ((n - 1) / n * r) ** 2)
    apart = ~np.eye(len(r), dtype=bool)
    total = (r[apart] ** 2).sum()
    share = min(1.0, max(0.0, variance[apart].sum() / total)) if total > 0 else 1.0
    return np.where(apart, (1 - share) * r, 1.0) * np.outer(spread, spread)
