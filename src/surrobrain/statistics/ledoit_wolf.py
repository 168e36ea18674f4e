"""Covariance shrunk towards equal variances."""

import numpy as np
from jaxtyping import Float

__all__ = ["ledoit_wolf"]


def ledoit_wolf(
    samples: Float[np.ndarray, "samples numbers"],
) -> Float[np.ndarray, "numbers numbers"]:
    """Return the covariance of centered samples, shrunk towards a multiple of the identity.

    Where channels have different scales, `surrobrain.statistics.shrinkage.shrunk_covariance`,
    which keeps variances as they are, fits better.

    Parameters
    ----------
    samples : array, shape (n_samples, n_numbers)
        Independent draws with mean zero.

    Returns
    -------
    array, shape (n_numbers, n_numbers)
        ``(1 - share) S + share m I``, with S the mean square, m the mean variance.

    Raises
    ------
    ValueError
        Everything is zero.

    Notes
    -----
    The share with the least expected squared error [1]_: the summed variance of the entries of S,
    over their summed squared distance from m I, at most 1.

    References
    ----------
    .. [1] Ledoit and Wolf (2004), A well-conditioned estimator for large-dimensional covariance
       matrices. Journal of Multivariate Analysis 88:365.

    Examples
    --------
    >>> few = np.random.default_rng(0).normal(size=(10, 30))
    >>> bool(np.linalg.cond(ledoit_wolf(few)) < 10)
    True
    """
    n, width = samples.shape
    second = samples.T @ samples / n
    mean = np.trace(second) / width
    if not mean > 0:
        raise ValueError(f"a covariance needs samples that vary, but {n} samples of zeros arrived")
    apart = (second**2).sum() - width * mean**2
    spread = ((samples**2).sum(axis=1) ** 2).sum() / n - (second**2).sum()
    share = min(1.0, spread / (n * apart)) if apart > 0 else 1.0
    shrunk = (1 - share) * second
    shrunk[np.diag_indices(width)] += share * mean
    return shrunk
