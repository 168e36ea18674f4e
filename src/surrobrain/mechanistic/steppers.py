"""One step in time, written once: on arrays it computes, on the tape it writes the loop."""

from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["euler"]


def euler(
    drift: Callable[[tuple], tuple],
    state: tuple,
    *,
    dt: Any,
    increments: Sequence[Any] | None = None,
) -> tuple:
    """Take one Euler-Maruyama step.

    Parameters
    ----------
    drift : callable
        State -> time derivative of every state.
    state : tuple
        State variables: numbers, arrays, tensors or traced terms.
    dt : number or term
        Step, in the time unit of the drift.
    increments : sequence, optional
        Noise sigma dW of every state; None for a state without noise.

    Returns
    -------
    tuple
        State one step later.

    Notes
    -----
    x(t + dt) = x(t) + f(x(t)) dt + sigma dW(t): strong order 1 for additive noise, order 1
    without noise (Kloeden & Platen 1992, chapter 10).

    Examples
    --------
    >>> euler(lambda state: (-state[0],), (1.0,), dt=0.1)
    (0.9,)
    """
    stepped = tuple(x + dt * dx for x, dx in zip(state, drift(state), strict=True))
    if increments is None:
        return stepped
    return tuple(x if dw is None else x + dw for x, dw in zip(stepped, increments, strict=True))
