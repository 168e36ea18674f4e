"""Random wiring, listed by the neuron that sends: where its wires begin, and where they lead."""

from typing import no_type_check

import numpy as np
from numba import njit

__all__ = ["wire_by_degree", "wire_by_probability"]

_U = np.uint64
_HALF = _U(32)


@njit(forceinline=True)
@no_type_check
def _next(state):
    """SplitMix64 (Steele, Lea & Flood 2014, OOPSLA): the next state and 64 random bits."""
    state += _U(0x9E3779B97F4A7C15)
    z = (state ^ (state >> _U(30))) * _U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> _U(27))) * _U(0x94D049BB133111EB)
    return state, z ^ (z >> _U(31))


@njit(cache=True)
@no_type_check
def wire_by_degree(n_sources, n_targets, degree, within, key):
    """Give every target as many different sources; never itself where both are one population."""
    state = _U(key)
    chosen = np.empty(n_targets * degree, np.uint32)
    last = np.full(n_sources, -1, np.int64)
    starts = np.zeros(n_sources + 1, np.int64)
    for i in range(n_targets):
        if within:
            last[i] = i
        found = 0
        while found < degree:
            state, bits = _next(state)
            j = np.int64(((bits >> _HALF) * _U(n_sources)) >> _HALF)
            if last[j] != i:
                last[j] = i
                chosen[i * degree + found] = j
                starts[j + 1] += 1
                found += 1
    for j in range(n_sources):
        starts[j + 1] += starts[j]
    targets, at = np.empty(len(chosen), np.uint32), starts[:-1].copy()
    for i in range(n_targets):
        for k in range(i * degree, (i + 1) * degree):
            targets[at[chosen[k]]] = i
            at[chosen[k]] += 1
    return starts, targets


@njit(cache=True, error_model="numpy")
@no_type_check
def wire_by_probability(n_sources, n_targets, probability, within, key):
    """Join every pair with one probability, jumping from wire to wire."""
    state = _U(key)
    starts = np.zeros(n_sources + 1, np.int64)
    guess = n_sources * n_targets * probability
    targets = np.empty(np.int64(guess + 6 * np.sqrt(guess) + 16), np.uint32)
    n, scale = 0, 1.0 / np.log1p(-probability) if probability < 1.0 else 0.0
    for j in range(n_sources):
        i = -1
        while True:
            state, bits = _next(state)
            u = (float(bits >> _U(11)) + 0.5) * 2.0**-53
            i += 1 + np.int64(min(np.log(u) * scale, 2.0**40))
            if i >= n_targets:
                break
            if within and i == j:
                continue
            if n == len(targets):
                grown = np.empty(2 * n, np.uint32)
                grown[:n] = targets
                targets = grown
            targets[n] = i
            n += 1
        starts[j + 1] = n
    return starts, targets[:n].copy()
