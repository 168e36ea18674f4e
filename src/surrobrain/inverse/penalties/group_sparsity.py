"""Few groups of connections: the sum of the groups' sizes."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from surrobrain.checks import number
from surrobrain.inverse.influence import influence
from surrobrain.learned.architecture import Architecture

__all__ = ["group_sparsity"]

_ROUND = 1e-12  # rounds off the tip of the norm, which has no slope at zero


def group_sparsity(
    labels: Sequence[str] | None = None, weight: float = 1e-2
) -> Callable[[Architecture], Any]:
    """Keep whole groups of connections at zero.

    Use it to ask which regions act on which at all, over any lag, or which systems do.

    Parameters
    ----------
    labels : sequence of str, optional
        System of every region. A group holds all connections from one system to one system; by
        default, all lags of the connection from one region to another.
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Notes
    -----
    weight * sum over groups g of sqrt(n_g) * sqrt(sum of W^2 over g), with W^2 the squared
    derivative of the next sample by the window, averaged over states (group lasso [1]_). What
    regions do to themselves is left free. At all lags of a pair it decides Granger causality.

    References
    ----------
    .. [1] Yuan & Lin (2006), Model selection and estimation in regression with grouped variables.
       J R Stat Soc B 68:49.

    Examples
    --------
    >>> import surrobrain as sb
    >>> group_sparsity(weight=1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)

    def penalty(model: Architecture) -> Any:
        import torch

        n = model.n_regions
        if labels is not None and len(labels) != n:
            raise ValueError(
                f"there are {len(labels)} labels but the model has {n} regions; give one each"
            )
        squares = influence(model).square().mean(0).sum(1)  # (to, from), all lags
        of = np.arange(n) if labels is None else np.unique(list(labels), return_inverse=True)[1]
        member = torch.as_tensor(np.eye(of.max() + 1)[of]).to(squares)  # (region, system)
        others = 1 - torch.eye(n).to(squares)
        size = member.T @ others @ member * model.memory
        norm = (member.T @ (others * squares) @ member + _ROUND).sqrt() - _ROUND**0.5
        return weight * (size.sqrt() * norm).sum()

    return penalty
