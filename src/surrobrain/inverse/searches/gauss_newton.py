"""Gauss-Newton with trust region (Levenberg-Marquardt): least squares of features."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

__all__ = ["gauss_newton"]

_WIDEST = 6.0
_DIFFERENCE = 1e-3  # standard deviations of the prior

Point = Float[np.ndarray, "unknowns"]


def gauss_newton(
    ask: Callable[[Point], Float[np.ndarray, "numbers"]],
    start: Point,
    *,
    iterations: int,
    rate: float,
    report: Callable[[float], None],
) -> Point:
    """Return where the descent ends; slopes are differences under the same noise.

    References
    ----------
    .. [1] Branch, Coleman & Li (1999), A subspace, interior, and conjugate gradient method for
       large-scale bound-constrained minimization problems. SIAM J Sci Comput 21:1.
    """
    from scipy.optimize import least_squares

    def told(u: Point) -> Float[np.ndarray, "numbers"]:
        found = ask(u)
        report(float(np.square(found).sum()))
        return found

    def slopes(u: Point) -> Float[np.ndarray, "numbers unknowns"]:
        ends = [(ask(u + _DIFFERENCE * e), ask(u - _DIFFERENCE * e)) for e in np.eye(len(u))]
        return np.stack([(a - b) / (2 * _DIFFERENCE) for a, b in ends], axis=1)

    found = least_squares(
        told, start, jac=slopes, bounds=(-_WIDEST, _WIDEST), max_nfev=iterations,  # pyright: ignore
        x_scale=np.full(len(start), rate),
    )  # fmt: skip
    return np.asarray(found.x)
