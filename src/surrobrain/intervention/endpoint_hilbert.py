"""Phase of the newest sample by the endpoint-corrected Hilbert transform."""

import cmath
from dataclasses import dataclass

import numpy as np
from jaxtyping import Complex, Float

from surrobrain.checks import positive, whole
from surrobrain.intervention.biomarker import Estimate, Tracker
from surrobrain.intervention.channel import passband, response, weighted

__all__ = ["EndpointHilbert"]


@dataclass(frozen=True, eq=False)
class EndpointHilbert:
    """Track phase and amplitude in a band, without a model of the rhythm.

    Use it where nothing can be fitted beforehand; `Oscillation` is closer to the phase once its
    parameters are known.

    Parameters
    ----------
    band : (float, float)
        Lowest and highest frequency in Hz.
    weights : array, shape (n_observed,), optional
        What is tracked is ``weights @ sample``; by default the mean of all channels.
    window : float, optional
        Seconds of the past; by default five cycles of the middle of the band.
    order : int
        Order of the Butterworth filter.

    Notes
    -----
    The Hilbert transform of a window is distorted at its end, because the transform takes the
    window for periodic. Its spectrum is therefore multiplied by the response of a causal filter,
    which cannot carry the start of the window back to its end [1]_. Only the last sample is
    wanted, and that is a fixed complex weighted sum of the window::

        z[t] = sum_n g[n] x[t - n],    g = ifft(A H)

    with A twice the positive frequencies and H the filter, whose phase in the middle of the band
    is turned back to zero.

    References
    ----------
    .. [1] Schreglmann et al. (2021), Non-invasive suppression of essential tremor via
       phase-locked disruption of its temporal coherence. Nat Commun 12:363.

    Examples
    --------
    >>> track = EndpointHilbert((8.0, 12.0)).tracker(1000.0)
    >>> for t in range(2000):
    ...     found = track(np.array([np.cos(2 * np.pi * 10.0 * t / 1000)]))
    >>> abs(found.phase - 2 * np.pi * 10.0 * -0.001) < 0.05
    True
    """

    band: tuple[float, float]
    weights: Float[np.ndarray, "observed"] | None = None
    window: float | None = None
    order: int = 2

    def tracker(self, sfreq: float) -> Tracker:
        """Return a function from samples to estimates; see `Biomarker`."""
        kernel = self._kernel(sfreq)[::-1].copy()
        middle = float(np.mean(self.band))
        n, at = len(kernel), 0
        past = np.zeros(2 * n)  # twice, so that the window is always in one piece

        def track(sample: Float[np.ndarray, "observed"]) -> Estimate:
            nonlocal at
            past[at] = past[at + n] = weighted(sample, self.weights)
            at = (at + 1) % n
            z = complex(kernel @ past[at : at + n])
            return Estimate(abs(z), cmath.phase(z), middle)

        return track

    def _kernel(self, sfreq: float) -> Complex[np.ndarray, "samples"]:
        sos = passband(self.band, whole(self.order, "order", low=1), sfreq)
        seconds = 5 / np.mean(self.band) if self.window is None else self.window
        n = max(8, round(positive(seconds, "window", unit="s") * sfreq))
        frequencies = np.fft.fftfreq(n, 1 / sfreq)
        turned = np.angle(response(sos, np.array([np.mean(self.band)]), sfreq))
        gain = response(sos, frequencies, sfreq) * np.exp(-1j * turned)
        return np.fft.ifft(2.0 * (frequencies > 0) * gain)
