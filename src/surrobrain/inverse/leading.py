"""The eigenvalue that decides whether a model is stable, differentiable."""

from typing import Any

import numpy as np

from surrobrain.inverse.influence import influence_at_mean
from surrobrain.inverse.objective import Point
from surrobrain.learned.architecture import Architecture

__all__ = ["growth_per_sample"]

_DEFECTIVE = 1e-8  # left and right eigenvectors that are this near to orthogonal have no slope


def growth_per_sample(model: Architecture | Point) -> Any:
    """Return by how much the slowest small departure from rest is multiplied within one sample.

    Parameters
    ----------
    model : Architecture or Point
        A learned model is looked at at the mean state; a network at its fixed point, without the
        states of its observer.

    Returns
    -------
    tensor, shape ()
        Below 1 departures die out; 1 is critical.

    Notes
    -----
    The largest absolute eigenvalue of the companion matrix, or ``exp(max Re lambda / sfreq)`` of
    the Jacobian of a flow. Its slope is ``Re(conj(lambda) / |lambda| y* dA x / y* x)`` with left
    and right eigenvectors y and x.
    """
    if not isinstance(model, Point):
        return _leading(influence_at_mean(model), flow=False)
    from surrobrain.mechanistic.linearization import jacobian_at_rest

    network = model.free.network
    units = {"s": 1.0, "ms": 1e3}[network.node.time_unit] / network.sfreq
    return (_leading(jacobian_at_rest(network, model.values), flow=True) * units).exp()


def _leading(matrix: Any, *, flow: bool) -> Any:
    """Return the largest real part, or absolute value, of an eigenvalue."""
    import torch
    from scipy.linalg import eig

    plain = matrix.detach().cpu().double().numpy()
    found: Any = eig(plain, left=True, right=True)
    values, left, right = found
    k = int(np.argmax(values.real if flow else np.abs(values)))
    pairing = left[:, k].conj() @ right[:, k]
    turn = 1.0 if flow else np.conj(values[k]) / max(abs(values[k]), 1e-300)
    if abs(pairing) < _DEFECTIVE:
        return matrix.sum() * 0 + float((turn * values[k]).real)
    slope = (turn * np.outer(left[:, k].conj(), right[:, k]) / pairing).real
    return (torch.as_tensor(slope).to(matrix) * matrix).sum()
