"""Similarity of the pattern over regions, sample by sample."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.errors import NotEnough
from surrobrain.evaluation.metric import metric

__all__ = ["spatial_similarity"]

_FEWEST = 3


@metric(better="higher", protocol="forecast", perfect=1.0, scope="network")
def spatial_similarity(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    maps: Literal["deviations", "values"] = "deviations",
) -> float:
    """Similarity of the pattern over regions, sample by sample.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and the forecast of every sample; at least 3 regions.
    maps : {"deviations", "values"}
        Deviations from the mean over time of every region of ``real``; or the values themselves,
        as in figure 4 d of [1]_.

    Returns
    -------
    float
        Mean over samples of the Pearson correlation, over regions, of the two maps, -1 to 1. A
        forecast whose map is flat shows no pattern: it counts as 0. Samples whose true map is
        flat are left out; NaN when all are.

    Raises
    ------
    NotEnough
        Fewer than 3 regions: two always correlate by 1 or -1.

    Notes
    -----
    Of values, the mean map alone scores high in any recording whose regions differ in their mean;
    hence deviations. Blind to the size of the pattern at a sample and to a value added to all
    regions. In the review's own data the first 75 of 150 samples are copies of the truth: leave
    out the samples that a model was shown.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(50, 4))
    >>> round(spatial_similarity(real, 2.0 * real, maps="values"), 6)
    1.0
    >>> spatial_similarity(real, np.tile(real.mean(axis=0), (50, 1)))  # the mean is no pattern
    0.0
    """
    choice(maps, ("deviations", "values"), "kind of maps")
    n_regions = real.shape[1]
    if n_regions < _FEWEST:
        raise NotEnough(
            f"spatial_similarity correlates over regions and needs {_FEWEST}, not {n_regions}"
        )
    center = real.mean(axis=0) if maps == "deviations" else 0.0
    truth, forecast = _standardized(real - center), _standardized(simulated - center)
    shaped = np.abs(truth).max(axis=1) > 0
    if not shaped.any():
        return float("nan")
    return float((truth * forecast).sum(axis=1)[shaped].mean())


def _standardized(rows: np.ndarray) -> np.ndarray:
    """Give every row mean 0 and length 1; a flat one stays zero."""
    size = np.abs(rows).max(axis=1, keepdims=True)
    centered = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centered, axis=1, keepdims=True)
    flat = length <= 1e-12 * size  # what rounding leaves of a flat map
    return np.where(flat, 0.0, centered / np.where(flat, 1.0, length))
