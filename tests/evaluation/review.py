"""The numbers printed in figures 3 and 4 of the review, by the estimators of its own code.

Kept to check that its arrays are read as it reads them, never to judge a model: docs, "Figures of
the review", says what each of them gets wrong. Zhang et al. (2025), AI as a surrogate brain.
"""

import numpy as np
from jaxtyping import Float, Shaped

from surrobrain.statistics.agreement import frobenius_similarity

__all__ = [
    "review_correlation_dimension", "review_dimension_similarity", "review_disturbance",
    "review_fc", "review_hellinger", "review_kl", "review_r2", "review_rank", "review_rmse",
    "review_spectral",
]  # fmt: skip

Signals = Float[np.ndarray, "times regions"]
_RADII = 50


def review_rmse(real: Signals, simulated: Signals) -> float:
    """Root mean squared error over the standard deviation, mean over channels (panel a)."""
    error = np.sqrt(np.square(real - simulated).mean(axis=0))
    return float((error / real.std(axis=0)).mean())


def review_r2(real: Signals, simulated: Signals) -> float:
    """Share of variance explained, regions weighted by their variance."""
    residual = np.square(real - simulated).sum()
    return float(1 - residual / np.square(real - real.mean(axis=0)).sum())


def review_kl(
    real: Signals, simulated: Signals, *, rule: str = "auto", eps: float = 1e-10
) -> float:
    """Kullback-Leibler divergence in numpy's bins of both signals together (panel b)."""
    pairs = _densities(real, simulated, rule=rule, eps=eps)
    return float(np.mean([(p * np.log(p / q)).sum() for p, q in pairs]))


def review_hellinger(
    real: Signals, simulated: Signals, *, rule: str = "auto", eps: float = 1e-10
) -> float:
    """Hellinger distance in the same bins."""
    pairs = _densities(real, simulated, rule=rule, eps=eps)
    return float(np.mean([np.sqrt(np.square(np.sqrt(p) - np.sqrt(q)).sum() / 2) for p, q in pairs]))


def review_correlation_dimension(values: Signals, *, radii_of: Signals | None = None) -> float:
    """One straight line through all radii, the zero distances of points to themselves included.

    The radii run from the smallest to the largest distance of ``radii_of``: the truth, whatever
    the distances of the surrogate.
    """
    distances = _distances(values)
    given = distances if radii_of is None else _distances(radii_of)
    smallest, largest = np.log10(given[given > 0].min()), np.log10(given.max())
    radii = np.logspace(smallest, largest, _RADII)
    share = np.array([(distances < radius).mean() for radius in radii])
    return float(np.polyfit(np.log(radii), np.log(share), 1)[0])


def review_dimension_similarity(real: Signals, simulated: Signals) -> float:
    """One minus the relative difference of two correlation dimensions (panel c)."""
    a = review_correlation_dimension(real)
    b = review_correlation_dimension(simulated, radii_of=real)
    return 1 - abs(a - b) / (abs(a) + abs(b))


def review_spectral(real: Signals, simulated: Signals, *, sfreq: float) -> float:
    """Cosine of Welch spectra, each divided by its sum (panel e)."""
    from scipy.signal import welch

    p, q = (welch(v, sfreq, nperseg=round(sfreq), axis=0)[1] for v in (real, simulated))
    lengths = np.linalg.norm(p, axis=0) * np.linalg.norm(q, axis=0)
    return float(((p * q).sum(axis=0) / lengths).mean())


def review_fc(real: Float[np.ndarray, "n n"], simulated: Float[np.ndarray, "n n"]) -> float:
    """One minus the Frobenius norm of the difference over the sum of norms (panel f)."""
    return frobenius_similarity(real, simulated)


def review_rank(matrix: Float[np.ndarray, "n n"], *, above: float = 1e-3) -> int:
    """Count the singular values above a threshold that has the unit of the matrix (panel 3 d)."""
    return int((np.linalg.svd(matrix.astype(np.float64), compute_uv=False) > above).sum())


def review_disturbance(
    reference: Shaped[np.ndarray, "..."], disturbed: Shaped[np.ndarray, "levels repeats ..."]
) -> Float[np.ndarray, "levels"]:
    """Median over repeats of the change that a disturbance makes, over the size (panel 3 d)."""
    truth = reference.astype(np.float64).ravel()
    flat = disturbed.astype(np.float64).reshape(*disturbed.shape[:2], -1)
    change = np.linalg.norm(flat - truth, axis=2) / np.linalg.norm(truth)
    return np.asarray(np.median(change, axis=1))


def _densities(
    real: Signals, simulated: Signals, *, rule: str, eps: float
) -> list[tuple[np.ndarray, np.ndarray]]:
    pairs = []
    for x, y in zip(real.T, simulated.T, strict=True):
        edges = np.histogram_bin_edges(np.concatenate([x, y]), bins=rule)
        p, q = (np.histogram(v, bins=edges, density=True)[0] + eps for v in (x, y))
        pairs.append((p / p.sum(), q / q.sum()))
    return pairs


def _distances(values: Signals) -> np.ndarray:
    return np.sqrt(np.square(values[:, None] - values[None]).sum(axis=2))
