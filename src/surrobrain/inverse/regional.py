"""What a model says of every region, for penalties that compare regions with each other."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.data.connectome import Connectome
from surrobrain.inverse.influence import influence, off_diagonal
from surrobrain.inverse.objective import Point
from surrobrain.inverse.unknowns import PerRegion
from surrobrain.learned.architecture import Architecture

__all__ = ["neighbors", "regional"]

Weights = Float[np.ndarray, "regions regions"]


def regional(model: Architecture | Point, n_regions: int) -> Any:
    """Return a few numbers for every region, differentiable.

    Parameters
    ----------
    model : Architecture or Point
        Of a learned model: how the newest sample of a region acts on its own next one, how those
        of others act on it in sum, and it on them, averaged over states. Of a network: every
        parameter that is unknown per region, in standard deviations of its prior.
    n_regions : int
        Number of regions that is expected.

    Returns
    -------
    tensor, shape (n_regions, n_numbers)

    Raises
    ------
    ValueError
        Their number differs, or no unknown of the network varies from region to region.
    """
    import torch

    if isinstance(model, Point):
        groups = model.free.groups.items()
        columns = [model.u[model.free.slices[k]] for k, g in groups if isinstance(g, PerRegion)]
        if not columns:
            raise ValueError(
                "this penalty compares regions, but no unknown of the network varies by region; "
                "use sb.per_region(prior)"
            )
        found = torch.stack(columns, dim=1)
    else:
        newest = influence(model)[:, :, -1].mean(0)
        others = off_diagonal(newest)
        found = torch.stack([newest.diagonal(), others.sum(1), others.sum(0)], dim=1)
    if len(found) != n_regions:
        raise ValueError(
            f"the penalty is about {n_regions} regions but the model has {len(found)}; keep the "
            "shared ones in one order with .pick(names)"
        )
    return found


def neighbors(graph: Connectome | Weights) -> Weights:
    """Return who is whose neighbor, symmetric, with a mean row sum of 1.

    Parameters
    ----------
    graph : Connectome or array, shape (n_regions, n_regions)
        Connections, whose sign and direction do not matter, or which regions touch each other on
        the surface.

    Raises
    ------
    ValueError
        The array is not square and finite, or joins nothing.
    """
    given = graph.weights if isinstance(graph, Connectome) else graph
    weights = np.asarray(given, dtype=np.float64)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1]:
        raise ValueError(f"neighbors must be a square matrix, but shape {weights.shape} arrived")
    both = np.abs(weights) + np.abs(weights).T
    np.fill_diagonal(both, 0.0)
    if not (np.isfinite(both).all() and both.any()):
        raise ValueError(
            "neighbors must be finite weights that join some regions; give a connectome, or 1 "
            "where two regions touch"
        )
    return both / both.sum(axis=1).mean()
