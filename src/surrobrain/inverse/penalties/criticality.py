"""Near criticality: departures from rest neither die out at once nor grow."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number, positive
from surrobrain.inverse.leading import growth_per_sample
from surrobrain.inverse.objective import Point
from surrobrain.learned.architecture import Architecture

__all__ = ["criticality"]


def criticality(
    weight: float = 1e-2, *, growth: float = 1.0
) -> Callable[[Architecture | Point], Any]:
    """Keep a model near the edge of stability, where the brain is thought to work.

    Parameters
    ----------
    weight : float
        Strength; the penalty is in the unit of the loss.
    growth : float
        Growth per sample to be near, the branching ratio: 1 is critical, a little less is the
        reverberating regime that cortex shows.

    Returns
    -------
    callable
        Architecture or Point -> scalar tensor.

    Notes
    -----
    weight * (found - growth)^2, with the largest absolute eigenvalue of the derivative at the mean
    state as what is found: the number of events that one event sets off within a sample [1]_. Of
    a network, ``exp(max Re lambda / sfreq)`` at its fixed point.

    References
    ----------
    .. [1] Wilting & Priesemann (2018), Inferring collective dynamical states from widely
       unobserved systems. Nat Commun 9:2325.

    Examples
    --------
    >>> import surrobrain as sb
    >>> criticality(1.0)(sb.LinearVAR(3)).item()  # it starts at zero: no event sets off another
    1.0
    """
    number(weight, "weight", low=0.0)
    positive(growth, "growth")

    def penalty(model: Architecture | Point) -> Any:
        return weight * (growth_per_sample(model) - growth).square()

    return penalty
