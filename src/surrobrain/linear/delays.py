"""Features at several delays: a response of free shape (finite impulse response)."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

__all__ = ["delayed"]


def delayed(
    features: Float[np.ndarray, "times features"], delays: Sequence[int] = (1, 2, 3, 4), *,
    runs: Sequence[int] | None = None,
) -> Float[np.ndarray, "times delayed"]:  # fmt: skip
    """Return features as they were some samples ago, one delay after the other.

    Parameters
    ----------
    features : array, shape (n_times, n_features)
        Of all runs, one after the other.
    delays : sequence of int, default (1, 2, 3, 4)
        In samples, zero or more; 2 to 8 s is usual for BOLD.
    runs : sequence of int, optional
        Length of each run; nothing is carried from one into the next.

    Returns
    -------
    array, shape (n_times, n_delays * n_features)
        All features at the first delay, then at the second, and so on; zero where nothing is known.

    Raises
    ------
    ValueError
        A delay is negative, or the runs do not add up.

    Examples
    --------
    >>> delayed(np.arange(1.0, 4.0)[:, None], (0, 1))
    array([[1., 0.],
           [2., 1.],
           [3., 2.]])
    """
    lengths = [len(features)] if runs is None else list(runs)
    if sum(lengths) != len(features):
        raise ValueError(f"runs of {lengths} samples do not add up to {len(features)} samples")
    if not len(delays) or min(delays) < 0:
        raise ValueError(f"delays must be samples, zero or more, but {list(delays)} arrived")
    found = np.zeros((len(features), len(delays), features.shape[1]), dtype=features.dtype)
    first = 0
    for length in lengths:
        for k, delay in enumerate(delays):
            if delay < length:
                found[first + delay : first + length, k] = features[first : first + length - delay]
        first += length
    return found.reshape(len(features), -1)
