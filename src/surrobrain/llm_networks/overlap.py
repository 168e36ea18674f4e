"""How well maps agree with networks."""

import numpy as np
from jaxtyping import Bool, Float, Real

from surrobrain.checks import choice

__all__ = ["SCORES", "agreements", "strong_places"]

SCORES = ("correlation", "dice", "iou")


def strong_places(
    maps: Float[np.ndarray, "maps targets"], *, threshold: float = 1.96, share: float | None = None
) -> Bool[np.ndarray, "maps targets"]:
    """Return where maps are strong on either side.

    Parameters
    ----------
    maps : array, shape (n_maps, n_targets)
        Of any unit; NaN is nowhere strong.
    threshold : float, default 1.96
        In standard deviations over the brain.
    share : float, optional
        In place of the threshold: that share of all places, the strongest.
    """
    middle = np.nanmean(maps, axis=1, keepdims=True)
    spread = np.nanstd(maps, axis=1, keepdims=True)
    size = np.abs(maps - middle)
    if share is None:
        return np.nan_to_num(size, nan=0.0) > threshold * np.where(spread > 0, spread, np.inf)
    limit = np.nanquantile(size, 1 - share, axis=1, keepdims=True)
    return np.nan_to_num(size, nan=-1.0) >= np.where(spread > 0, limit, np.inf)


def agreements(
    maps: Float[np.ndarray, "maps targets"], networks: Real[np.ndarray, "networks targets"], *,
    score: str, threshold: float = 1.96, share: float | None = None,
) -> Float[np.ndarray, "maps networks"]:  # fmt: skip
    """Return the agreement of every map with every network.

    Parameters
    ----------
    maps : array, shape (n_maps, n_targets)
        NaN is left out.
    networks : array, shape (n_networks, n_targets)
        Weights; for dice and iou a network is where they exceed half of their largest.
    score : {"correlation", "dice", "iou"}
        ``2 |A and B| / (|A| + |B|)`` and ``|A and B| / |A or B|`` for strong places A and network
        B; the correlation is Pearson's, over all places.
    threshold, share
        As for `strong_places`.

    Returns
    -------
    array, shape (n_maps, n_networks)
        0 for a map that is the same everywhere.

    Examples
    --------
    >>> maps, network = np.array([[0.0, 0, 0, 9]]), np.array([[0.0, 0, 1, 1]])
    >>> agreements(maps, network, score="iou", threshold=1.0).item()
    0.5
    """
    choice(score, SCORES, "score")
    known = np.isfinite(maps)
    if score == "correlation":
        return _correlations(maps, networks.astype(np.float64), known)
    strong = strong_places(maps, threshold=threshold, share=share).astype(np.float64)
    inside = (networks > 0.5 * networks.max(axis=1, keepdims=True)).astype(np.float64)
    both = strong @ inside.T
    sizes = strong.sum(axis=1, keepdims=True), known.astype(np.float64) @ inside.T
    if score == "dice":
        return 2 * both / np.maximum(sizes[0] + sizes[1], 1)
    return both / np.maximum(sizes[0] + sizes[1] - both, 1)


def _correlations(maps: np.ndarray, networks: np.ndarray, known: np.ndarray) -> np.ndarray:
    if known.all():
        a = maps - maps.mean(axis=1, keepdims=True)
        b = networks - networks.mean(axis=1, keepdims=True)
        size = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
        return np.divide(a @ b.T, size, out=np.zeros_like(size), where=size > 0)
    here = known.astype(np.float64)
    x = np.where(known, maps, 0.0)
    n = np.maximum(here.sum(axis=1, keepdims=True), 1)
    products = x @ networks.T / n
    mean_x, mean_q = x.sum(axis=1, keepdims=True) / n, here @ networks.T / n
    spread_x = np.sqrt(np.maximum((x * x).sum(axis=1, keepdims=True) / n - mean_x**2, 0))
    spread_q = np.sqrt(np.maximum(here @ (networks**2).T / n - mean_q**2, 0))
    size = spread_x * spread_q
    return np.divide(products - mean_x * mean_q, size, out=np.zeros_like(size), where=size > 1e-12)
