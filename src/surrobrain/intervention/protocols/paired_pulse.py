"""A conditioning pulse and a test pulse."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["paired_pulse"]

_WIDTH = 1e-3  # s


def paired_pulse(
    *,
    regions: Regions,
    amplitude: float,
    interval: float = 3e-3,
    conditioning: float = 0.8,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with two pulses of 1 ms in short succession, which probe inhibition.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Height of the second pulse, the test, in the input unit of the model.
    interval : float
        Seconds from the beginning of one to that of the other, at least 1 ms.
    conditioning : float
        Height of the first pulse as a share of the second.
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
        The pulses overlap.

    Notes
    -----
    A weak first pulse 1 to 5 ms before the test lowers the response to it, one 7 to 20 ms before
    raises it, compared with a test pulse alone (``single_pulse``) [1]_.

    References
    ----------
    .. [1] Kujirai et al. (1993), Corticocortical inhibition in human motor cortex. J Physiol
       471:501.

    Examples
    --------
    >>> paired_pulse(regions=["M1_L"], amplitude=5.0)
    Stimulus(pulses of 4 and 5, 3 ms apart, from 0 s at M1_L)
    """
    number(amplitude, "amplitude")
    number(conditioning, "conditioning")
    number(interval, "interval", low=_WIDTH)
    words = (
        f"pulses of {conditioning * amplitude:.4g} and {amplitude:.4g}, {1000 * interval:g} ms "
        f"apart, {span(onset, duration)}"
    )

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        first = np.minimum(elapsed, _WIDTH)
        return amplitude * (conditioning * first + np.clip(elapsed - interval, 0.0, _WIDTH))

    return Stimulus(charge, regions, weights, 0.5 / interval, words)
