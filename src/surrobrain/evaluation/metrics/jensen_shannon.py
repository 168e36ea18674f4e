"""Jensen-Shannon divergence of the values a region takes."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.statistics.histograms import matched_histograms

__all__ = ["jensen_shannon"]


@metric(better="lower", protocol="free_run", perfect=0.0, unit="nats", default=False)
def jensen_shannon(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Jensen-Shannon divergence of the distribution of values.

    Symmetric and bounded where `kl` is neither; it says what `hellinger` says, in nats.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.

    Returns
    -------
    float
        Mean over regions of (KL(p || m) + KL(q || m)) / 2 with m = (p + q) / 2, in nats: 0 to
        log 2 = 0.693. Its root is a distance. NaN when a region of the recording is constant.

    Notes
    -----
    p and q are `matched_histograms`, without smoothing [1]_. Blind to time, to correlations
    between regions, and to how far away values are that never occur.

    References
    ----------
    .. [1] Lin (1991), Divergence measures based on the Shannon entropy.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(1000, 1))
    >>> round(jensen_shannon(real, real + 100.0), 6)
    0.693147
    """
    p, q = matched_histograms(real, simulated)
    middle = (p + q) / 2
    return float((_divergence(p, middle) + _divergence(q, middle)).mean() / 2)


def _divergence(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the Kullback-Leibler divergence; a cell without p adds nothing."""
    ratio = np.divide(p, q, out=np.ones_like(p), where=p != 0)
    return (p * np.log(ratio)).sum(axis=0)
