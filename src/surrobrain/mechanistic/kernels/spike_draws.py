"""Chance in spiking networks: every draw belongs to (seed, source, neuron, step)."""

from typing import no_type_check

import numpy as np
from numba import njit

from surrobrain.mechanistic.kernels.maths import CONTRACT, box_muller_float64
from surrobrain.mechanistic.kernels.noise import philox

__all__ = ["add_arrivals", "draw_kicks", "larger"]

_U = np.uint64
_LOW = _U(0xFFFFFFFF)
_HALF = _U(32)
_ARRIVALS, _KICKS = _U(0x41000000), _U(0x4B000000)  # so that no two purposes share a counter
_BYTE = _U(24)


@njit(forceinline=True)
@no_type_check
def _count(word, limits, guide):
    """Return the number whose share of the 32-bit words holds this one."""
    n = guide[word >> _BYTE]
    while word >= limits[n]:
        n += 1
    return n


@njit
@no_type_check
def add_arrivals(  # noqa: PLR0913
    arriving, size, block, stride, weight, limits, guide, source, key, step
):  # fmt: skip
    """Add the weights of the Poisson spikes of one step to every neuron.

    Neurons lie in blocks (of a multiple of four), a stride from block to block.
    """
    low, high, tag = _U(step) & _LOW, _U(step) >> _HALF, _ARRIVALS | _U(source)
    k0, k1 = key & _LOW, key >> _HALF
    for four in range((size + 3) // 4):
        k = 4 * four // block * stride + 4 * four % block
        a, b, c, d = philox(low, high, _U(four), tag, k0, k1)
        arriving[k] += weight * _count(a, limits, guide)
        arriving[k + 1] += weight * _count(b, limits, guide)
        arriving[k + 2] += weight * _count(c, limits, guide)
        arriving[k + 3] += weight * _count(d, limits, guide)


@njit(fastmath=CONTRACT, error_model="numpy")
@no_type_check
def draw_kicks(normal, uniform, source, key, step):
    """Draw a normal and a uniform number for every neuron."""
    low, high, tag = _U(step) & _LOW, _U(step) >> _HALF, _KICKS | _U(source)
    k0, k1 = key & _LOW, key >> _HALF
    for k in range(len(normal)):
        a, b, c, _ = philox(low, high, _U(k), tag, k0, k1)
        normal[k], _ = box_muller_float64(a, b)
        uniform[k] = (float(np.uint32(c)) + 0.5) * 2.0**-32


@njit
@no_type_check
def larger(values):
    """Return an array of twice the length that starts with the same values."""
    grown = np.empty(2 * len(values), values.dtype)
    for k in range(len(values)):  # compiles in a tenth of the time of a slice
        grown[k] = values[k]
    return grown
