"""Difference in how much synchrony fluctuates."""

import numpy as np
from jaxtyping import Float

from surrobrain.errors import NotEnough
from surrobrain.evaluation.metric import metric
from surrobrain.signals.phases import kuramoto_order, phasors

__all__ = ["metastability"]

_FEWEST = 3


@metric(better="lower", protocol="free_run", perfect=0.0, scope="network", default=False)
def metastability(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    band: tuple[float, float] | None = None,
) -> float:
    """Difference of metastability: whether synchrony comes and goes as much.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run; at least 3 regions.
    sfreq : float
        Samples per second (Hz).
    band : (float, float), optional
        Lowest and highest frequency in Hz: name the narrow band in which the phase of these
        signals means something. All frequencies by default.

    Returns
    -------
    float
        abs(sd of R of simulated - sd of R of real), R(t) the Kuramoto order parameter of
        `kuramoto_order`: 0 to 0.5. NaN when a region of either is constant.

    Raises
    ------
    ValueError
        The band is no band, or there are fewer than 3 regions or samples than a cycle.

    Notes
    -----
    One number a recording: very different dynamics may share it. Independent noise already has
    0.46 / sqrt(n_regions), so compare with the null, and only recordings of equally many regions.

    References
    ----------
    .. [1] Shanahan (2010), Metastable chimera states in community-structured oscillator networks.
    .. [2] Deco et al. (2017), The dynamics of resting fluctuations in the brain: metastability
       and its dynamical cortical core.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> real = rng.normal(size=(500, 6)).cumsum(axis=0)
    >>> metastability(real, real, sfreq=1.0, band=(0.04, 0.07))
    0.0
    """
    n_regions = real.shape[1]
    if n_regions < _FEWEST:
        raise NotEnough(f"metastability is about {_FEWEST} or more regions, not {n_regions}")
    truth, run = (
        float(np.nanstd(order)) if np.isfinite(order).any() else float("nan")
        for order in (
            kuramoto_order(phasors(values, sfreq=sfreq, band=band)) for values in (real, simulated)
        )
    )
    return abs(run - truth)
