"""How much power every region has in bands of frequency."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from surrobrain.signals.spectra import power_spectrum

__all__ = ["power_in_bands"]

_FEWEST = 2  # frequencies in a band


def power_in_bands(
    values: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    bands: Sequence[tuple[float, float]] | None = None,
    window: float | None = None,
) -> Float[np.ndarray, "bands regions"]:
    """Return the power of every region in every band.

    Parameters
    ----------
    values : array, shape (n_times, n_regions)
        Signals; a row that is not finite is missing.
    sfreq : float
        Samples per second (Hz).
    bands : sequence of (float, float), optional
        Lowest frequency, included, and highest, not included, in Hz. By default the octaves below
        half the sampling rate, as long as they hold two frequencies; what is left is one band.
    window : float, optional
        Window of the spectra in seconds; see `power_spectrum`.

    Returns
    -------
    array, shape (n_bands, n_regions)
        Squared units of the signal.

    Raises
    ------
    ValueError
        A band holds fewer than two frequencies, or the recording is too short for a spectrum.

    Notes
    -----
    Sum of the Welch spectrum times the distance of its frequencies; the mean, at 0 Hz, belongs to
    no default band.

    Examples
    --------
    >>> times = np.arange(2000) / 100.0
    >>> wave = np.sqrt(2) * np.sin(2 * np.pi * 10.0 * times)[:, None]  # power 1
    >>> power_in_bands(wave, sfreq=100.0, bands=[(4.0, 8.0), (8.0, 13.0)]).round(3)
    array([[0.],
           [1.]])
    """
    spectrum = power_spectrum(values, sfreq=sfreq, window=window)
    frequencies = spectrum.frequencies
    step = frequencies[1]
    asked = _octaves(step, sfreq) if bands is None else list(bands)
    inside = np.array([(frequencies >= low) & (frequencies < high) for low, high in asked])
    for (low, high), members in zip(asked, inside, strict=True):
        if members.sum() < _FEWEST:
            raise ValueError(
                f"the band {low:g} to {high:g} Hz holds {int(members.sum())} of the frequencies "
                f"0, {step:g} ... {frequencies[-1]:g} Hz; use a wider band or a longer window"
            )
    return inside.astype(np.float64) @ spectrum.power * step


def _octaves(step: float, sfreq: float) -> list[tuple[float, float]]:
    """Halve from above; the highest band takes half the sampling rate, the last takes the rest."""
    high = sfreq / 2
    edges = [high + step]
    while high / 2 > _FEWEST * step:
        high /= 2
        edges.append(high)
    edges.append(step / 2)
    return list(zip(edges[1:], edges[:-1], strict=True))
