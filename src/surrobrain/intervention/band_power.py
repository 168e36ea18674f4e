"""Power in a band, from the past alone."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from surrobrain.checks import positive, whole
from surrobrain.intervention.biomarker import Estimate, Tracker
from surrobrain.intervention.channel import passband, response, weighted

__all__ = ["BandPower"]


@dataclass(frozen=True, eq=False)
class BandPower:
    """Track the power of a frequency band, as adaptive deep brain stimulation does with beta.

    Parameters
    ----------
    band : (float, float)
        Lowest and highest frequency in Hz.
    weights : array, shape (n_observed,), optional
        What is tracked is ``weights @ sample``; by default the mean of all channels.
    memory : float
        Time constant in seconds over which power is averaged.
    order : int
        Order of the Butterworth filter.

    Notes
    -----
    ``p[t] = p[t-1] + (y[t]^2 - p[t-1]) / (memory sfreq)`` with y the signal behind a causal filter
    in second-order sections. The estimate is late by ``delay``.

    Examples
    --------
    >>> track = BandPower((8.0, 12.0)).tracker(1000.0)
    >>> for t in range(5000):
    ...     found = track(np.array([np.sqrt(2) * np.sin(2 * np.pi * 10.0 * t / 1000)]))
    >>> round(found.value, 1)
    1.0
    """

    band: tuple[float, float]
    weights: Float[np.ndarray, "observed"] | None = None
    memory: float = 0.2
    order: int = 2

    def delay(self, sfreq: float) -> float:
        """Return how late the power is, in seconds: filter at the middle of the band, plus mean."""
        sos = passband(self.band, self.order, sfreq)
        middle = math.sqrt(self.band[0] * self.band[1])
        near = middle + np.array([-0.01, 0.01]) * (self.band[1] - self.band[0])
        below, above = response(sos, near, sfreq)
        turned = float(np.angle(above / below))
        return self.memory - turned / (2 * math.pi * float(near[1] - near[0]))

    def tracker(self, sfreq: float) -> Tracker:
        """Return a function from samples to estimates; see `Biomarker`."""
        sections = passband(self.band, whole(self.order, "order", low=1), sfreq).tolist()
        kept = [[0.0, 0.0] for _ in sections]
        share = 1 - math.exp(-1 / (positive(self.memory, "memory", unit="s") * sfreq))
        power = 0.0

        def track(sample: Float[np.ndarray, "observed"]) -> Estimate:
            nonlocal power
            x = weighted(sample, self.weights)
            for (b0, b1, b2, _, a1, a2), z in zip(sections, kept, strict=True):
                y = b0 * x + z[0]
                z[0] = b1 * x - a1 * y + z[1]
                z[1] = b2 * x - a2 * y
                x = y
            power += share * (x * x - power)
            return Estimate(power)

        return track
