"""Difference of the exponents of avalanche sizes."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.signals.avalanches import find_avalanches, population_activity
from surrobrain.statistics.power_law import fit_power_law

__all__ = ["avalanche_exponent"]


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network", default=False)
def avalanche_exponent(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    threshold: float = 2.0,
    smallest: int = 1,
) -> float:
    """Difference of the exponents of avalanche sizes.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; hundreds of avalanches on either side.
    sfreq : float
        Samples per second (Hz). A sample is the bin: the same rate on both sides.
    threshold : float
        Of an event, in standard deviations; see `population_activity`.
    smallest : int
        Smallest size that counts; see `fit_power_law`.

    Returns
    -------
    float
        abs(exponent of simulated - exponent of real), 0 or more; critical branching has 1.5. NaN
        when a region of either is constant.

    Raises
    ------
    NotEnough
        Fewer than 50 avalanches on a side, or all of one size.

    Notes
    -----
    Exponents change with threshold, length of a sample and number of regions, and follow from
    thresholded noise as well: `fit_power_law` of either side tells whether there is a power law,
    and the null whether it needs more than a spectrum [1]_. The standard error of one exponent is
    (exponent - 1) / sqrt(number of avalanches) or more: smaller differences say nothing.

    References
    ----------
    .. [1] Touboul and Destexhe (2017), Power-law statistics and universal scaling in the absence
       of criticality.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(2000, 6))
    >>> avalanche_exponent(real, real, sfreq=1.0)
    0.0
    """
    del sfreq  # asked for so that samples are not closed up over a gap
    exponents = []
    for values in (real, simulated):
        good = np.isfinite(values).all(axis=1)
        if np.ptp(values[good], axis=0).min() == 0:
            return float("nan")
        sizes = find_avalanches(population_activity(values, threshold=threshold)).sizes
        exponents.append(fit_power_law(sizes, smallest=smallest).exponent)
    return abs(exponents[1] - exponents[0])
