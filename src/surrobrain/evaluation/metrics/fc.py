"""Similarity of functional connectivity."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.signals.connectivity import functional_connectivity, upper_triangle
from surrobrain.statistics.agreement import correlation

__all__ = ["fc"]


@metric(
    better="higher",
    protocol="free_run",
    perfect=1.0,
    scope="network",
    blind="the mean and the spread of the correlations, and anything in time",
)
def fc(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Similarity of functional connectivity: whether the same regions go together.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; at least 3 regions.

    Returns
    -------
    float
        Pearson correlation, over all pairs of regions, of the two matrices of Pearson
        correlations over time. NaN when a region of either is constant.

    Raises
    ------
    ValueError
        Fewer than 3 regions.

    Notes
    -----
    Blind to the mean and the spread of the correlations; `frobenius_similarity` of the review
    [1]_ sees them but starts far above zero. The code of the review correlates time points in
    place of regions, so its numbers cannot be compared with these.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(fc(real, 2.0 * real + 1.0), 6)
    1.0
    """
    n_regions = real.shape[1]
    if n_regions < 3:
        raise ValueError(f"fc compares patterns over pairs and needs 3 regions, not {n_regions}")
    return correlation(
        upper_triangle(functional_connectivity(real)),
        upper_triangle(functional_connectivity(simulated)),
    )
