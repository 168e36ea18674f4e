"""One signal out of all channels, and the causal filter of a band."""

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.checks import positive

__all__ = ["passband", "response", "weighted"]


def weighted(
    sample: Float[np.ndarray, "observed"], weights: Float[np.ndarray, "observed"] | None
) -> float:
    """Return ``weights @ sample``, or the mean of all channels without weights."""
    if weights is None:
        return float(sample.sum()) / len(sample)
    return float(weights @ sample)


def passband(
    band: tuple[float, float], order: int, sfreq: float
) -> Float[np.ndarray, "sections coefficients"]:
    """Return a Butterworth band-pass filter in second-order sections.

    Raises
    ------
    ValueError
        The band is empty or lies beyond half the sampling rate.
    """
    from scipy.signal import butter

    low, high = band
    if not 0 < low < high < positive(sfreq, "sfreq", unit="Hz") / 2:
        raise ValueError(
            f"a band is (low, high) in Hz with 0 < low < high < {sfreq / 2:g}, half the sampling "
            f"rate, but {band} arrived"
        )
    return np.asarray(butter(order, band, btype="bandpass", fs=sfreq, output="sos"))


def response(
    sections: Float[np.ndarray, "sections coefficients"],
    frequencies: Float[np.ndarray, "frequencies"],
    sfreq: float,
) -> Complex[np.ndarray, "frequencies"]:
    """Return what a filter makes of every frequency in Hz: gain and phase."""
    back = np.exp(-2j * np.pi * frequencies / sfreq)[:, None] ** np.arange(3)
    return np.prod((back @ sections[:, :3].T) / (back @ sections[:, 3:].T), axis=1)
