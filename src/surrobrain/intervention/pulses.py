"""Integrals of pulses, from which pulsed protocols are made."""

import math

import numpy as np
from jaxtyping import Float

__all__ = ["biphasic", "pulses", "whole_periods"]


def pulses(
    times: Float[np.ndarray, "times"], starts: Float[np.ndarray, "pulses"], width: float
) -> Float[np.ndarray, "times"]:
    """Return the integral of pulses of height 1.

    Parameters
    ----------
    times : array, shape (n_times,)
        Where to stop, in seconds.
    starts : array, shape (n_pulses,)
        When each pulse begins; ascending, at least ``width`` apart.
    width : float
        Length of a pulse in seconds.

    Returns
    -------
    array, shape (n_times,)

    Examples
    --------
    >>> pulses(np.array([0.0, 1.5, 9.0]), np.array([1.0, 3.0]), 1.0)
    array([0. , 0.5, 2. ])
    """
    begun = np.searchsorted(starts, times, side="right")
    last = np.maximum(begun - 1, 0)
    return np.where(begun > 0, last * width + np.minimum(times - starts[last], width), 0.0)


def biphasic(
    elapsed: Float[np.ndarray, "times"], *, period: float, width: float, recharge: float
) -> Float[np.ndarray, "times"]:
    """Return the integral of balanced pulse pairs of height 1, one pair per period.

    Parameters
    ----------
    elapsed : array, shape (n_times,)
        Seconds since the first pulse began.
    period : float
        Seconds between pulses.
    width : float
        Length of the pulse in seconds.
    recharge : float
        Length of what follows it, with the opposite sign and the same charge, in seconds.

    Returns
    -------
    array, shape (n_times,)

    Examples
    --------
    >>> biphasic(np.array([0.0, 1.0, 2.0, 5.0]), period=4.0, width=1.0, recharge=2.0)
    array([0. , 1. , 0.5, 1. ])
    """
    rest = elapsed - np.floor(elapsed / period) * period
    return np.minimum(rest, width) - width / recharge * np.clip(rest - width, 0.0, recharge)


def whole_periods(duration: float, period: float) -> float:
    """Return how long the whole periods inside a duration last, so that the last is balanced.

    Raises
    ------
    ValueError
        Not even one fits.
    """
    if math.isinf(duration):
        return duration
    count = math.floor(duration / period + 1e-9)
    if count < 1:
        raise ValueError(
            f"duration must hold at least one period of {period:.4g} s, but {duration:g} s "
            "arrived; a pulse without its counterpart would leave charge behind"
        )
    return count * period
