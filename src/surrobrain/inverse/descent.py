"""A short descent from a point that is nearly right, with some unknowns held."""

import numpy as np
from jaxtyping import Float

from surrobrain.inverse.channels import without_channels
from surrobrain.inverse.objective import Objective
from surrobrain.mechanistic.adjoint import refuse_undifferentiable

__all__ = ["descend"]

_WIDEST = 6.0  # standard deviations of the prior
_DIFFERENCE = 1e-3

Point = Float[np.ndarray, "unknowns"]


def descend(
    objective: Objective, start: Point, *, iterations: int, held: int | None = None
) -> tuple[Point, float]:
    """Return a lower point and its loss, after a few steps of L-BFGS.

    Parameters
    ----------
    objective : Objective
        What is to be low.
    start : array, shape (n_unknowns,)
        Where to begin.
    iterations : int
        Evaluations of loss and slope at most.
    held : int, optional
        Unknown that stays as it is.

    Notes
    -----
    The slope is exact where the objective has one, and else a central difference under the same
    noise.
    """
    from scipy.optimize import minimize

    free = np.delete(np.arange(len(start)), [] if held is None else [held])
    smooth = _differentiable(objective)

    def whole(part: np.ndarray) -> Point:
        u = start.copy()
        u[free] = part
        return u

    def ask(part: np.ndarray) -> tuple[float, np.ndarray]:
        u = whole(part)
        value, slope = objective.value_and_slope(u) if smooth else _differences(objective, u)
        return value, slope[free]

    if not len(free):
        return start.copy(), _value(objective, start)
    begin = np.clip(start[free], -_WIDEST, _WIDEST)
    options = {"maxfun": iterations, "maxiter": iterations}
    found = minimize(
        ask, begin, jac=True, method="L-BFGS-B", bounds=[(-_WIDEST, _WIDEST)] * len(free),
        options=options,
    )  # fmt: skip
    return whole(np.asarray(found.x)), float(found.fun)


def _differentiable(objective: Objective) -> bool:
    if objective.search.through == "linearization":
        return True
    if any("." in name for name in objective.free.groups):
        return False
    try:
        refuse_undifferentiable(without_channels(objective.free.network)[0])
    except ValueError:
        return False
    return True


def _value(objective: Objective, u: Point) -> float:
    return float(objective.values(u[None])[0])


def _differences(objective: Objective, u: Point) -> tuple[float, Point]:
    steps = _DIFFERENCE * np.eye(len(u))
    slope = [
        (_value(objective, u + e) - _value(objective, u - e)) / (2 * _DIFFERENCE) for e in steps
    ]
    return _value(objective, u), np.array(slope)
