"""How the power of every region is spread over frequency."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive
from surrobrain.signals.windows import valid_samples, window_starts

__all__ = ["Spectrum", "power_spectrum"]

_SHORTEST = 8
_LONGEST = 256
_CHUNK = 64


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Power over frequency.

    Parameters
    ----------
    frequencies : array, shape (n_frequencies,)
        Hz, from 0 to half the sampling rate.
    power : array, shape (n_frequencies, n_regions)
        Power spectral density, one-sided, in squared units of the signal per Hz.
    """

    frequencies: Float[np.ndarray, "frequencies"]
    power: Float[np.ndarray, "frequencies regions"]


def power_spectrum(
    values: Float[np.ndarray, "times regions"], *, sfreq: float, window: float | None = None
) -> Spectrum:
    """Estimate the power spectral density of every region by Welch's method.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and no window crosses it.
    sfreq : float
        Samples per second (Hz).
    window : float, optional
        Window length in seconds: frequencies closer than 1 / window cannot be told apart. By
        default a quarter of the recording, at most 256 samples.

    Returns
    -------
    Spectrum
        At 0, 1 / window, 2 / window ... Hz.

    Raises
    ------
    ValueError
        The window is shorter than 8 samples, or no stretch is as long as the window.

    Notes
    -----
    Hann windows that overlap by half, each less its mean; their periodograms are averaged, as in
    ``scipy.signal.welch`` [1]_.

    References
    ----------
    .. [1] Welch (1967), The use of fast Fourier transform for the estimation of power spectra.

    Examples
    --------
    >>> times = np.arange(1000) / 100.0
    >>> wave = np.sin(2 * np.pi * 12.5 * times)[:, None]
    >>> spectrum = power_spectrum(wave, sfreq=100.0, window=0.8)
    >>> float(spectrum.frequencies[spectrum.power[:, 0].argmax()])
    12.5
    """
    sfreq = positive(sfreq, "sfreq", unit="Hz")
    length = _window_samples(len(values), sfreq, window)
    starts = window_starts(valid_samples(values), length=length, step=length - length // 2)
    if len(starts) == 0:
        raise ValueError(
            f"a spectrum needs a stretch of {length / sfreq:g} s ({length} samples) without a "
            "missing sample, and there is none; use a shorter window"
        )
    taper = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    total = np.zeros((length // 2 + 1, values.shape[1]))
    for first in range(0, len(starts), _CHUNK):
        rows = starts[first : first + _CHUNK, None] + np.arange(length)
        pieces = values[rows].astype(np.float64)  # (window, sample, region)
        pieces -= pieces[:, :1]  # a constant is now exactly zero, without rounding
        pieces -= pieces.mean(axis=1, keepdims=True)
        waves = np.fft.rfft(pieces * taper[:, None], axis=1)
        total += (waves.real**2 + waves.imag**2).sum(axis=0)
    power = total / (len(starts) * sfreq * (taper**2).sum())
    power[1 : (length + 1) // 2] *= 2  # both signs of a frequency; zero and Nyquist have one
    return Spectrum(np.fft.rfftfreq(length, 1 / sfreq), power)


def _window_samples(n_times: int, sfreq: float, window: float | None) -> int:
    if window is None:
        length = min(n_times // 4, _LONGEST)
    else:
        length = round(positive(window, "window", unit="s") * sfreq)
    if length < _SHORTEST:
        raise ValueError(
            f"the spectrum would use windows of {length} samples of {n_times}, "
            f"but at least {_SHORTEST} are needed; use a longer recording or a longer window"
        )
    return length
