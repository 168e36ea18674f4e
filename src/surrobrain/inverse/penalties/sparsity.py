"""Few connections: the sum of absolute weights."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number
from surrobrain.inverse.objective import Point
from surrobrain.learned.architecture import Architecture

__all__ = ["sparsity"]


def sparsity(weight: float = 1e-4) -> Callable[[Architecture | Point], Any]:
    """Keep most weights at zero, or most unknowns of a network at the median of their prior.

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
    weight * sum |w| over all weight matrices (lasso); offsets are left free, because they set
    the mean and connect nothing. Of a network: weight * sum |u| over all unknowns, in standard
    deviations of their priors: few regions, say, that differ from the rest.

    References
    ----------
    .. [1] Tibshirani (1996), Regression shrinkage and selection via the lasso.
       J R Stat Soc B 58:267.

    Examples
    --------
    >>> import surrobrain as sb
    >>> sparsity(1.0)(sb.LinearVAR(3)).item()  # it starts at zero
    0.0
    """
    number(weight, "weight", low=0.0)

    def penalty(model: Architecture | Point) -> Any:
        if isinstance(model, Point):
            return weight * model.u.abs().sum()
        return weight * sum(p.abs().sum() for p in model.parameters() if p.ndim > 1)

    return penalty
