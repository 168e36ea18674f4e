"""Noise by counter: each number belongs to (seed, lane, region, variable, step), to nothing else.

Nothing is stored and nothing is shared, so a simulation is the same whatever ran beside it.
"""

from collections.abc import Callable
from typing import no_type_check

import numpy as np
from numba import njit

from surrobrain.mechanistic.kernels.maths import CONTRACT, box_muller_float32, box_muller_float64

__all__ = ["normals_float32", "normals_float64", "philox"]

_U = np.uint64
_LOW = _U(0xFFFFFFFF)
_HALF, _EIGHT = _U(32), _U(8)
_MULTIPLY_0, _MULTIPLY_1 = _U(0xD2511F53), _U(0xCD9E8D57)
_WEYL_0, _WEYL_1 = _U(0x9E3779B9), _U(0xBB67AE85)


@njit(forceinline=True)
@no_type_check
def philox(c0, c1, c2, c3, k0, k1):
    """Philox4x32-10: four random 32-bit words for a counter of four and a key of two.

    Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", SC11.
    """
    for _ in range(10):
        p0, p1 = _MULTIPLY_0 * c0, _MULTIPLY_1 * c2
        c0, c2 = (p1 >> _HALF) ^ c1 ^ k0, (p0 >> _HALF) ^ c3 ^ k1
        c1, c3 = p1 & _LOW, p0 & _LOW
        k0, k1 = (k0 + _WEYL_0) & _LOW, (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


def _normals(box_muller: Callable) -> Callable:
    @njit(fastmath=CONTRACT, error_model="numpy", forceinline=True)
    @no_type_check
    def normals(z, variable, size, lanes, key, lane, step):
        """Fill z[variable, 0:4] with the normals of the four steps that share a counter."""
        at = variable * 4 * size
        four = _U(step >> 2)
        k0, k1 = key & _LOW, key >> _HALF
        for k in range(size):
            region, own_lane = _U(k) // _U(lanes), _U(k) % _U(lanes) + lane
            a, b, c, d = philox(
                four & _LOW, four >> _HALF, region, (own_lane << _EIGHT) | _U(variable), k0, k1
            )
            x0, x1 = box_muller(a, b)
            x2, x3 = box_muller(c, d)
            z[at + k] = x0
            z[at + size + k] = x1
            z[at + 2 * size + k] = x2
            z[at + 3 * size + k] = x3

    return normals


normals_float64 = _normals(box_muller_float64)
normals_float32 = _normals(box_muller_float32)
