"""Few patterns of interaction: the nuclear norm of what regions do to each other."""

from collections.abc import Callable
from typing import Any

from surrobrain.checks import number
from surrobrain.inverse.influence import influence
from surrobrain.learned.architecture import Architecture

__all__ = ["low_rank"]


def low_rank(weight: float = 1e-2) -> Callable[[Architecture], Any]:
    """Let few patterns of regions act on few patterns of regions.

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
    weight * sum of the singular values of d next / d newest, averaged over normal states: the
    tightest convex stand-in for the rank [1]_.

    References
    ----------
    .. [1] Fazel, Hindi & Boyd (2001), A rank minimization heuristic with application to minimum
       order system approximation. Proc Am Control Conf, 4734.

    Examples
    --------
    >>> import surrobrain as sb
    >>> low_rank(1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)

    def penalty(model: Architecture) -> Any:
        import torch

        newest = influence(model)[:, :, -1]
        return weight * torch.linalg.svdvals(newest).sum(-1).mean()

    return penalty
