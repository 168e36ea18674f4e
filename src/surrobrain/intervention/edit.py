"""Edit: weaken or strengthen connections, shift excitation and inhibition."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.checks import choice, indices, number
from surrobrain.data.connectome import Connectome
from surrobrain.forward import ForwardModel
from surrobrain.intervention.lesion import edge_positions, reheard
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.node import parameters as parameters_of
from surrobrain.mechanistic.replaced import replaced, value_of

__all__ = ["edit"]


def edit(
    model: ForwardModel,
    *,
    regions: Iterable[str | int] | Bool[np.ndarray, "regions"] = (),
    edges: Iterable[Sequence[str | int]] = (),
    weights: float = 1.0,
    parameters: Mapping[str, float] | None = None,
) -> ForwardModel:
    """Return a copy of a model with other connection strengths, or other regions.

    Use it for what is weaker or stronger rather than gone (``lesion``), and hand the result to
    ``what_if(model, lesion=...)``.

    Parameters
    ----------
    model : ForwardModel
        A network, or a learned model that can predict.
    regions : sequence of str or int, or array of bool
        Where it acts; everywhere, if neither regions nor edges are given.
    edges : sequence of (source, target)
        Single connections, in this direction only.
    weights : float
        Factor of the edges, and of all connections of the regions with others.
    parameters : mapping of str to float, optional
        Factor of parameters of the node in these regions, of a network alone: for instance those
        of inhibition, to shift its balance with excitation.

    Returns
    -------
    ForwardModel
        A network, or a `Lesioned` model whose regions hear more or less of each other.

    Raises
    ------
    ValueError
        Nothing would change, an unknown region or parameter, or a parameter out of its range.
    TypeError
        The model has no such part.

    Notes
    -----
    In a learned model the departures of one region from its mean count by the factor in what is
    predicted for another.

    Examples
    --------
    >>> import surrobrain as sb
    >>> model = sb.Network(sb.JansenRit(), sb.examples.ring(4))
    >>> weaker = edit(model, regions=["region_0"], weights=0.5, parameters={"B": 0.9})
    >>> weaker.connectome.weights[0, 1], weaker.node.B
    (np.float64(0.5), array([19.8, 22. , 22. , 22. ]))
    """
    where = indices(regions, model.regions)
    pairs = [edge_positions(edge, model.regions) for edge in edges]
    factor = number(weights, "weights")
    if factor == 1 and not parameters:
        raise ValueError("nothing would change: give a factor of weights or of parameters")
    if parameters:
        model = _with_parameters(model, where, parameters)
    return model if factor == 1 else _reweighted(model, where, pairs, factor)


def _with_parameters(
    model: ForwardModel, where: list[int], factors: Mapping[str, float]
) -> Network:
    if not isinstance(model, Network):
        raise TypeError(
            f"parameters are those of a node, but {type(model).__name__} has none; give a Network, "
            "or change weights"
        )
    chosen = where or list(range(model.n_regions))
    values = {}
    for name, factor in factors.items():
        choice(name, parameters_of(model.node), "parameter")
        value = np.array(np.broadcast_to(value_of(model, name), model.n_regions), dtype=np.float64)
        value[chosen] *= number(factor, f"factor of {name}")
        values[name] = value
    return replaced(model, values)


def _reweighted(
    model: ForwardModel, where: list[int], pairs: list[tuple[int, int]], factor: float
) -> ForwardModel:
    n = model.n_regions
    if not where and not pairs:
        where = list(range(n))
    if hasattr(model, "connectome") and dataclasses.is_dataclass(model):
        network = cast(Any, model)
        connectome = network.connectome
        targets, sources, weights, _ = connectome.edges()
        chosen = np.isin(targets, where) | np.isin(sources, where)
        chosen |= np.isin(targets * n + sources, [i * n + j for j, i in pairs])
        weights = weights * np.where(chosen & (targets != sources), factor, 1.0)
        if isinstance(connectome, Connectome):
            weights = _matrix(n, targets, sources, weights)
        return dataclasses.replace(
            network, connectome=dataclasses.replace(connectome, weights=weights)
        )
    hears = np.ones((n, n))
    hears[where], hears[:, where] = factor, factor
    for source, target in pairs:
        hears[target, source] = factor
    np.fill_diagonal(hears, 1.0)
    return reheard(model, hears)


def _matrix(
    n: int, targets: np.ndarray, sources: np.ndarray, weights: np.ndarray
) -> Float[np.ndarray, "regions regions"]:
    matrix = np.zeros((n, n))
    matrix[targets, sources] = weights
    return matrix
