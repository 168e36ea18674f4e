"""Exponential and Box-Muller normals that compilers can vectorize without vendor libraries."""

import math
from typing import no_type_check

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

__all__ = [
    "CONTRACT", "box_muller_float32", "box_muller_float64", "element", "exp_float32", "exp_float64",
]  # fmt: skip

CONTRACT = {"contract", "nsz", "arcp"}
"""Freedoms granted: fused multiply-add, reciprocals, unsigned zero; nothing that moves NaN."""

_inline = njit(fastmath=CONTRACT, error_model="numpy", forceinline=True)
_f32, _i32, _i64, _u32 = np.float32, np.int32, np.int64, np.uint32
_LOG2_E = 1.4426950408889634


def _bits(source: types.Type, target: types.Type, layout: ir.Type) -> object:
    """Read the bits of one number type as another."""

    @intrinsic
    @no_type_check
    def reinterpret(typing_context, x):
        return target(source), lambda context, builder, signature, args: builder.bitcast(
            args[0], layout
        )

    return reinterpret


@intrinsic
@no_type_check
def element(typing_context, array, start, index):
    """Return ``array[start + index]``, of a part that nothing writes while a loop runs.

    Said to the compiler, this lets it read several entries at once between stores elsewhere.
    """

    def load(context, builder, signature, args):
        data = context.make_array(signature.args[0])(context, builder, args[0]).data
        whole = builder.fptosi(args[2], ir.IntType(64))
        found = builder.load(builder.gep(data, [builder.add(args[1], whole)]))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    return array.dtype(array, types.int64, index), load


_bits_of_double = _bits(types.float64, types.int64, ir.IntType(64))
_double_of_bits = _bits(types.int64, types.float64, ir.DoubleType())
_bits_of_single = _bits(types.float32, types.int32, ir.IntType(32))
_single_of_bits = _bits(types.int32, types.float32, ir.FloatType())


@_inline
@no_type_check
def exp_float64(x):
    """e**x to 2 units in the last place; NaN stays NaN, the ends saturate at 1e-308 and 1e308."""
    x = -708.0 if x < -708.0 else x
    x = 709.0 if x > 709.0 else x
    n = math.floor(x * _LOG2_E + 0.5)
    r = (x - n * 6.93145751953125e-1) - n * 1.42860682030941723212e-6
    # Taylor series of degree 13 on |r| < log(2) / 2, summed as a tree (Estrin) to overlap
    r2 = r * r
    r4 = r2 * r2
    low = (1.0 + r) + r2 * (0.5 + r * (1 / 6))
    middle = (1 / 24 + r * (1 / 120)) + r2 * (1 / 720 + r * (1 / 5040))
    upper = (1 / 40320 + r * (1 / 362880)) + r2 * (1 / 3628800 + r * (1 / 39916800))
    top = 1 / 479001600 + r * (1 / 6227020800)
    series = (low + r4 * middle) + (r4 * r4) * (upper + r4 * top)
    return series * _double_of_bits((_i64(n) + 1023) << 52)


@_inline
@no_type_check
def exp_float32(x):
    """e**x to 2 units in the last place (polynomial of the Cephes library)."""
    x = _f32(-87.0) if x < _f32(-87.0) else x
    x = _f32(88.0) if x > _f32(88.0) else x
    n = _f32(np.floor(x * _f32(_LOG2_E) + _f32(0.5)))
    r = (x - n * _f32(0.693359375)) - n * _f32(-2.12194440e-4)
    p = _f32(1.9875691500e-4)
    p = p * r + _f32(1.3981999507e-3)
    p = p * r + _f32(8.3334519073e-3)
    p = p * r + _f32(4.1665795894e-2)
    p = p * r + _f32(1.6666665459e-1)
    p = p * r + _f32(5.0000001201e-1)
    p = p * (r * r) + r + _f32(1.0)
    return p * _single_of_bits((_i32(n) + _i32(127)) << _i32(23))


