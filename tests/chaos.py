"""Systems whose invariants are known, as data."""

import functools

import numpy as np
from scipy.integrate import solve_ivp


@functools.cache
def lorenz(n_times: int = 20_000, *, dt: float = 0.01) -> np.ndarray:
    """States of Lorenz's system on its attractor: exponent 0.906, dimension 2.05."""
    return _followed(_lorenz, (1.0, 1.0, 20.0), n_times, dt)


@functools.cache
def roessler(n_times: int = 20_000, *, dt: float = 0.1) -> np.ndarray:
    """States of Roessler's system: exponent 0.0714."""
    return _followed(_roessler, (1.0, 1.0, 0.0), n_times, dt)


def henon(n_times: int) -> np.ndarray:
    """States of Henon's map: exponent 0.4192, dimension 1.22."""
    x, y, states = 0.1, 0.1, []
    for _ in range(n_times + 100):
        x, y = 1 - 1.4 * x * x + y, 0.3 * x
        states.append((x, y))
    return np.array(states[100:])


def logistic(n_times: int, *, r: float = 4.0) -> np.ndarray:
    """States of the logistic map, shape (n_times, 1): exponent ln 2 at r = 4."""
    x, states = 0.3123, []
    for _ in range(n_times):
        x = r * x * (1 - x)
        states.append(x)
    return np.array(states)[:, None]


def _lorenz(_: float, x: np.ndarray) -> tuple:
    return 10 * (x[1] - x[0]), x[0] * (28 - x[2]) - x[1], x[0] * x[1] - 8 / 3 * x[2]


def _roessler(_: float, x: np.ndarray) -> tuple:
    return -x[1] - x[2], x[0] + 0.2 * x[1], 0.2 + x[2] * (x[0] - 5.7)


def _followed(flow, start: tuple, n_times: int, dt: float) -> np.ndarray:
    """Leave a tenth of the run behind, at least 20 time units."""
    settle = max(20.0, 0.1 * n_times * dt)
    times = settle + dt * np.arange(n_times)
    run = solve_ivp(flow, (0.0, times[-1]), start, t_eval=times, method="LSODA", rtol=1e-8)
    states = run.y.T
    states.setflags(write=False)
    return states
