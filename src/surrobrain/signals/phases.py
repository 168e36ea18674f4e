"""Where in its cycle every region is, and how many are at the same place."""

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.checks import positive
from surrobrain.errors import NotEnough
from surrobrain.signals.windows import valid_samples

__all__ = ["kuramoto_order", "phasors"]

_SHORTEST = 16


def phasors(
    values: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    band: tuple[float, float] | None = None,
) -> Complex[np.ndarray, "times regions"]:
    """Return exp(i phase) of every region at every sample.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing, and each stretch between such rows is taken
        by itself.
    sfreq : float
        Samples per second (Hz).
    band : (float, float), optional
        Lowest and highest frequency in Hz. A phase means something in a narrow band only: 0.04 to
        0.07 Hz in BOLD, 8 to 13 Hz in EEG. By default all frequencies.

    Returns
    -------
    array of complex, shape (n_times, n_regions)
        ``numpy.angle`` makes phases of them. NaN in missing rows, in stretches shorter than 16
        samples or than one cycle of the lowest frequency, and where a region is constant.

    Raises
    ------
    ValueError
        The band is empty or lies beyond half the sampling rate.
    NotEnough
        No stretch is long enough.

    Notes
    -----
    Analytic signal z(t) / |z(t)|, z the inverse Fourier transform of twice the positive
    frequencies inside the band, the mean left out [1]_. Within a cycle of an end it is distorted,
    because the transform takes the stretch for periodic.

    References
    ----------
    .. [1] Gabor (1946), Theory of communication.

    Examples
    --------
    >>> times = np.arange(200) / 10.0
    >>> wave = np.cos(2 * np.pi * times)[:, None]
    >>> bool(np.allclose(phasors(wave, sfreq=10.0)[:, 0], np.exp(2j * np.pi * times)))
    True
    """
    sfreq = positive(sfreq, "sfreq", unit="Hz")
    low, high = (0.0, sfreq / 2) if band is None else band
    if not 0 <= low < high <= sfreq / 2 * (1 + 1e-9):
        raise ValueError(
            f"the band {low:g} to {high:g} Hz must lie between 0 and {sfreq / 2:g} Hz, half the "
            "sampling rate, and its lower end come first"
        )
    shortest = max(_SHORTEST, int(np.ceil(sfreq / low)) if low > 0 else 0)
    valid = valid_samples(values)
    out = np.full(values.shape, np.nan, dtype=np.complex128)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]])))
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - first >= shortest:
            out[first:stop] = _analytic(values[first:stop].astype(np.float64), sfreq, low, high)
    if shortest > np.diff(edges)[::2].max(initial=0):
        raise NotEnough(
            f"phases need a stretch of {shortest} samples ({shortest / sfreq:g} s) without a "
            "missing one, and there is none; use a longer recording or a higher band"
        )
    return out


def kuramoto_order(
    units: Complex[np.ndarray, "times regions"],
) -> Float[np.ndarray, "times"]:
    """Return how far all regions are in phase at every sample, from 0 to 1.

    Parameters
    ----------
    units : array of complex, shape (n_times, n_regions)
        From `phasors`.

    Returns
    -------
    array, shape (n_times,)
        R(t) = |mean over regions of exp(i phase)|. Its mean over time is called synchrony, its
        standard deviation metastability [1]_. Independent regions have 0.89 / sqrt(n_regions).

    References
    ----------
    .. [1] Shanahan (2010), Metastable chimera states in community-structured oscillator networks.

    Examples
    --------
    >>> kuramoto_order(np.array([[1.0 + 0j, 1.0], [1.0, -1.0]]))
    array([1., 0.])
    """
    return np.abs(units.mean(axis=1))


def _analytic(values: np.ndarray, sfreq: float, low: float, high: float) -> np.ndarray:
    centered = values - values[:1]  # a constant is now exactly zero, without rounding
    waves = np.fft.rfft(centered, axis=0)
    frequencies = np.fft.rfftfreq(len(values), 1 / sfreq)
    inside = (frequencies > 0) & (frequencies >= low) & (frequencies <= high)
    z = np.fft.ifft(np.where(inside[:, None], waves, 0.0), n=len(values), axis=0)
    size = np.abs(z)
    return np.where(size > 0, z / np.where(size > 0, size, 1.0), np.nan)
