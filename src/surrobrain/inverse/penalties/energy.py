"""Small weights: the sum of their squares."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number
from surrobrain.learned.architecture import Architecture

__all__ = ["energy"]


def energy(weight: float = 1e-4) -> Callable[[Architecture], Any]:
    """Keep all weights small.

    Parameters
    ----------
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Notes
    -----
    weight * sum w^2 over all weight matrices; offsets are left free.

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

    def penalty(model: Architecture) -> Any:
        return weight * sum(p.square().sum() for p in model.parameters() if p.ndim > 1)

    return penalty
