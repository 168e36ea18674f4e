"""Smooth over the cortex: neighbors resemble each other, by the graph Laplacian."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.checks import number
from surrobrain.data.connectome import Connectome
from surrobrain.inverse.objective import Point
from surrobrain.inverse.regional import neighbors, regional
from surrobrain.learned.architecture import Architecture

__all__ = ["smoothness_on_cortex"]


def smoothness_on_cortex(
    graph: Connectome | Float[np.ndarray, "regions regions"], weight: float = 1e-2
) -> Callable[[Architecture | Point], Any]:
    """Let neighboring regions resemble each other.

    Parameters
    ----------
    graph : Connectome or array, shape (n_regions, n_regions)
        Who is whose neighbor, and how much: a connectome, or 1 where regions touch each other on
        the surface. Sign and direction do not matter.
    weight : float
        Strength; the penalty is in the unit of the loss.

    Returns
    -------
    callable
        Architecture or Point -> scalar tensor.

    Raises
    ------
    ValueError
        The graph is not square or joins nothing, its regions are not those of the model, or no
        unknown of the network varies by region.

    Notes
    -----
    weight * sum over pairs of neighbors of a_ij (x_i - x_j)^2 = weight * tr(x' L x), with L the
    Laplacian of the neighbors a, scaled to a mean row sum of 1 [1]_. x holds, of a network, its
    per-region unknowns in standard deviations of their priors; of a learned model, what a region
    does to itself, receives from all others and sends to them, averaged over states.

    References
    ----------
    .. [1] Belkin, Niyogi & Sindhwani (2006), Manifold regularization. J Mach Learn Res 7:2399.

    Examples
    --------
    >>> import surrobrain as sb
    >>> smoothness_on_cortex(sb.examples.ring(3), 1.0)(sb.LinearVAR(3)).item()
    0.0
    """
    number(weight, "weight", low=0.0)
    names = tuple(graph.names) if isinstance(graph, Connectome) else None
    return _SmoothnessOnCortex(neighbors(graph), float(weight), names)


@dataclass(frozen=True, eq=False)
class _SmoothnessOnCortex:
    """The penalty, with the names that `fit` compares with the recording."""

    neighbors: Float[np.ndarray, "regions regions"]
    weight: float
    names: tuple[str, ...] | None

    def __call__(self, model: Architecture | Point) -> Any:
        import torch

        x = regional(model, len(self.neighbors))
        apart = x[:, None] - x[None, :]  # (region, region, number)
        joined = torch.as_tensor(self.neighbors).to(x)[..., None]
        return self.weight * (joined * apart.square()).sum() / 2
