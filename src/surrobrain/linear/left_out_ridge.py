"""Ridge regression whose penalty is chosen by left-out points, without a second fit."""

import numpy as np
from jaxtyping import Float

__all__ = ["left_out_ridge"]

_STRENGTHS = np.logspace(-4, 4, 17)  # penalties per sample that are tried


def left_out_ridge(
    x: Float[np.ndarray, "points numbers"], y: Float[np.ndarray, "points unknowns"]
) -> tuple[
    Float[np.ndarray, "unknowns"],
    Float[np.ndarray, "numbers unknowns"],
    Float[np.ndarray, "points unknowns"],
]:
    """Return the ridge regression whose penalty predicts left-out points best.

    Parameters
    ----------
    x : array, shape (n_points, n_numbers)
        Inputs, on comparable scales.
    y : array, shape (n_points, n_unknowns)
        Outputs.

    Returns
    -------
    constant : array, shape (n_unknowns,)
        Prediction at zero.
    slopes : array, shape (n_numbers, n_unknowns)
        By every input.
    errors : array, shape (n_points, n_unknowns)
        Of each point when it is left out, exact without a second fit.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(200, 2))
    >>> constant, slopes, errors = left_out_ridge(x, 1.0 + x[:, :1])
    >>> constant.round(2), slopes.round(2)[0], bool(np.abs(errors).max() < 0.01)
    (array([1.]), array([1.]), True)
    """
    n = len(x)
    middle, level = x.mean(axis=0), y.mean(axis=0)
    u, s, vt = np.linalg.svd(x - middle, full_matrices=False)
    seen = u.T @ (y - level)
    best: tuple = ()
    for strength in n * _STRENGTHS:
        kept = s**2 / (s**2 + strength)
        leverage = np.minimum((u**2) @ kept + 1 / n, 1 - 1e-6)
        errors = (y - level - u @ (kept[:, None] * seen)) / (1 - leverage)[:, None]
        loss = float(np.square(errors).sum())
        if not best or loss < best[0]:
            best = (loss, vt.T @ ((kept / np.maximum(s, 1e-300))[:, None] * seen), errors)
    return level - middle @ best[1], best[1], best[2]
