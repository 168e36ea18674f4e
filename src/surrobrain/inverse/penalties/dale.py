"""Dale's law: a region excites or inhibits all others alike."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from surrobrain.checks import number
from surrobrain.inverse.influence import influence, off_diagonal
from surrobrain.learned.architecture import Architecture

__all__ = ["dale"]


def dale(
    signs: Sequence[float | int] | None = None, weight: float = 1e-2
) -> Callable[[Architecture], Any]:
    """Give everything that a region sends to others the same sign.

    Parameters
    ----------
    signs : sequence of number, optional
        +1 for every region that excites and -1 for every one that inhibits. By default a region
        has the sign that it already has for the larger part.
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture -> scalar tensor.

    Raises
    ------
    ValueError
        A sign is neither +1 nor -1, or their number is not that of the regions.

    Notes
    -----
    weight * sum of W[i, j]^2 over connections with the wrong sign, for W = d next_i / d newest_j
    averaged over normal states and i other than j: what a region does to itself is mostly memory.
    `DaleRNN` keeps the law by construction [1]_; this lets any model come near it.

    References
    ----------
    .. [1] Song, Yang & Wang (2016), Training excitatory-inhibitory recurrent neural networks for
       cognitive tasks. PLoS Comput Biol 12:e1004792.

    Examples
    --------
    >>> import surrobrain as sb
    >>> dale([1, 1, -1], 1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)
    given = None if signs is None else np.asarray(signs, dtype=np.float64)
    if given is not None and not (given.ndim == 1 and (np.abs(given) == 1).all()):
        raise ValueError(f"signs must be one +1 or -1 per region, but {signs} arrived")

    def penalty(model: Architecture) -> Any:
        import torch

        weights = off_diagonal(influence(model)[:, :, -1])
        positive, negative = (w.relu().square().mean(0).sum(0) for w in (weights, -weights))
        if given is None:
            return weight * torch.minimum(positive, negative).sum()
        if len(given) != model.n_regions:
            raise ValueError(
                f"there are {len(given)} signs but the model has {model.n_regions} regions; give "
                "one each"
            )
        excites = torch.as_tensor(given > 0).to(weights.device)
        return weight * torch.where(excites, negative, positive).sum()

    return penalty
