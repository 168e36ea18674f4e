"""Sinusoidal drive: alternating current."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["sinusoid"]


def sinusoid(
    *,
    regions: Regions,
    amplitude: float,
    rate: float = 1.0,
    phase: float = 0.0,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with ``amplitude * sin(2 pi rate (t - onset) + phase)``.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Peak drive in the input unit of the model.
    rate : float
        Cycles per second (Hz), at most half the rate of the model.
    phase : float
        Phase at the onset in radians.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent, negative for the opposite phase.

    Returns
    -------
    Stimulus

    Notes
    -----
    A sample is the mean over its own length, so the delivered amplitude is
    ``sinc(rate / sfreq)`` of the nominal one: 98 % at a tenth of the model's rate.

    Examples
    --------
    >>> sinusoid(regions=["V1_L", "V1_R"], weights=[1.0, -1.0], amplitude=0.2, rate=10.0)
    Stimulus(sinusoid 0.2 at 10 Hz from 0 s at V1_L, V1_R (x -1))
    """
    number(amplitude, "amplitude")
    omega = 2 * math.pi * positive(rate, "rate", unit="Hz")
    number(phase, "phase")
    words = f"sinusoid {amplitude:.4g} at {rate:g} Hz {span(onset, duration)}"

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        return amplitude / omega * (math.cos(phase) - np.cos(omega * elapsed + phase))

    return Stimulus(charge, regions, weights, rate, words)
