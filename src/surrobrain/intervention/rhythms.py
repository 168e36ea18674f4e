"""Rhythms: power over frequency without and with an intervention, and how sure the change is."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.signals.spectra import power_spectrum

__all__ = ["PairedSpectra", "Rhythms"]

_SHORTEST, _LONGEST = 8, 512


@dataclass(frozen=True, eq=False)
class Rhythms:
    """Mean spectra over pairs of runs under the same noise, without and with an intervention.

    Parameters
    ----------
    frequencies : array, shape (n_frequencies,)
        Hz, the mean (0 Hz) left out.
    before, after : array, shape (n_frequencies, n_regions)
        Power spectral density, in squared units of the signal per Hz.
    change, low, high : array, shape (n_frequencies, n_regions)
        Mean of ``10 log10(after / before)`` over pairs, in dB, and its 95 % t interval; NaN where
        either has no power.
    """

    frequencies: Float[np.ndarray, "frequencies"]
    before: Float[np.ndarray, "frequencies regions"]
    after: Float[np.ndarray, "frequencies regions"]
    change: Float[np.ndarray, "frequencies regions"]
    low: Float[np.ndarray, "frequencies regions"]
    high: Float[np.ndarray, "frequencies regions"]


class PairedSpectra:
    """Takes pairs of runs one by one and keeps their spectra, not the runs.

    Parameters
    ----------
    sfreq : float
        Samples per second (Hz).

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(2, 400, 1))
    >>> pairs = PairedSpectra(100.0)
    >>> for run in noise:
    ...     pairs.add(run, 10.0 * run)
    >>> bool(np.allclose(pairs.rhythms().change, 20.0))
    True
    """

    def __init__(self, sfreq: float) -> None:
        self.sfreq = sfreq
        self._frequencies = np.zeros(0)
        self._pairs: list[tuple[np.ndarray, np.ndarray]] = []

    def add(
        self, before: Float[np.ndarray, "times regions"], after: Float[np.ndarray, "times regions"]
    ) -> None:
        """Take the next pair; runs shorter than 8 samples have no spectrum."""
        n_times = len(before)
        if n_times < _SHORTEST:
            return
        window = min(max(n_times // 4, _SHORTEST), _LONGEST) / self.sfreq
        both = [power_spectrum(run, sfreq=self.sfreq, window=window) for run in (before, after)]
        self._frequencies = both[0].frequencies[1:]
        self._pairs.append((both[0].power[1:], both[1].power[1:]))

    def rhythms(self) -> Rhythms | None:
        """Return what was found, or None where there were not two pairs of enough samples."""
        if len(self._pairs) < 2:
            return None
        from scipy.special import stdtrit

        before, after = (np.stack(some) for some in zip(*self._pairs, strict=True))
        n = len(before)
        powered = (before > 0) & (after > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratios = np.where(powered, 10 * np.log10(after / before), np.nan)
        mean = ratios.mean(axis=0)
        half = stdtrit(n - 1, 0.975) * ratios.std(axis=0, ddof=1) / np.sqrt(n)
        return Rhythms(
            self._frequencies, before.mean(axis=0), after.mean(axis=0), mean, mean - half,
            mean + half,
        )  # fmt: skip
