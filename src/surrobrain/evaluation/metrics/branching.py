"""Difference of the branching ratios."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive
from surrobrain.evaluation.metric import metric
from surrobrain.signals.avalanches import population_activity
from surrobrain.signals.branching import branching_ratio

__all__ = ["branching"]


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network", default=False)
def branching(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    threshold: float = 2.0,
    max_lag: float | None = None,
) -> float:
    """Difference of the branching ratios: whether activity carries itself on as far.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    sfreq : float
        Samples per second (Hz). The ratio is per sample: the same rate on both sides.
    threshold : float
        In standard deviations: a region beyond it is active; see `population_activity`.
    max_lag : float, optional
        Seconds over which the decay of activity is followed; 20 samples by default.

    Returns
    -------
    float
        abs(m of simulated - m of real), 0 or more, m from `branching_ratio`. NaN when a region of
        either is constant, or activity has no memory that stands out from chance.

    Raises
    ------
    NotEnough
        Fewer than 10 samples per lag.

    Notes
    -----
    Whatever makes activity decay slowly is taken for branching: drive, hemodynamics, rhythms.
    Blind to where activity goes.

    References
    ----------
    .. [1] Wilting and Priesemann (2018), Inferring collective dynamical states from widely
       unobserved systems.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(2000, 6)).cumsum(axis=0)
    >>> branching(real, real, sfreq=1.0, threshold=0.5)
    0.0
    """
    n_lags = 20 if max_lag is None else round(positive(max_lag, "max_lag", unit="s") * sfreq)
    ratios = []
    for values in (real, simulated):
        good = np.isfinite(values).all(axis=1)
        if np.ptp(values[good], axis=0).min() == 0:
            return float("nan")
        activity = population_activity(values, threshold=threshold, events="samples")
        ratios.append(branching_ratio(activity, n_lags=n_lags).ratio)
    return abs(ratios[1] - ratios[0])
