"""How far a unit of input to each region moves a linear brain."""

from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.effective_connectivity import effective_connectivity
from surrobrain.forward import ForwardModel
from surrobrain.learned.jacobian import jacobians
from surrobrain.learned.surrogate import Surrogate

__all__ = ["average_controllability", "linear_map", "strength"]

_SAMPLES = 500
_APART = 5


def average_controllability(
    matrix: Float[np.ndarray, "regions wide"],
) -> Float[np.ndarray, "regions"]:
    """Return the energy of the response of all regions to a unit impulse at each.

    Parameters
    ----------
    matrix : array, shape (n_regions, memory n_regions)
        ``x[t+1] = sum over k of A_k x[t-k]``, the newest sample first: A_0, A_1, ...

    Returns
    -------
    array, shape (n_regions,)
        Trace of the controllability Gramian with input at one region [1]_, as seen in the
        regions: ``sum over t of |x[t]|^2`` after ``x[0] = e_j``.

    Raises
    ------
    ValueError
        The map is not stable, so that responses do not end.

    Notes
    -----
    One discrete Lyapunov equation serves all regions: the traces are a diagonal of the
    observability Gramian.

    References
    ----------
    .. [1] Gu et al. (2015), Controllability of structural brain networks. Nat Commun 6:8414.

    Examples
    --------
    >>> average_controllability(np.diag([0.5, 0.0])).round(6)
    array([1.333333, 1.      ])
    """
    from scipy.linalg import solve_discrete_lyapunov

    n, wide = matrix.shape
    companion = np.zeros((wide, wide))
    companion[:n] = matrix
    companion[n:, :-n] = np.eye(wide - n)
    radius = np.abs(np.linalg.eigvals(companion)).max()
    if radius >= 1:
        raise ValueError(
            f"the map must be stable, but its spectral radius is {radius:.3g}; rank targets by "
            "their response instead"
        )
    seen = np.zeros((wide, wide))
    seen[:n, :n] = np.eye(n)
    return np.diag(solve_discrete_lyapunov(companion.T, seen))[:n].copy()


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
            return weights / (1 + np.linalg.norm(weights, 2))
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
