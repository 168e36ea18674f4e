"""Distance of functional connectivity dynamics."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.signals.connectivity import functional_connectivity_dynamics, upper_triangle
from surrobrain.statistics.agreement import kolmogorov_smirnov

__all__ = ["fcd"]


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network")
def fcd(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    window: float | None = None,
    step: float | None = None,
) -> float:
    """Distance of functional connectivity dynamics: whether connectivity changes as much.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; at least 3 regions.
    sfreq : float
        Samples per second (Hz).
    window, step : float, optional
        Seconds; by default 60 s, or a sixth of a recording shorter than 6 minutes, moved by a
        sixth of the window.

    Returns
    -------
    float
        Kolmogorov-Smirnov distance, 0 to 1, between the upper triangles of the two matrices of
        `functional_connectivity_dynamics`. NaN when a region is constant in a window.

    Raises
    ------
    ValueError
        The recording is too short for 3 windows, or has fewer than 3 regions.

    Notes
    -----
    Blind to which regions change their connectivity, and to when: the distribution is compared, not
    the order of windows. A stationary linear model has such a distribution too, so a small distance
    does not show that connectivity has dynamics [1]_.

    Values of another window, step or length of recording are not comparable. Minutes of a
    recording hold few independent windows: the floor is often 0.2 or more.

    References
    ----------
    .. [1] Laumann et al. (2017), On the stability of BOLD fMRI correlations.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(300, 4))
    >>> fcd(real, real, sfreq=1.0)
    0.0
    """
    truth, run = (
        functional_connectivity_dynamics(values, sfreq=sfreq, window=window, step=step)
        for values in (real, simulated)
    )
    return kolmogorov_smirnov(upper_triangle(truth), upper_triangle(run))
