"""Newton's method from many starts at once: half of them straight, half along the motion."""

import numpy as np
from jaxtyping import Bool, Float

from surrobrain.analysis.system import System

__all__ = ["solve_newton"]

_STEPS, _HALVINGS = 80, 8
_STRAIGHT = 1e-9  # share of the fastest rate under which a step of time is Newton's
_ELEMENTS = 2**23  # of Jacobians held at once


def solve_newton(
    system: System,
    starts: Float[np.ndarray, "starts states"],
    *,
    scale: Float[np.ndarray, "states"],
    value: float | None = None,
) -> tuple[Float[np.ndarray, "starts states"], Bool[np.ndarray, "starts"]]:
    """Return where the system stands still, near each start, and whether it was found.

    Parameters
    ----------
    system : System
        Flow or map.
    starts : array, shape (n_starts, n_states)
        Where to begin.
    scale : array, shape (n_states,)
        Size of every state that matters.
    value : float, optional
        Of the parameter.

    Returns
    -------
    states : array, shape (n_starts, n_states)
    found : array of bool, shape (n_starts,)

    Notes
    -----
    Even starts take Newton's steps, halved while they enlarge the residual. Odd starts first
    follow the motion, in implicit steps of time that double until they are Newton's: these are
    drawn to what is stable, the others to what is near.
    """
    size = max(1, _ELEMENTS // system.n_states**2)
    pieces = [
        _solved(system, starts[k : k + size].astype(float), scale, value)
        for k in range(0, len(starts), size)
    ]
    return np.concatenate([p[0] for p in pieces]), np.concatenate([p[1] for p in pieces])


def _solved(
    system: System, x: np.ndarray, scale: np.ndarray, value: float | None
) -> tuple[np.ndarray, np.ndarray]:
    found, going = np.zeros(len(x), bool), np.arange(len(x))
    along, slowness = np.arange(len(x)) % 2 == 1, np.zeros(len(x))  # one over the step of time
    for n_done in range(_STEPS):
        if not len(going):
            break
        with np.errstate(all="ignore"):
            rest, jacobian = _residual(system, x[going], value)
            fastest = (np.abs(jacobian) @ scale / scale).max(axis=1)
            slowness[going] = np.where(n_done, slowness[going] / 2, fastest * along[going])
            slow = np.where(slowness[going] > _STRAIGHT * fastest, slowness[going], 0.0)
            step = _direction(jacobian - slow[:, None, None] * np.eye(len(scale)), rest)
            # residuals are weighed by what a typical change of the states does to them
            weight = 1 / (np.abs(jacobian) @ scale + 1e-300)
            moved = _shortened(system, x[going], step, weight, value)
            moved = np.where(slow[:, None] > 0, x[going] + step, moved)
            size = (np.abs(step) / (scale + np.abs(x[going]))).max(axis=1)
        x[going] = moved
        good = np.isfinite(moved).all(axis=1)
        done = (size < 100 * system.accuracy) & (slow == 0)
        found[going[good & done]] = True
        going = going[good & ~done]
    return x, found


def _residual(system: System, x: np.ndarray, value: float | None) -> tuple[np.ndarray, np.ndarray]:
    later, jacobian, _ = system.slopes(x, value)
    return (later - x, jacobian - np.eye(x.shape[1])) if system.discrete else (later, jacobian)


def _direction(jacobian: np.ndarray, rest: np.ndarray) -> np.ndarray:
    try:
        return -np.linalg.solve(jacobian, rest[..., None])[..., 0]
    except np.linalg.LinAlgError:
        good = np.isfinite(jacobian).all(axis=(1, 2))
        step = np.full_like(rest, np.nan)
        step[good] = -(np.linalg.pinv(jacobian[good]) @ rest[good, :, None])[..., 0]
        return step


def _shortened(
    system: System, x: np.ndarray, step: np.ndarray, weight: np.ndarray, value: float | None
) -> np.ndarray:
    """Halve steps that enlarge the residual."""

    def size(at: np.ndarray, rows: np.ndarray) -> np.ndarray:
        later = system.motion(at, value)
        return np.abs((later - at if system.discrete else later) * weight[rows]).max(axis=1)

    every = np.arange(len(x))
    before, share = size(x, every), np.ones(len(x))
    for _ in range(_HALVINGS):
        after = size(x + share[:, None] * step, every)
        worse = ~(after <= before * (1 - 0.1 * share)) & (before > 1e-13)
        if not worse.any():
            break
        share[worse] /= 2
    return x + share[:, None] * step
