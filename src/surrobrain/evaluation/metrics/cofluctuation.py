"""Distance of the amplitudes of edge time series."""

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotEnough
from surrobrain.evaluation.metric import metric
from surrobrain.signals.edges import cofluctuation_amplitude
from surrobrain.statistics.agreement import kolmogorov_smirnov

__all__ = ["cofluctuation"]

_FEWEST = 3


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network")
def cofluctuation(
    real: Float[np.ndarray, "times regions"], simulated: Float[np.ndarray, "times regions"]
) -> float:
    """Distance of edge time series: whether there are moments in which the whole brain joins in.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; at least 3 regions.

    Returns
    -------
    float
        Kolmogorov-Smirnov distance, 0 to 1, between the two distributions over time of
        `cofluctuation_amplitude`. NaN when a region of either is constant.

    Raises
    ------
    NotEnough
        Fewer than 3 regions.

    Notes
    -----
    Each side is standardized by itself. Blind to which regions join in (`fc` sees that), to when,
    and for how long. Amplitudes of neighboring samples are alike, so few of them are independent:
    read it beside its floor. A linear model with the covariance of the recording scores nearly as
    well as the recording [1]_.

    References
    ----------
    .. [1] Ladwig et al. (2022), BOLD cofluctuation "events" are predicted from static functional
       connectivity.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> apart = rng.normal(size=(500, 6))
    >>> together = apart + 2.0 * rng.normal(size=(500, 1))
    >>> cofluctuation(together, together), cofluctuation(together, apart) > 0.2
    (0.0, True)
    """
    n_regions = real.shape[1]
    if n_regions < _FEWEST:
        raise NotEnough(
            f"cofluctuation is about pairs of {_FEWEST} or more regions, not {n_regions}"
        )
    return kolmogorov_smirnov(cofluctuation_amplitude(real), cofluctuation_amplitude(simulated))
