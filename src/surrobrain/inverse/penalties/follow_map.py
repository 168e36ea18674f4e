"""Regional values along a map, such as hierarchy or myelin."""

from collections.abc import Callable
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import finite, number
from surrobrain.inverse.objective import Point
from surrobrain.inverse.regional import regional
from surrobrain.learned.architecture import Architecture

__all__ = ["follow_map"]


def follow_map(
    regional_map: Float[np.ndarray, "regions"], weight: float = 1e-2
) -> Callable[[Architecture | Point], Any]:
    """Keep regional values near a line through a map, without saying which line.

    `along_maps` forces values onto the line; this lets single regions leave it, at a price.

    Parameters
    ----------
    regional_map : array, shape (n_regions,)
        One number per region: hierarchy, myelin, receptor density, in any unit.
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture or Point -> scalar tensor.

    Raises
    ------
    ValueError
        The map is constant or not finite, its length is not the number of regions, or no unknown
        of the network varies by region.

    Notes
    -----
    weight * sum over regions of (x - best line through the map)^2. x holds, of a network, its
    per-region unknowns in standard deviations of their priors; of a learned model, what a region
    does to itself, receives from all others and sends to them, averaged over states.

    References
    ----------
    .. [1] Demirtas et al. (2019), Hierarchical heterogeneity across human cortex shapes large-scale
       neural dynamics. Neuron 101:1181.

    Examples
    --------
    >>> import surrobrain as sb
    >>> follow_map(np.array([0.0, 1.0, 2.0]), 1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)
    values = finite(np.asarray(regional_map, dtype=np.float64), "the map")
    if values.ndim != 1 or np.ptp(values) == 0:
        raise ValueError(
            f"the map must hold one number per region that varies, but shape {values.shape} arrived"
        )
    line = np.stack([np.ones_like(values), values], axis=1)
    beside = np.eye(len(values)) - line @ np.linalg.pinv(line)

    def penalty(model: Architecture | Point) -> Any:
        import torch

        x = regional(model, len(values))
        return weight * (torch.as_tensor(beside).to(x) @ x).square().sum()

    return penalty
