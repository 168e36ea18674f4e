"""A linear map that stands for a model, and how strongly its regions are wired."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.controllability import normalized
from surrobrain.analysis.effective_connectivity import effective_connectivity
from surrobrain.forward import ForwardModel
from surrobrain.learned.jacobian import jacobians
from surrobrain.learned.surrogate import Surrogate

__all__ = ["linear_map", "strength"]

_SAMPLES = 500
_APART = 5


def linear_map(model: ForwardModel, *, seed: int) -> Float[np.ndarray, "regions wide"]:
    """Return a linear map that stands for a model.

    Parameters
    ----------
    model : ForwardModel
        Of a network, ``C / (1 + s)`` is taken, with s the largest singular value of its weights
        C: the convention where only the wiring is known [1]_. Of a surrogate, the mean of its
        derivative over states of a free run, in standard deviations of the regions.
    seed : int
        Decides the free run.

    Raises
    ------
    TypeError
        The model is neither.

    References
    ----------
    .. [1] Gu et al. (2015), Controllability of structural brain networks. Nat Commun 6:8414.
    """
    wired: Any = model
    if hasattr(model, "connectome"):
        weights = wired.connectome.weights
        if np.ndim(weights) == 2:
            return normalized(weights)
    if not isinstance(model, Surrogate):
        raise TypeError(
            f"controllability needs a network with a matrix of weights or a surrogate, but "
            f"{type(model).__name__} arrived; rank targets by their response instead"
        )
    import torch

    values = model.run(_SAMPLES + model.memory, seed=seed).values
    windows = np.lib.stride_tricks.sliding_window_view(values, model.memory, axis=0)[::_APART]
    standard = (windows.swapaxes(1, 2) - model.center) / model.scale  # (window, memory, region)
    tensor = torch.as_tensor(np.ascontiguousarray(standard, dtype=model.dtype))
    mean = jacobians(model.architecture, tensor).astype(np.float64).mean(axis=0)
    return mean[:, ::-1].reshape(model.n_regions, -1)  # (region, lag and region), newest first


def strength(model: ForwardModel, *, seed: int) -> Float[np.ndarray, "regions"]:
    """Return the summed absolute weights of what each region sends and receives.

    Parameters
    ----------
    model : ForwardModel
        Weights are those of its connectome, or its effective connectivity where it has none.
    seed : int
        Decides the free run in which the latter is found.

    Returns
    -------
    array, shape (n_regions,)
    """
    wired: Any = model
    if hasattr(model, "connectome"):
        targets, sources, weights, _ = wired.connectome.edges()
    else:
        method = "jacobian" if isinstance(model, Surrogate) else "perturbation"
        found = effective_connectivity(model, method=method, seed=seed).weights
        targets, sources = np.nonzero(found)
        weights = found[targets, sources]
    size = np.where(targets == sources, 0.0, np.abs(weights))
    n = model.n_regions
    return np.bincount(targets, size, n) + np.bincount(sources, size, n)
