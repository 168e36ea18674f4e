"""Deep brain stimulation."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive
from surrobrain.intervention.pulses import biphasic, whole_periods
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["dbs"]


def dbs(
    *,
    regions: Regions,
    amplitude: float,
    rate: float = 130.0,
    width: float = 1e-4,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with short pulses at 130 Hz, each followed by its opposite.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of a pulse in the input unit of the model; negative to inhibit.
    rate : float
        Pulses per second (Hz), at most half the rate of the model.
    width : float
        Length of a pulse in seconds, less than a period. A pulse shorter than a sample of the
        model is spread over it at equal charge.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given. Pulses that
        would not be finished are left out.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Raises
    ------
    ValueError
        A pulse is longer than a period, or no whole period fits.

    Notes
    -----
    A stimulator recharges passively until the next pulse: the charge of a pulse comes back at
    constant drive over the rest of its period, so every period is balanced [1]_.

    References
    ----------
    .. [1] Merrill, Bikson & Jefferys (2005), Electrical stimulation of excitable tissue. J
       Neurosci Methods 141:171.

    Examples
    --------
    >>> dbs(regions=["STN_L"], amplitude=2.0)
    Stimulus(balanced pulses of 2 lasting 0.1 ms at 130 Hz from 0 s at STN_L)
    """
    number(amplitude, "amplitude")
    period = 1.0 / positive(rate, "rate", unit="Hz")
    if positive(width, "width", unit="s") >= period:
        raise ValueError(
            f"width must be less than one period of {period:g} s, but {width:g} s arrived; use a "
            "shorter pulse or a lower rate"
        )
    words = (
        f"balanced pulses of {amplitude:.4g} lasting {1000 * width:g} ms at {rate:g} Hz "
        f"{span(onset, duration)}"
    )
    length = whole_periods(duration, period)

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, length)
        return amplitude * biphasic(elapsed, period=period, width=width, recharge=period - width)

    return Stimulus(charge, regions, weights, rate, words)