@_inline
@no_type_check
def _log_float64(x):
    """Natural logarithm of a normal number above zero."""
    bits = _bits_of_double(x)
    exponent = ((bits >> 52) & 0x7FF) - 1022
    m = _double_of_bits((bits & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000)
    small = m < 0.7071067811865476
    exponent = exponent - (1 if small else 0)
    m = m + m if small else m
    # 2 artanh(s) with s = (m - 1) / (m + 1), |s| < 0.172
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    p = 1 / 21.0
    p = p * z + 1 / 19.0
    p = p * z + 1 / 17.0
    p = p * z + 1 / 15.0
    p = p * z + 1 / 13.0
    p = p * z + 1 / 11.0
    p = p * z + 1 / 9.0
    p = p * z + 1 / 7.0
    p = p * z + 1 / 5.0
    p = p * z + 1 / 3.0
    return float(exponent) * 0.6931471805599453 + 2.0 * s * (1.0 + z * p)


@_inline
@no_type_check
def _log_float32(x):
    """Natural logarithm of a normal number above zero (Cephes)."""
    bits = _bits_of_single(x)
    exponent = ((bits >> _i32(23)) & _i32(0xFF)) - _i32(126)
    m = _single_of_bits((bits & _i32(0x007FFFFF)) | _i32(0x3F000000))
    small = m < _f32(0.70710678)
    exponent = exponent - (_i32(1) if small else _i32(0))
    m = (m + m if small else m) - _f32(1.0)
    z = m * m
    y = _f32(7.0376836292e-2)
    y = y * m + _f32(-1.1514610310e-1)
    y = y * m + _f32(1.1676998740e-1)
    y = y * m + _f32(-1.2420140846e-1)
    y = y * m + _f32(1.4249322787e-1)
    y = y * m + _f32(-1.6668057665e-1)
    y = y * m + _f32(2.0000714765e-1)
    y = y * m + _f32(-2.4999993993e-1)
    y = y * m + _f32(3.3333331174e-1)
    e = _f32(exponent)
    y = y * m * z + e * _f32(-2.12194440e-4) - _f32(0.5) * z
    return m + y + e * _f32(0.693359375)


@_inline
@no_type_check
def box_muller_float64(a, b):
    """Two independent normals from two 32-bit words; the tail ends at 6.7 sd."""
    u = float(_i32(_u32(a))) * 2.0**-32 + (0.5 + 2.0**-33)
    turn = float(_i32(_u32(b))) * 2.0**-32
    radius = math.sqrt(-2.0 * _log_float64(u))
    # fold the angle into an eighth of a turn either side of a quarter: q quarters plus r
    q = math.floor(turn * 4.0 + 0.5)
    r = (turn - q * 0.25) * 6.283185307179586
    z = r * r
    s = -7.6471637318198164759e-13
    s = s * z + 1.6059043836821614599e-10
    s = s * z - 2.5052108385441718775e-8
    s = s * z + 2.7557319223985890653e-6
    s = s * z - 1.9841269841269841270e-4
    s = s * z + 8.3333333333333333333e-3
    s = s * z - 1.6666666666666666667e-1
    s = s * z * r + r
    c = 4.7794773323873852974e-14
    c = c * z - 1.1470745597729724714e-11
    c = c * z + 2.0876756987868098979e-9
    c = c * z - 2.7557319223985890653e-7
    c = c * z + 2.4801587301587301587e-5
    c = c * z - 1.3888888888888888889e-3
    c = c * z + 4.1666666666666666667e-2
    c = c * z * z - 0.5 * z + 1.0
    quarter = _i32(q)
    swapped = (quarter & _i32(1)) != _i32(0)
    cosine, sine = (s if swapped else c), (c if swapped else s)
    cosine = -cosine if ((quarter + _i32(1)) & _i32(2)) != _i32(0) else cosine
    sine = -sine if (quarter & _i32(2)) != _i32(0) else sine
    return radius * cosine, radius * sine


@_inline
@no_type_check
def box_muller_float32(a, b):
    """Two independent normals from two 32-bit words; 24 bits decide the radius."""
    high = (a ^ np.uint64(0x80000000)) >> np.uint64(8)  # the same number as in double precision
    u = (_f32(_i32(_u32(high))) + _f32(0.5)) * _f32(2.0**-24)
    turn = _f32(_i32(_u32(b))) * _f32(2.0**-32)
    radius = math.sqrt(_f32(-2.0) * _log_float32(u))
    q = _f32(np.floor(turn * _f32(4.0) + _f32(0.5)))
    r = (turn - q * _f32(0.25)) * _f32(6.283185307179586)
    z = r * r
    s = _f32(-1.9515295891e-4)
    s = s * z + _f32(8.3321608736e-3)
    s = s * z - _f32(1.6666654611e-1)
    s = s * z * r + r
    c = _f32(2.443315711809948e-5)
    c = c * z - _f32(1.388731625493765e-3)
    c = c * z + _f32(4.166664568298827e-2)
    c = c * z * z - _f32(0.5) * z + _f32(1.0)
    quarter = _i32(q)
    swapped = (quarter & _i32(1)) != _i32(0)
    cosine, sine = (s if swapped else c), (c if swapped else s)
    cosine = -cosine if ((quarter + _i32(1)) & _i32(2)) != _i32(0) else cosine
    sine = -sine if (quarter & _i32(2)) != _i32(0) else sine
    return radius * cosine, radius * sine
