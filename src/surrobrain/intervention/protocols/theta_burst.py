"""Theta burst stimulation."""

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from surrobrain.checks import choice, number, positive
from surrobrain.intervention.pulses import pulses
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["theta_burst"]

_PULSES, _IN_BURST, _BURSTS_IN_TRAIN = 600, 3, 10
_INTERVAL, _BETWEEN_BURSTS, _BETWEEN_TRAINS = 0.02, 0.2, 10.0  # s


def theta_burst(
    *,
    regions: Regions,
    amplitude: float,
    pattern: Literal["intermittent", "continuous"] = "intermittent",
    width: float = 1e-3,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with bursts of three pulses at 50 Hz, five bursts per second.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of a pulse in the input unit of the model.
    pattern : {"intermittent", "continuous"}
        2 s of bursts every 10 s, which facilitates, or bursts without a pause for 40 s, which
        depresses; 600 pulses either way.
    width : float
        Seconds for which a pulse drives, at most 20 ms. One shorter than a sample of the model is
        spread over it at equal charge.
    onset, duration : float
        Start and length in seconds; all 600 pulses when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Raises
    ------
    ValueError
        An unknown pattern, or pulses that overlap.

    Notes
    -----
    The intermittent pattern lasts 192 s, the continuous one 40 s [1]_. What they do to synapses
    hours later belongs to no model of fast dynamics.

    References
    ----------
    .. [1] Huang, Edwards, Rounis, Bhatia & Rothwell (2005), Theta burst stimulation of the human
       motor cortex. Neuron 45:201.

    Examples
    --------
    >>> theta_burst(regions=["M1_L"], amplitude=0.5, pattern="continuous")
    Stimulus(continuous theta bursts of 0.5 from 0 s at M1_L)
    """
    number(amplitude, "amplitude")
    choice(pattern, ("intermittent", "continuous"), "pattern")
    if positive(width, "width", unit="s") > _INTERVAL:
        raise ValueError(
            f"width must be at most {_INTERVAL:g} s, the distance of pulses in a burst, but "
            f"{width:g} s arrived; use a shorter pulse"
        )
    words = f"{pattern} theta bursts of {amplitude:.4g} {span(onset, duration)}"
    burst, in_burst = np.divmod(np.arange(_PULSES), _IN_BURST)
    starts = _INTERVAL * in_burst + _BETWEEN_BURSTS * burst
    if pattern == "intermittent":
        train, in_train = np.divmod(burst, _BURSTS_IN_TRAIN)
        starts = _INTERVAL * in_burst + _BETWEEN_BURSTS * in_train + _BETWEEN_TRAINS * train

    def charge(times: np.ndarray) -> np.ndarray:
        return amplitude * pulses(np.clip(times - onset, 0.0, duration), starts, width)

    return Stimulus(charge, regions, weights, 1 / _INTERVAL, words)
