"""How alike two matrices or two sets of numbers are."""

import numpy as np
from jaxtyping import Float

__all__ = ["correlation", "frobenius_similarity", "kolmogorov_smirnov"]


def correlation(first: Float[np.ndarray, "values"], second: Float[np.ndarray, "values"]) -> float:
    """Return the Pearson correlation; NaN when either side is constant or not finite.

    Examples
    --------
    >>> round(correlation(np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])), 6)
    1.0
    """
    x, y = first.astype(np.float64), second.astype(np.float64)
    if len(x) < 2 or not (np.isfinite(x).all() and np.isfinite(y).all()):
        return float("nan")
    x, y = x - x.mean(), y - y.mean()
    scale = np.linalg.norm(x) * np.linalg.norm(y)
    return float(np.clip(x @ y / scale, -1.0, 1.0)) if scale > 0 else float("nan")


def frobenius_similarity(
    first: Float[np.ndarray, "n n"], second: Float[np.ndarray, "n n"]
) -> float:
    """Return one minus the relative distance of two matrices.

    Notes
    -----
    1 - |A - B| / (|A| + |B|) with Frobenius norms, the diagonal included [1]_. It is 1 for equal
    matrices and 0 for opposite ones, but two unrelated correlation matrices score well above 0,
    because they share the diagonal and the mean. Prefer `correlation` of the upper triangles.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> frobenius_similarity(np.eye(2), np.eye(2)), frobenius_similarity(np.eye(2), -np.eye(2))
    (1.0, 0.0)
    """
    a, b = first.astype(np.float64), second.astype(np.float64)
    return float(1 - np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def kolmogorov_smirnov(first: Float[np.ndarray, "m"], second: Float[np.ndarray, "n"]) -> float:
    """Return the largest distance between two empirical distribution functions, from 0 to 1.

    Examples
    --------
    >>> kolmogorov_smirnov(np.array([0.0, 1.0]), np.array([0.5, 2.0]))
    0.5
    """
    if not (np.isfinite(first).all() and np.isfinite(second).all()):
        return float("nan")
    both = np.concatenate([np.sort(first), np.sort(second)])
    order = np.argsort(both, kind="stable")  # merges two sorted halves in one pass
    steps = np.where(order < len(first), len(second), -len(first))
    between = np.append(np.diff(both[order]) > 0, True)  # equal values step together
    return float(np.abs(np.cumsum(steps)[between]).max() / (len(first) * len(second)))
