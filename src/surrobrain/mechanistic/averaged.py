"""Covariance of samples that are means over an interval."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["averaged_covariance"]

_SHORT = 0.5  # interval in units of the fastest rate below which a series is exact
_TERMS = 12


def averaged_covariance(jacobian: "Tensor", covariance: "Tensor", interval: float) -> "Tensor":
    """Return the covariance of the mean over an interval, of a stationary linear process.

    Parameters
    ----------
    jacobian : tensor, shape (n, n)
        A of ``dx = A x dt + noise``, stable.
    covariance : tensor, shape (n, n)
        Of x at one moment.
    interval : float
        What is averaged over, in the time unit of the Jacobian.

    Returns
    -------
    tensor, shape (n, n)
        Differentiable by both.

    Notes
    -----
    With ``phi(z) = (exp(z) - 1 - z) / z^2``, which is 1/2 for short intervals, it is
    ``phi(A h) S + S phi(A h)'``: the integral of ``(h - t) exp(A t) S / h^2`` and its transpose.

    Examples
    --------
    >>> import torch
    >>> a, s = -torch.ones(1, 1).double(), torch.ones(1, 1).double()
    >>> round(float(averaged_covariance(a, s, 2.0)), 4)  # 2 (exp(-2) + 1) / 4
    0.5677
    """
    import torch

    z = jacobian * interval
    one = torch.eye(len(z), dtype=z.dtype)
    if float(torch.linalg.matrix_norm(z.detach(), ord=1)) < _SHORT:
        term = phi = one / 2
        for k in range(3, 3 + _TERMS):
            term = term @ z / k
            phi = phi + term
    else:
        phi = torch.linalg.solve(z, torch.linalg.solve(z, torch.linalg.matrix_exp(z) - one - z))
    found = phi @ covariance
    return found + found.T
