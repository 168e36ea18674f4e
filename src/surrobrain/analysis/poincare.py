"""The map from one passage through a section to the next, with its derivatives."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from surrobrain.analysis.system import System

__all__ = ["Passage", "followed", "poincare_map"]

_ACCURACY: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-11, "method": "DOP853"}


@dataclass(frozen=True, eq=False)
class Passage:
    """Where a run passes a section next, and how that depends on where it began.

    Parameters
    ----------
    state : array, shape (n_states,)
        Where.
    time : float
        After how long, in the unit of the flow.
    slope : array, shape (n_states, n_states)
        Derivative of the state at the passage by the one at the begin.
    by_value : array, shape (n_states,)
        Its derivative by the parameter.
    """

    state: Float[np.ndarray, "states"]
    time: float
    slope: Float[np.ndarray, "states states"]
    by_value: Float[np.ndarray, "states"]


def followed(
    system: System,
    x: Float[np.ndarray, "states"],
    *,
    section: tuple[int, float],
    longest: float,
    value: float | None = None,
    returns: int = 1,
    departures: bool = True,
) -> Passage | None:
    """Follow a flow until it rises through a section again; None where it does not.

    Parameters
    ----------
    system : System
        A flow.
    x : array, shape (n_states,)
        On the section.
    section : pair of int and float
        The state that passes, and its value there.
    longest : float
        Time to wait for one passage.
    value : float, optional
        Of the parameter.
    returns : int
        Passages.
    departures : bool
        Whether to follow departures from the run too; without, the slopes are zero.
    """
    n, (which, level) = len(x), section
    z, time = np.concatenate([x, np.eye(n).ravel(), np.zeros(n)]), 0.0
    z = z if departures else x
    for direction in (-1.0, 1.0) * returns:
        end = _until(system, z, direction, section, longest, value)
        if end is None:
            return None
        z, time = end[0], time + end[1]
    state = np.where(np.arange(n) == which, level, z[:n])
    if not departures:
        return Passage(state, time, np.zeros((n, n)), np.zeros(n))
    slope, by_value = z[n:-n].reshape(n, n), z[-n:]
    rate = system.motion(state[None], value)[0]
    # who arrives later is carried on by the flow until the section is met
    onto = np.eye(n) - np.outer(rate, np.eye(n)[which]) / rate[which]
    return Passage(state, time, onto @ slope, onto @ by_value)


def poincare_map(
    system: System, *, section: tuple[int, float], longest: float, returns: int = 1
) -> System:
    """Return the map of a section of a flow onto itself: its fixed points are limit cycles.

    Use it with `continuation` to follow a limit cycle and find its folds, period doublings and
    tori, and with `fixed_points` to find cycles that repel.

    Parameters
    ----------
    system : System
        A flow.
    section : pair of int and float
        The state that passes, and the value through which it rises.
    longest : float
        Time to wait for one passage, in the unit of the flow.
    returns : int
        Passages per step of the map.

    Returns
    -------
    System
        Of the other states; not finite where the flow does not come back.
    """
    others = np.delete(np.arange(system.n_states), section[0])

    def passages(
        rows: np.ndarray, value: float | None, *, departures: bool
    ) -> list[Passage | None]:
        return [
            followed(
                system, x, section=section, longest=longest, value=value, returns=returns,
                departures=departures,
            )
            for x in np.insert(rows, section[0], section[1], axis=1)
        ]  # fmt: skip

    def motion(rows: np.ndarray, value: float | None) -> np.ndarray:
        lost = np.full(len(others), np.nan)
        found = passages(rows, value, departures=False)
        return np.stack([lost if p is None else p.state[others] for p in found])

    def slopes(rows: np.ndarray, value: float | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = len(others)
        later, jacobian = np.full((len(rows), n), np.nan), np.full((len(rows), n, n), np.nan)
        by_value = np.full((len(rows), n), np.nan)
        for k, passage in enumerate(passages(rows, value, departures=True)):
            if passage is not None:
                later[k], by_value[k] = passage.state[others], passage.by_value[others]
                jacobian[k] = passage.slope[np.ix_(others, others)]
        return later, jacobian, by_value

    names = tuple(system.names[k] for k in others)
    start = system.start[others]
    return System(motion, slopes, start, names, discrete=True, accuracy=_ACCURACY["rtol"])


def _until(
    system: System,
    z: np.ndarray,
    direction: float,
    section: tuple[int, float],
    longest: float,
    value: float | None,
) -> tuple[np.ndarray, float] | None:
    """Follow state and departures until the section is passed downwards or upwards."""
    from scipy.integrate import solve_ivp

    n, (which, level) = system.n_states, section

    def rates(_: float, z: np.ndarray) -> np.ndarray:
        if len(z) == n:
            return system.motion(z[None], value)[0]
        f, jacobian, by_value = (part[0] for part in system.slopes(z[None, :n], value))
        departed = jacobian @ z[n:-n].reshape(n, n)
        return np.concatenate([f, departed.ravel(), jacobian @ z[-n:] + by_value])

    def passes(_: float, z: np.ndarray) -> float:
        return float(z[which] - level)

    passes.terminal, passes.direction = True, direction  # pyright: ignore
    with np.errstate(all="ignore"):
        run = solve_ivp(rates, (0.0, longest), z, events=passes, **_ACCURACY)
    if run.status != 1:
        return None
    return run.y[:, -1], float(run.t[-1])
