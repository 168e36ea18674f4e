"""The power spectrum of a whole recording, smoothed over frequency."""

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number, positive
from surrobrain.signals.spectra import Spectrum
from surrobrain.signals.windows import valid_samples

__all__ = ["smoothed_periodogram"]


def smoothed_periodogram(
    values: Float[np.ndarray, "times regions"], *, sfreq: float, width: float
) -> Spectrum:
    """Return the periodogram of a whole recording, smoothed by a Gaussian over frequency.

    For long recordings whose spectrum has lines that Welch's short windows would blur.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals. A row that is not finite is missing: it is set to the mean, which spreads power
        as any taper does.
    sfreq : float
        Samples per second (Hz).
    width : float
        Standard deviation of the Gaussian in Hz; 0 leaves the periodogram as it is. A width in
        bins is this many times n_times / sfreq.

    Returns
    -------
    Spectrum
        Every region's power divided by its sum: a distribution over frequency. NaN for a region
        that is constant.

    Notes
    -----
    No taper; the Gaussian ends at four widths and meets its mirror image at both ends.

    Examples
    --------
    >>> times = np.arange(1000) / 100.0
    >>> wave = np.sin(2 * np.pi * 12.5 * times)[:, None]
    >>> spectrum = smoothed_periodogram(wave, sfreq=100.0, width=0.5)
    >>> float(spectrum.frequencies[spectrum.power[:, 0].argmax()])
    12.5
    """
    from scipy.ndimage import gaussian_filter1d

    sfreq = positive(sfreq, "sfreq", unit="Hz")
    bins = number(width, "width", low=0.0) * len(values) / sfreq
    good = valid_samples(values)
    centered = values.astype(np.float64) - values[good][:1]  # a constant is exactly zero
    centered -= centered[good].mean(axis=0)
    waves = np.fft.rfft(np.where(good[:, None], centered, 0.0), axis=0)
    power = waves.real**2 + waves.imag**2
    if bins > 0:
        power = np.maximum(gaussian_filter1d(power, bins, axis=0), 0.0)
    total = power.sum(axis=0)
    shares = power / np.where(total > 0, total, np.nan)
    return Spectrum(np.fft.rfftfreq(len(values), 1 / sfreq), shares)
