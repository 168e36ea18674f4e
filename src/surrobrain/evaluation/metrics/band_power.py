"""Difference of the power in bands of frequency."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.evaluation.metric import metric
from surrobrain.signals.bands import power_in_bands

__all__ = ["band_power"]


@metric(better="lower", protocol="free_run", perfect=0.0, unit="dB")
def band_power(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    bands: Sequence[tuple[float, float]] | None = None,
    window: float | None = None,
) -> float:
    """Difference of the power in bands of frequency, in decibels.

    Unlike `spectral` it counts how much power there is, and gives a weak band as much say as a
    strong one.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    sfreq : float
        Samples per second (Hz).
    bands : sequence of (float, float), optional
        In Hz, such as ``[(4.0, 8.0), (8.0, 13.0)]`` for EEG or ``[(0.01, 0.027), (0.027, 0.073)]``
        for BOLD; octaves by default. See `power_in_bands`.
    window : float, optional
        Window of the spectra in seconds; see `power_spectrum`.

    Returns
    -------
    float
        Mean over regions and bands of abs(10 log10(power of simulated / power of real)), 0 or
        more; 3 dB is a factor of two. NaN when a region of either side has no power in a band.

    Raises
    ------
    ValueError
        A band holds fewer than two frequencies, or the recording is too short for a spectrum.

    Notes
    -----
    The mean is over bands as given, so more bands at one end weigh that end more. Blind to where
    power lies within a band, and to phase: phase-randomized copies score as the recording does.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(400, 2))
    >>> round(band_power(real, np.sqrt(2.0) * real, sfreq=2.0), 2)
    3.01
    """
    p, q = (
        power_in_bands(values, sfreq=sfreq, bands=bands, window=window)
        for values in (real, simulated)
    )
    p, q = (np.where(power > 0, power, np.nan) for power in (p, q))
    return float(np.abs(10 * np.log10(q / p)).mean())
