"""Constant drive, switched on and off."""

import math
from collections.abc import Sequence

import numpy as np

from surrobrain.checks import number
from surrobrain.intervention.stimulus import Regions, Stimulus, span

__all__ = ["step"]


def step(
    *,
    regions: Regions,
    amplitude: float,
    onset: float = 0.0,
    duration: float = math.inf,
    weights: Sequence[float] = (),
) -> Stimulus:
    """Drive regions with a constant: direct current, or the mean effect of a fast train.

    Parameters
    ----------
    regions : sequence of str or int, or mapping of str to float
        Where it acts, or the weight of each.
    amplitude : float
        Drive in the input unit of the model; negative to inhibit.
    onset, duration : float
        Start and length in seconds; to the end of the run when no duration is given.
    weights : sequence of float, optional
        Share per region; 1 when absent.

    Returns
    -------
    Stimulus

    Examples
    --------
    >>> step(regions=["V1_L"], amplitude=0.5, onset=2.0, duration=1.0)
    Stimulus(constant 0.5 from 2 s for 1 s at V1_L)
    """
    number(amplitude, "amplitude")
    words = f"constant {amplitude:.4g} {span(onset, duration)}"

    def charge(times: np.ndarray) -> np.ndarray:
        return amplitude * np.clip(times - onset, 0.0, duration)

    return Stimulus(charge, regions, weights, description=words)
