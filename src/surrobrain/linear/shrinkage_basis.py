"""A few curves that all penalties of a grid are mixtures of."""

import numpy as np
from jaxtyping import Float

__all__ = ["shrinkage_basis"]

_TOLERANCE = 3e-4  # of what a direction adds to a prediction, in standard deviations of the target


def shrinkage_basis(
    eigenvalues: Float[np.ndarray, "directions"], alphas: Float[np.ndarray, "alphas"]
) -> tuple[Float[np.ndarray, "directions rank"], Float[np.ndarray, "rank alphas"]]:
    """Return factors of ``1 / (l_i + a)`` for all directions i and penalties a.

    Parameters
    ----------
    eigenvalues : array, shape (n_directions,)
        Of a kernel or a Gram matrix; not below zero.
    alphas : array, shape (n_alphas,)
        Penalties, above zero.

    Returns
    -------
    directions : array, shape (n_directions, rank)
        What predictions are made with.
    curves : array, shape (rank, n_alphas)
        How predictions of a penalty are mixed from them.

    Notes
    -----
    The shrinkage ``l / (l + a)`` is a logistic function of ``log l - log a``: over a grid of any
    density, its matrix has a numerical rank of about a dozen. Test samples see a direction in
    proportion to ``sqrt(l)``, so that is how errors are weighted; the rank is the smallest that
    leaves none above 3e-4. Where that saves nothing, every penalty is a curve of its own.

    Examples
    --------
    >>> eigenvalues, alphas = np.geomspace(1e-3, 1e5, 800), np.geomspace(1, 1e6, 100)
    >>> directions, curves = shrinkage_basis(eigenvalues, alphas)
    >>> error = np.abs(eigenvalues[:, None] * (directions @ curves - 1 / np.add.outer(
    ...     eigenvalues, alphas)))
    >>> curves.shape[0] < 20, bool(error.max() < 3e-4)
    (True, True)
    """
    exact = 1.0 / (eigenvalues[:, None] + alphas)
    top = float(eigenvalues.max(initial=0.0))
    if top == 0:
        return exact, np.eye(len(alphas))
    reach = np.maximum(eigenvalues, top * 1e-15)
    reach = reach + np.sqrt(reach * eigenvalues.mean())
    u, s, vt = np.linalg.svd(reach[:, None] * exact, full_matrices=False)
    rank = len(s)
    for k in range(1, len(s)):
        if np.abs((u[:, k:] * s[k:]) @ vt[k:]).max() < _TOLERANCE:
            rank = k
            break
    if rank == len(alphas):
        return exact, np.eye(len(alphas))
    return u[:, :rank] / reach[:, None], s[:rank, None] * vt[:rank]
