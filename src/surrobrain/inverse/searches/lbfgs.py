"""L-BFGS: gradient descent that learns the curvature."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

__all__ = ["lbfgs"]

_WIDEST = 6.0  # standard deviations of the prior: nothing beyond was thought possible

Point = Float[np.ndarray, "unknowns"]


def lbfgs(
    ask: Callable[[Point], tuple[float, Point]],
    start: Point,
    *,
    iterations: int,
    rate: float,
    report: Callable[[float], None],
) -> Point:
    """Return where the descent ends.

    References
    ----------
    .. [1] Byrd, Lu, Nocedal & Zhu (1995), A limited memory algorithm for bound constrained
       optimization. SIAM J Sci Comput 16:1190.
    """
    from scipy.optimize import minimize

    scale = 1.0

    def told(u: Point) -> tuple[float, Point]:
        value, slope = ask(u)
        report(value)
        return scale * value, scale * slope

    _, slope = ask(np.array(start))
    length = float(np.linalg.norm(slope))
    scale = rate / length if length > 0 else 1.0  # the first step is then as long as the rate
    found = minimize(
        told, start, jac=True, method="L-BFGS-B", bounds=[(-_WIDEST, _WIDEST)] * len(start),
        options={"maxiter": iterations, "maxfun": 4 * iterations, "ftol": 1e-12, "gtol": 1e-9},
    )  # fmt: skip
    return np.asarray(found.x)
