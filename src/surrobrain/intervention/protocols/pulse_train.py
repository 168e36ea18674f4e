"""Train of rectangular pulses."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["pulse_train"]


def pulse_train(
    *,
    regions: Regions,
    amplitude: float,
    rate: float = 1.0,
    width: float | None = None,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with rectangular pulses, the first one at the onset.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of a pulse in the input unit of the model; negative to inhibit.
    rate : float
        Pulses per second (Hz), at most half the rate of the model.
    width : float, optional
        Length of a pulse in seconds; half a period when absent. A pulse shorter than a sample
        of the model is spread over it at equal charge.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Examples
    --------
    >>> pulse_train(regions=["V1_L"], rate=10.0, amplitude=0.5)
    Stimulus(pulses of 0.5 lasting 0.05 s at 10 Hz from 0 s at V1_L)
    """
    number(amplitude, "amplitude")
    period = 1.0 / positive(rate, "rate", unit="Hz")
    width = 0.5 * period if width is None else positive(width, "width", unit="s")
    if width > period:
        raise ValueError(
            f"width must be at most one period of {period:g} s, but {width:g} s arrived; "
            "use a shorter pulse or a lower rate"
        )
    words = f"pulses of {amplitude:.4g} lasting {width:g} s at {rate:g} Hz {span(onset, duration)}"

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        n_pulses = np.floor(elapsed / period)
        return amplitude * (n_pulses * width + np.minimum(elapsed - n_pulses * period, width))

    return Stimulus(charge, regions, weights, rate, words)
