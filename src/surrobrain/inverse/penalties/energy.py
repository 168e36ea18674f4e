"""Small weights, or unknowns near their priors: the sum of squares."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number
from surrobrain.inverse.objective import Point
from surrobrain.learned.architecture import Architecture

__all__ = ["energy"]


def energy(weight: float = 1e-4) -> Callable[[Architecture | Point], Any]:
    """Keep all weights small, or all unknowns of a network near their priors.

    Parameters
    ----------
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture or Point -> scalar tensor.

    Notes
    -----
    weight * sum w^2 over all weight matrices; offsets are left free. Of a network: weight * sum
    u^2 over all unknowns, in standard deviations of their priors: at weight 1/2 it is the negative
    logarithm of the Gaussian prior.

    References
    ----------
    .. [1] Hoerl & Kennard (1970), Ridge regression. Technometrics 12:55.

    Examples
    --------
    >>> import surrobrain as sb
    >>> energy(1.0)(sb.LinearVAR(3)).item()  # it starts at zero
    0.0
    """
    number(weight, "weight", low=0.0)

    def penalty(model: Architecture | Point) -> Any:
        if isinstance(model, Point):
            return weight * model.u.square().sum()
        return weight * sum(p.square().sum() for p in model.parameters() if p.ndim > 1)

    return penalty
