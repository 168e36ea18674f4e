"""Difference of the largest Lyapunov exponents."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.evaluation.standardized import standardized
from surrobrain.signals.lyapunov_exponent import lyapunov_exponent
from surrobrain.signals.neighbors import decorrelation_time

__all__ = ["lyapunov"]


@metric(
    better="lower", protocol="free_run", perfect=0.0, unit="1/s", scope="network", default=False
)
def lyapunov(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    theiler: float | None = None,
    window: tuple[float, float] | None = None,
) -> float:
    """Difference of the largest Lyapunov exponents: whether neighbors part as fast.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; the regions together are the state. Where fewer are
        measured than the system has variables, embed both by `delay_embedding` first.
    sfreq : float
        Samples per second (Hz).
    theiler : float, optional
        Seconds within which states do not count as neighbors; by default until the recording has
        lost its linear memory.
    window : (float, float), optional
        Seconds between which the slopes are read, on both sides; by default the straight part of
        each curve.

    Returns
    -------
    float
        |lambda(real) - lambda(simulated)| in 1/s. NaN when a region is constant.

    Raises
    ------
    NotEnough
        Fewer than 500 samples.
    ValueError
        Neighbors of either do not part exponentially: it is noise, or not chaotic.

    Notes
    -----
    Both exponents by Rosenstein's method, see `lyapunov_exponent`; regions count in standard
    deviations of the recording. Most recordings of a brain are too noisy for it and are refused.
    Estimates are 10 to 20 % off, mostly alike on both sides. Of the model itself ask
    `lyapunov_spectrum`, which needs no data.

    Blind to everything but the fastest growth: two attractors of other shape can share it.

    References
    ----------
    .. [1] Rosenstein, Collins and De Luca (1993), Physica D 65:117.

    Examples
    --------
    >>> x = [0.4]
    >>> for _ in range(999):
    ...     x.append(4 * x[-1] * (1 - x[-1]))
    >>> real = np.array(x)[:, None]
    >>> lyapunov(real, 1 - real, sfreq=1.0) < 0.1
    True
    """
    pair = standardized(real, simulated)
    if pair is None:
        return float("nan")
    apart = decorrelation_time(pair[0]) if theiler is None else round(theiler * sfreq)
    truth, run = (
        lyapunov_exponent(states, sfreq=sfreq, theiler=apart, window=window) for states in pair
    )
    return abs(truth.exponent - run.exponent)
