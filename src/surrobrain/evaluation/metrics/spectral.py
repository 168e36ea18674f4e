"""Similarity of power spectra."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.checks import choice
from surrobrain.evaluation.metric import metric
from surrobrain.signals.spectra import power_spectrum

__all__ = ["spectral"]


@metric(better="higher", protocol="free_run", perfect=1.0)
def spectral(
    real: Float[np.ndarray, "times regions"],
    simulated: Float[np.ndarray, "times regions"],
    *,
    sfreq: float,
    band: tuple[float, float] | None = None,
    window: float | None = None,
    method: Literal["hellinger", "log_correlation"] = "hellinger",
) -> float:
    """Similarity of power spectra: one minus their Hellinger distance.

    Parameters
    ----------
    real, simulated : array, shape (n_times, n_regions)
        The recording, and a free run.
    sfreq : float
        Samples per second (Hz).
    band : (float, float), optional
        Lowest and highest frequency in Hz, both included; by default every frequency above zero.
    window : float, optional
        Window of the spectra in seconds; see `power_spectrum`.
    method : {"hellinger", "log_correlation"}
        One minus the distance of the spectra; or the Pearson correlation of their logarithms over
        the band, which gives weak frequencies as much say as strong ones.

    Returns
    -------
    float
        Mean over regions, 1 for equal spectra, 0 for spectra without a common frequency; a
        correlation is -1 to 1. NaN when a region has no power in the band.

    Raises
    ------
    ValueError
        The band holds fewer than two frequencies, or the recording is too short for a spectrum.

    Notes
    -----
    H = sqrt(1 - sum sqrt(p q)) with p, q the Welch spectra in the band, each divided by its sum:
    total power does not count, `wasserstein` sees that. The cosine similarity of the review [1]_
    is avoided because any two spectra that fall with frequency score 0.95 to 0.99 with it. A
    phase-randomized copy of a recording scores as well as the recording itself. The correlation
    of logarithms is high for any two spectra that fall with frequency, 0.99 in figure 4 e of [1]_:
    name a band in which they need not.

    References
    ----------
    .. [1] Zhang et al. (2025), AI as a surrogate brain. National Science Review, nwaf457.

    Examples
    --------
    >>> real = np.random.default_rng(0).normal(size=(400, 2))
    >>> round(spectral(real, 3.0 * real, sfreq=2.0), 6)
    1.0
    """
    choice(method, ("hellinger", "log_correlation"), "method")
    truth = power_spectrum(real, sfreq=sfreq, window=window)
    run = power_spectrum(simulated, sfreq=sfreq, window=window)
    low, high = band if band is not None else (truth.frequencies[1], sfreq / 2)
    inside = (truth.frequencies >= low) & (truth.frequencies <= high)
    if inside.sum() < 2:
        raise ValueError(
            f"the band {low:g} to {high:g} Hz holds {int(inside.sum())} of the frequencies "
            f"0, {truth.frequencies[1]:g} ... {truth.frequencies[-1]:g} Hz; "
            "use a wider band or a longer window"
        )
    if method == "log_correlation":
        return _log_correlation(truth.power[inside], run.power[inside])
    p, q = _normalized(truth.power[inside]), _normalized(run.power[inside])
    # half the squared difference equals 1 - sum sqrt(p q) and is exactly zero for equal spectra
    distance = np.sqrt(np.square(np.sqrt(p) - np.sqrt(q)).sum(axis=0) / 2)
    return float((1 - distance).mean())


def _log_correlation(p: np.ndarray, q: np.ndarray) -> float:
    logs = (np.log(np.where(power > 0, power, np.nan)) for power in (p, q))
    x, y = (log - log.mean(axis=0) for log in logs)
    lengths = np.linalg.norm(x, axis=0) * np.linalg.norm(y, axis=0)
    return float(((x * y).sum(axis=0) / np.where(lengths > 0, lengths, np.nan)).mean())


def _normalized(power: np.ndarray) -> np.ndarray:
    total = power.sum(axis=0)
    return power / np.where(total > 0, total, np.nan)
