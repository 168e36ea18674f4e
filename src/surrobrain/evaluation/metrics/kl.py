"""Kullback-Leibler divergence of the values a region takes."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.statistics.histograms import matched_histograms

__all__ = ["kl"]


@metric(better="lower", protocol="free_run", perfect=0.0, unit="nats")
def kl(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Kullback-Leibler divergence of the distribution of values, real from simulated.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.

    Returns
    -------
    float
        Mean over regions of sum p log(p / q), p for real and q for simulated, in nats, 0 or
        more. NaN when a region of the recording is constant.

    Notes
    -----
    p and q are `matched_histograms` with one added to every count. Two recordings of the same law
    score about (number of bins) / n above zero, so read it beside its floor.

    Figure 4 of the review [1]_ bins both signals together by numpy's rule "auto" and adds 1e-10
    to densities, which explodes to 6 or 7 nats as soon as a run is narrower than the recording
    and lets an outlier choose the bins; its numbers cannot be compared with these.

    Blind to time and to correlations between regions.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(100_000, 1))
    >>> abs(kl(real, np.random.default_rng(1).normal(1.0, size=(100_000, 1))) - 0.5) < 0.03
    True
    """
    p, q = matched_histograms(real, simulated, added=1.0)
    return float((p * np.log(p / q)).sum(axis=0).mean())
