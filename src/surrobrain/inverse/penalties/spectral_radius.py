"""Stability: departures from rest shrink at least this fast."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number, positive
from surrobrain.inverse.leading import growth_per_sample
from surrobrain.inverse.objective import Point
from surrobrain.learned.architecture import Architecture

__all__ = ["spectral_radius"]


def spectral_radius(
    weight: float = 1.0, *, limit: float = 0.99
) -> Callable[[Architecture | Point], Any]:
    """Keep a model stable near rest, so that a long free run stays in range.

    Parameters
    ----------
    weight : float
        Strength; the penalty is in the unit of the loss.
    limit : float
        Growth per sample that costs nothing; below 1 the model is stable near rest.

    Returns
    -------
    callable
        Architecture or Point -> scalar tensor.

    Notes
    -----
    weight * max(0, growth - limit)^2, with the largest absolute eigenvalue of the derivative at
    the mean state as growth; of a network, ``exp(max Re lambda / sfreq)`` at its fixed point.

    Examples
    --------
    >>> import surrobrain as sb
    >>> spectral_radius(1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)
    positive(limit, "limit")

    def penalty(model: Architecture | Point) -> Any:
        return weight * (growth_per_sample(model) - limit).relu().square()

    return penalty
