"""Difference of the fractal dimensions of single signals."""

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.signals.fractal_dimension import fractal_dimension

__all__ = ["higuchi"]


@metric(better="lower", protocol="free_run", perfect=0.0)
def higuchi(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    longest: float | None = None,
) -> float:
    """Difference of Higuchi's fractal dimensions: whether signals are as rough.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    sfreq : float
        Samples per second (Hz).
    longest : float, optional
        Longest step in seconds; by default 8 samples.

    Returns
    -------
    float
        Mean over regions of |D(real) - D(simulated)|, at most 1 in theory. NaN when a region is
        constant.

    Raises
    ------
    NotEnough
        Fewer than 10 steps of the longest kind without a gap.

    Notes
    -----
    See `fractal_dimension`: 1 is a smooth line, 1.5 Brownian motion, 2 white noise. Values of
    another sampling rate or longest step are not comparable.

    Blind to amplitude, to slow structure and to correlations between regions; a phase-randomized
    copy scores nearly as well as the recording itself.

    References
    ----------
    .. [1] Higuchi (1988), Physica D 31:277.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(5000, 1))
    >>> round(higuchi(noise, noise.cumsum(axis=0), sfreq=1.0), 1)
    0.5
    """
    steps = 8 if longest is None else max(2, round(longest * sfreq))
    truth, run = (fractal_dimension(values, longest=steps) for values in (real, simulated))
    return float(np.abs(truth - run).mean())
