"""Many tests at once: the share of false alarms among what is found."""

import numpy as np
from jaxtyping import Float

__all__ = ["false_discovery"]


def false_discovery(p: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Return p values adjusted so that those below q hold at most a share q of false alarms.

    Parameters
    ----------
    p : array
        Of tests that are independent or positively dependent; NaN is no test.

    Returns
    -------
    array
        Same shape.

    Notes
    -----
    Benjamini and Hochberg (1995): p_(k) n / k, made rising from the largest down.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.04, 0.03])).round(6)
    array([0.03, 0.04, 0.04])
    """
    out = np.full(p.shape, np.nan)
    good = np.isfinite(p)
    values = p[good]
    order = np.argsort(-values)
    scaled = values[order] * len(values) / np.arange(len(values), 0, -1)
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum.accumulate(np.minimum(scaled, 1.0))
    out[good] = adjusted
    return out
