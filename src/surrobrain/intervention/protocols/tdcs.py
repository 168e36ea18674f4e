"""Transcranial direct current."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["tdcs"]


def tdcs(
    *,
    regions: Regions,
    amplitude: float,
    ramp: float | None = None,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with a constant that rises and falls slowly.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Drive between the ramps in the input unit of the model; negative under the cathode.
    ramp : float, optional
        Seconds of the rise, and of the fall; 10, or a tenth of a shorter duration, when absent.
    onset, duration : float
        Start and length in seconds, ramps included; to the end of the run, without a fall, when
        no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Raises
    ------
    ValueError
        Two ramps are longer than the duration.

    Notes
    -----
    For a drive without ramps see ``step``; an alternating current (tACS) is a ``sinusoid``. Anode
    and cathode have weights of opposite sign.

    Examples
    --------
    >>> tdcs(regions={"DLPFC_L": 1.0, "DLPFC_R": -1.0}, amplitude=0.2, duration=1200.0)
    Stimulus(direct current 0.2, ramps of 10 s, from 0 s for 1200 s at DLPFC_L, DLPFC_R (x -1))
    """
    number(amplitude, "amplitude")
    when = span(onset, duration)
    rise = min(10.0, duration / 10) if ramp is None else number(ramp, "ramp", low=0.0)
    if 2 * rise > duration:
        raise ValueError(
            f"two ramps of {rise:g} s do not fit into {duration:g} s; use shorter ramps"
        )
    words = f"direct current {amplitude:.4g}, ramps of {rise:g} s, {when}"

    def grown(elapsed: np.ndarray) -> np.ndarray:
        """Integral of what rises to 1 and stays there."""
        if rise == 0:
            return np.maximum(elapsed, 0.0)
        rising = np.clip(elapsed, 0.0, rise)
        return rising**2 / (2 * rise) + np.maximum(elapsed - rise, 0.0)

    def charge(times: np.ndarray) -> np.ndarray:
        elapsed = np.clip(times - onset, 0.0, duration)
        return amplitude * (grown(elapsed) - grown(elapsed - (duration - rise)))

    return Stimulus(charge, regions, weights, description=words)
