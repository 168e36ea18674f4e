"""Random drive: transcranial random noise stimulation, or a probe."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive, whole
from surrobrain.intervention.stimulus import Regions, Stimulus, span
from surrobrain.seeds import stream

__all__ = ["noise"]


def noise(
    *,
    regions: Regions,
    amplitude: float,
    rate: float = 50.0,
    seed: int = 0,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with normal random values, each held for a moment.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Standard deviation in the input unit of the model.
    rate : float
        Values per second (Hz), at most the rate of the model.
    seed : int
        Decides the values.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Notes
    -----
    All regions receive the same waveform by their weights; add stimuli of other seeds for
    independent ones.

    Examples
    --------
    >>> noise(regions=["V1_L"], amplitude=0.5) + noise(regions=["V1_R"], amplitude=0.5, seed=1)
    Stimulus(noise of 0.5 at 50 Hz from 0 s at V1_L; noise of 0.5 at 50 Hz from 0 s at V1_R)
    """
    number(amplitude, "amplitude")
    positive(rate, "rate", unit="Hz")
    whole(seed, "seed")
    words = f"noise of {amplitude:.4g} at {rate:g} Hz {span(onset, duration)}"

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        n_values = 1 + int(elapsed.max(initial=0.0) * rate)
        values = stream(seed).normal(size=n_values)
        total = np.concatenate([[0.0], np.cumsum(values)]) / rate
        return amplitude * np.interp(elapsed, np.arange(n_values + 1) / rate, total)

    return Stimulus(charge, regions, weights, rate / 2, words)
