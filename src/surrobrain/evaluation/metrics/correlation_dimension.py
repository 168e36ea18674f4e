"""Difference of the correlation dimensions."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.evaluation.standardized import standardized
from surrobrain.signals.correlation_dimension import correlation_dimension as estimate
from surrobrain.signals.neighbors import decorrelation_time

__all__ = ["correlation_dimension"]


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network", default=False)
def correlation_dimension(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    theiler: float | None = None,
) -> float:
    """Difference of the correlation dimensions: whether states fill as many directions.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; the regions together are the state. Where fewer are
        measured than the system has variables, embed both by `delay_embedding` first.
    sfreq : float
        Samples per second (Hz).
    theiler : float, optional
        Seconds within which pairs of states do not count; by default until the recording has
        lost its linear memory.

    Returns
    -------
    float
        |D2(real) - D2(simulated)|. NaN when a region is constant.

    Raises
    ------
    NotEnough
        Too few samples for the dimension they have; the message says how many are needed.
    ValueError
        Either has no scaling region.

    Notes
    -----
    Both dimensions by Grassberger and Procaccia's method, see
    `surrobrain.signals.correlation_dimension`, which shows the scaling region; regions count in
    standard deviations of the recording. The score of the review [1]_, 1 - |a - b| / (a + b), puts
    one line through all radii and counts each state with itself, which gives 1.5 where 2.05 is
    true, for good and bad models alike; it cannot be compared with this one.

    Blind to time and to where the attractor lies. Noise has the dimension of its space.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real, run = rng.normal(size=(2, 3000, 2))
    >>> flat = run * [1.0, 1e-6]  # a line where the recording is a plane
    >>> round(correlation_dimension(real, flat, sfreq=1.0), 1)
    1.0
    """
    pair = standardized(real, simulated)
    if pair is None:
        return float("nan")
    apart = decorrelation_time(pair[0]) if theiler is None else round(theiler * sfreq)
    truth, run = (estimate(states, theiler=apart) for states in pair)
    return abs(truth.dimension - run.dimension)
