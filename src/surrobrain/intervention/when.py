"""When to stimulate: at a phase, or in a state."""

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number, positive
from surrobrain.intervention.biomarker import Estimate

__all__ = ["Controller", "phase_triggered", "state_triggered"]

Controller = Callable[[float, Estimate], Float[np.ndarray, "regions"]]
"""Decides the drive of every region from the time in seconds and the estimate for that time."""


def phase_triggered(
    pattern: Float[np.ndarray, "regions"],
    *,
    phase: float = 0.0,
    width: float = math.pi / 2,
    above: float = 0.0,
    balanced: bool = False,
) -> Controller:
    """Stimulate around one phase of a rhythm.

    Parameters
    ----------
    pattern : array, shape (n_regions,)
        Drive of every region in the plant's input unit; its sign decides whether the rhythm is
        pushed or braked.
    phase : float
        Middle of the pulse in rad; 0 is the peak of the rhythm.
    width : float
        Length of the pulse in rad of the rhythm, at most 2 pi, or pi when balanced.
    above : float
        Stimulate only where the estimate's value (the amplitude) exceeds this.
    balanced : bool
        Give the opposite pulse at the opposite phase, so that no net charge is left.

    Returns
    -------
    function of (time, estimate)

    Examples
    --------
    >>> decide = phase_triggered(np.array([-1.0]), balanced=True)
    >>> [float(decide(0.0, Estimate(1.0, phase, 10.0))[0]) for phase in (0.0, 1.5, 3.0)]
    [-1.0, 0.0, 1.0]
    """
    drive, level = finite(pattern, "pattern"), number(above, "above")
    none, center = np.zeros(drive.shape), number(phase, "phase")
    number(positive(width, "width", unit="rad"), "width", high=math.pi * (1 if balanced else 2))

    def decide(time: float, estimate: Estimate) -> Float[np.ndarray, "regions"]:
        if not estimate.value > level:
            return none
        away = abs(math.remainder(estimate.phase - center, 2 * math.pi))
        if away <= width / 2:
            return drive
        return -drive if balanced and math.pi - away <= width / 2 else none

    return decide


def state_triggered(pattern: Float[np.ndarray, "regions"], *, above: float) -> Controller:
    """Stimulate while a biomarker lies above a level.

    Parameters
    ----------
    pattern : array, shape (n_regions,)
        Drive of every region in the plant's input unit.
    above : float
        Level of the estimate's value: a band power, an amplitude, a latent coordinate.

    Returns
    -------
    function of (time, estimate)

    Examples
    --------
    >>> decide = state_triggered(np.array([2.0, 0.0]), above=1.0)
    >>> decide(0.0, Estimate(1.5))
    array([2., 0.])
    """
    drive, level = finite(pattern, "pattern"), number(above, "above")
    none = np.zeros(drive.shape)

    def decide(time: float, estimate: Estimate) -> Float[np.ndarray, "regions"]:
        return drive if estimate.value > level else none

    return decide
