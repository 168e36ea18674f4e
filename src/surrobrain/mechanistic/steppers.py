"""Steps in time, written once: on arrays they compute, on the tape they write the loop."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from surrobrain.mechanistic.noise import Noise

__all__ = ["STEPPERS", "STEPPER_NAMES", "Stepper", "between", "changes", "euler"]


@dataclass(frozen=True)
class Stepper:
    """An explicit Runge-Kutta method whose stages each look at the one before.

    Parameters
    ----------
    times : tuple of float
        When each stage looks, as a share of the step: 0, 0.5 or 1.
    reaches : tuple of float
        Share of a stage's change that leads to the next stage.
    weights : tuple of float
        Share of each stage's change in the step.
    correction : bool
        Whether white noise gets the term of Milstein.

    Notes
    -----
    Stage s sees ``X_s = x + reach_(s-1) K_(s-1)`` and changes by
    ``K_s = f(X_s) dt + sigma scale(X_s) dW``; the step is ``x + sum_s weight_s K_s``. One
    increment dW serves all stages, and the input from other regions is taken anew at every
    stage. Several stages converge to the equation of Stratonovich, one stage to that of Ito.
    """

    times: tuple[float, ...]
    reaches: tuple[float, ...]
    weights: tuple[float, ...]
    correction: bool = False

    @property
    def n_stages(self) -> int:
        """Number of times that the drift is evaluated in a step."""
        return len(self.times)


STEPPERS: Mapping[str, Stepper] = MappingProxyType(
    {
        "euler": Stepper((0.0,), (), (1.0,)),
        "milstein": Stepper((0.0,), (), (1.0,), correction=True),
        "heun": Stepper((0.0, 1.0), (1.0,), (0.5, 0.5)),
        "rk4": Stepper((0.0, 0.5, 0.5, 1.0), (0.5, 0.5, 1.0), (1 / 6, 1 / 3, 1 / 3, 1 / 6)),
    }
)
"""Euler-Maruyama, Milstein, Heun and the classical Runge-Kutta method, all with noise.

Order without noise 1, 1, 2, 4; strong order with additive noise 1 for all. See Kloeden & Platen
(1992), Numerical solution of stochastic differential equations, chapters 10 and 11.
"""

STEPPER_NAMES = (*STEPPERS, "exact")
"""The last has no stages: it solves linear networks, see ``linear_system``."""


def changes(
    xp: Any,
    stepper: Stepper,
    stage: int,
    *,
    noise: Noise,
    moves: Iterable[tuple[Any, Any, tuple | None]],
    dt: Any,
) -> tuple:
    """Return how much one stage would change every state in a whole step.

    Parameters
    ----------
    xp : module or Tape
        As for a node.
    stepper, stage : Stepper, int
        Which method, and which of its stages.
    noise : Noise
        What the kicks mean.
    moves : iterable of (state, derivative, kick)
        Every state at this stage and its drift there. The kick is None for a state without
        noise, (eta at the start, eta at the end of the step) where the noise is colored, and
        (increment sigma dW, sigma sqrt(dt)) where it is white.
    dt : number or term
        Step, in the time unit of the drift.
    """
    found = []
    for x, dx, kick in moves:
        if kick is None:
            found.append(dt * dx)
        elif noise.colored:
            found.append(dt * (dx + between(stepper.times[stage], *kick)))
        else:
            increment, size = kick
            scale = noise.scale(xp, x)
            change = dt * dx + scale * increment
            if stepper.correction:
                excess = increment * increment - size * size
                change = change + 0.5 * scale * noise.slope(xp, x) * excess
            found.append(change)
    return tuple(found)


def between(time: float, start: Any, end: Any) -> Any:
    """Return a value on the straight line from the start of a step to its end."""
    if time in (0.0, 1.0):
        return end if time else start
    return (1 - time) * start + time * end


def euler(drift: Callable[[tuple], tuple], state: tuple, *, dt: Any) -> tuple:
    """Take one plain step of Euler's method, as observers do.

    Examples
    --------
    >>> euler(lambda state: (-state[0],), (1.0,), dt=0.1)
    (0.9,)
    """
    return tuple(x + dt * dx for x, dx in zip(state, drift(state), strict=True))
