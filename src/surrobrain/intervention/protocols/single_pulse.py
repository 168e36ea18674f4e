"""Single pulses, as of transcranial magnetic stimulation."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number, positive
from surrobrain.intervention.pulses import pulses
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["single_pulse"]


def single_pulse(
    *,
    regions: Regions,
    amplitude: float,
    width: float = 1e-3,
    interval: float = math.inf,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with one short pulse, or with single ones far apart.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of the pulse in the input unit of the model.
    width : float
        Seconds for which the pulse drives. One shorter than a sample of the model is spread over
        it at equal charge.
    interval : float
        Seconds between pulses, longer than one; a single one when absent.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Raises
    ------
    ValueError
        A pulse does not end before the next.

    Notes
    -----
    The field of a coil lasts some 0.3 ms, the volley that it evokes a few milliseconds; a model
    of rates knows the volley. Regions are weighted by the field that they see, see
    `surrobrain.field_weights`.

    Examples
    --------
    >>> single_pulse(regions={"M1_L": 1.0, "PMC_L": 0.4}, amplitude=5.0, onset=1.0)
    Stimulus(single pulse of 5 lasting 1 ms from 1 s at M1_L, PMC_L (x 0.4))
    """
    number(amplitude, "amplitude")
    if not interval > positive(width, "width", unit="s"):
        raise ValueError(
            f"interval must be longer than a pulse of {width:g} s, but {interval!r} s arrived"
        )
    kind = "single pulse" if math.isinf(interval) else f"one pulse every {interval:g} s,"
    words = f"{kind} of {amplitude:.4g} lasting {1000 * width:g} ms {span(onset, duration)}"

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        if math.isinf(interval):
            return amplitude * np.minimum(elapsed, width)
        starts = interval * np.arange(1 + int(elapsed.max(initial=0.0) / interval))
        return amplitude * pulses(elapsed, starts, width)

    return Stimulus(charge, regions, weights, 0.0 if math.isinf(interval) else 1 / interval, words)
