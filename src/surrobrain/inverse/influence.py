"""How strongly regions act on each other in a learned model, as penalties see it."""

import math
from typing import Any

from surrobrain.learned.architecture import Architecture
from surrobrain.learned.jacobian import jacobian_at
from surrobrain.seeds import stream

__all__ = ["influence", "influence_at_mean", "off_diagonal"]


def influence(model: Architecture) -> Any:
    """Return d next[i] / d window[k, j] at normal states, as a differentiable tensor.

    Parameters
    ----------
    model : Architecture
        Any learned model.

    Returns
    -------
    tensor, shape (n_states, n_regions, memory, n_regions)
        Index order (state, i, k, j); the newest sample is the last k.

    Notes
    -----
    States are always the same ones. There are four times as many conditions as parameters: at few
    states, a network can comply and act as before everywhere else.
    """
    import torch

    some = next(model.parameters())
    n_states = math.ceil(4 * sum(p.numel() for p in model.parameters()) / model.n_regions**2)
    drawn = stream(0).normal(size=(n_states, model.memory, model.n_regions))
    states = torch.as_tensor(drawn, dtype=some.dtype, device=some.device)
    return torch.func.vmap(lambda state: jacobian_at(model, state))(states)


def influence_at_mean(model: Architecture) -> Any:
    """Return d window[1:] / d window at the mean state: a differentiable companion matrix.

    Returns
    -------
    tensor, shape (memory n_regions, memory n_regions)
        Its eigenvalues are what small departures are multiplied by from sample to sample.
    """
    import torch

    some, n, memory = next(model.parameters()), model.n_regions, model.memory
    mean = torch.zeros(memory, n, dtype=some.dtype, device=some.device)
    newest = jacobian_at(model, mean).reshape(n, memory * n)
    shift = torch.eye(memory * n, dtype=some.dtype, device=some.device)[n:]
    return torch.cat([shift, newest])


def off_diagonal(matrix: Any) -> Any:
    """Return a matrix, shape (..., n_regions, n_regions), without what regions do to themselves."""
    import torch

    return matrix * (1 - torch.eye(matrix.shape[-1], dtype=matrix.dtype, device=matrix.device))
