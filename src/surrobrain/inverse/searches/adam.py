"""Adam: steps along the gradient, scaled by its own history."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

__all__ = ["adam"]

_DECAYS, _FLOOR = (0.9, 0.99), 1e-12

Point = Float[np.ndarray, "unknowns"]


def adam(
    ask: Callable[[Point], tuple[float, Point]],
    start: Point,
    *,
    iterations: int,
    rate: float,
    report: Callable[[float], None],
) -> Point:
    """Return the best point on the way.

    The rate falls to zero along a cosine.

    References
    ----------
    .. [1] Kingma & Ba (2015), Adam: a method for stochastic optimization. ICLR.
    """
    u, mean, square = np.array(start), np.zeros_like(start), np.zeros_like(start)
    best, least = np.array(u), np.inf
    for k in range(iterations):
        value, slope = ask(u)
        if value < least:
            best, least = np.array(u), value
        report(value)
        mean = _DECAYS[0] * mean + (1 - _DECAYS[0]) * slope
        square = _DECAYS[1] * square + (1 - _DECAYS[1]) * slope**2
        corrected = mean / (1 - _DECAYS[0] ** (k + 1))
        size = np.sqrt(square / (1 - _DECAYS[1] ** (k + 1))) + _FLOOR
        u = u - rate * 0.5 * (1 + np.cos(np.pi * k / iterations)) * corrected / size
    value, _ = ask(u)
    report(value)
    return u if value < least else best
