"""Many steps of a piecewise linear recurrent network and the way back through them, compiled.

Numbers lie as (time, unit, lane): the lanes of a batch are next to each other, so that each
operation on a unit is one on a whole vector of lanes.
"""

from typing import no_type_check

import numpy as np
from numba import njit

__all__ = ["backward", "forward"]

_compiled = njit(
    nogil=True, cache=True, error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"}
)


@_compiled
@no_type_check
def _add_product(matrix, x, y):
    """Add matrix @ x to y; no call into BLAS, whose overhead exceeds these sizes."""
    for i in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            weight = matrix[i, k]
            for b in range(x.shape[1]):
                y[i, b] += weight * x[k, b]


@_compiled
@no_type_check
def _add_transposed(matrix, x, y):
    """Add matrix.T @ x to y."""
    for i in range(matrix.shape[0]):
        for k in range(matrix.shape[1]):
            weight = matrix[i, k]
            for b in range(x.shape[1]):
                y[k, b] += weight * x[i, b]


@_compiled
@no_type_check
def _rectified(plain, shift, clipped, active):
    for h in range(plain.shape[0]):
        for b in range(plain.shape[1]):
            x = max(plain[h, b] + shift[h], 0.0)
            active[h, b] = x - max(plain[h, b], 0.0) if clipped else x


@_compiled
@no_type_check
def _rectified_back(plain, shift, clipped, by_active, shifted, unshifted):
    """Return what a gradient by the rectifiers is by their arguments, with and without shift."""
    for h in range(plain.shape[0]):
        for b in range(plain.shape[1]):
            x, g = plain[h, b], by_active[h, b]
            on = g if x + shift[h] > 0.0 else 0.0
            shifted[h, b] = on
            unshifted[h, b] = on - (g if clipped and x > 0.0 else 0.0)


@_compiled
@no_type_check
def forward(linear, outer, inner, shift, offset, clipped, start, added, teacher, shares, n_forced):
    """Return states after each step, the pulled states that were stepped from, and arguments."""
    n_steps, n_units, n_lanes = added.shape
    n_hidden = inner.shape[0]
    states = np.empty_like(added)
    pulled = np.empty_like(added)
    arguments = np.empty((n_steps, n_hidden, n_lanes), added.dtype)
    active = np.empty((n_hidden, n_lanes), added.dtype)
    for t in range(n_steps):
        for i in range(n_units):
            for b in range(n_lanes):
                x = start[i, b] if t == 0 else states[t - 1, i, b]
                if t > 0 and i < n_forced:
                    x += shares[t - 1, b] * (teacher[t - 1, i, b] - x)
                pulled[t, i, b] = x
                states[t, i, b] = added[t, i, b] + offset[i]
        plain = arguments[t]
        plain[:] = 0.0
        _add_product(inner, pulled[t], plain)
        _rectified(plain, shift, clipped, active)
        _add_product(linear, pulled[t], states[t])
        _add_product(outer, active, states[t])
    return states, pulled, arguments


@_compiled
@no_type_check
def backward(linear, outer, inner, shift, clipped, arguments, shares, n_forced, by_states):
    """Return gradients by the states after each step, by the rectifiers, and by the start."""
    n_steps, n_units, n_lanes = by_states.shape
    n_hidden = inner.shape[0]
    totals = np.empty_like(by_states)
    shifted = np.empty((n_steps, n_hidden, n_lanes), by_states.dtype)
    unshifted = np.empty((n_steps, n_hidden, n_lanes), by_states.dtype)
    carried = np.zeros((n_units, n_lanes), by_states.dtype)
    by_active = np.empty((n_hidden, n_lanes), by_states.dtype)
    for t in range(n_steps - 1, -1, -1):
        for i in range(n_units):
            for b in range(n_lanes):
                totals[t, i, b] = by_states[t, i, b] + carried[i, b]
        by_active[:] = 0.0
        _add_transposed(outer, totals[t], by_active)
        _rectified_back(arguments[t], shift, clipped, by_active, shifted[t], unshifted[t])
        carried[:] = 0.0
        _add_transposed(linear, totals[t], carried)
        _add_transposed(inner, unshifted[t], carried)
        if t > 0:
            for i in range(n_forced):
                for b in range(n_lanes):
                    carried[i, b] *= 1.0 - shares[t - 1, b]
    return totals, shifted, unshifted, carried
