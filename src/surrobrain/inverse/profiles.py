"""Profile of the loss: one unknown held beside its best value, all others free."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.curvature import Curvature
from surrobrain.inverse.descent import descend

__all__ = ["OFFSETS", "profiles"]

OFFSETS = (-1.0, -0.4, 0.4, 1.0)
"""Where an unknown is held, in standard deviations of its prior from the best point."""


def profiles(
    near: Curvature,
    u: Float[np.ndarray, "unknowns"],
    *,
    iterations: int,
    report: Callable[[], None],
) -> Float[np.ndarray, "unknowns offsets"]:
    """Return by how much the loss rises where each unknown is held.

    Parameters
    ----------
    near : Curvature
        The loss at the best point.
    u : array, shape (n_unknowns,)
        The best point.
    iterations : int
        Steps of each search of the others; 0 takes the rise from the curvature.
    report : callable
        Called after every search.

    Returns
    -------
    array, shape (n_unknowns, n_offsets)
        0 where the others make up for the change: a flat profile cannot tell values apart.

    References
    ----------
    .. [1] Raue et al. (2009), Structural and practical identifiability analysis of partially
       observed dynamical models by exploiting the profile likelihood. Bioinformatics 25:1923.
    """
    offsets = np.array(OFFSETS)
    if not iterations:
        return np.array([0.5 * near.rise(k) * offsets**2 for k in range(len(u))])
    objective = near.objective
    _, lowest = descend(objective, u, iterations=iterations)
    rises = np.zeros((len(u), len(offsets)))
    for k in range(len(u)):
        for j, offset in enumerate(offsets):
            start = u.copy()
            start[k] += offset
            give = near.hessian[:, k] * offset
            give[k] = 0.0
            free = np.delete(np.arange(len(u)), k)
            inner = np.linalg.pinv(near.hessian[np.ix_(free, free)], rcond=1e-8, hermitian=True)
            start[free] -= inner @ give[free]
            _, value = descend(objective, start, iterations=iterations, held=k)
            rises[k, j] = value - lowest
            report()
    return np.maximum(rises, 0.0)
