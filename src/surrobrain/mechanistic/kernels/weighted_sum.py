"""The one inner loop of coupling: a weighted sum of contiguous vectors, kept in registers.

Dense or sparse, delayed or not, one run or many: the input of a region is always
``sum over e of weights[e] * vectors[starts[e] : starts[e] + width]``, where the vector runs
over regions, over lanes, or over several steps at once.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import no_type_check

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from surrobrain.mechanistic.kernels.maths import CONTRACT

__all__ = ["Shape", "has_simd", "weighted_sum"]

VECTOR_BYTES = 64
_REGISTERS = 16  # accumulators: enough to hide the latency of a multiply-add, and no spilling


@dataclass(frozen=True)
class Shape:
    """What one weighted sum looks like.

    Parameters
    ----------
    dtype : str
        "float64" or "float32".
    width : int
        Length of the vectors: whole 64-byte registers, or a power of two below one.
    segment, stride : int
        The result is stored in pieces of ``segment`` numbers, ``stride`` apart.
    rows, row_weights : int
        Number of sums over the same vectors, and distance between their weights; each row
        is stored ``width`` after the one before.
    add : bool
        Whether to add to what the target holds.
    """

    dtype: str
    width: int
    segment: int
    stride: int = 0
    rows: int = 1
    row_weights: int = 0
    add: bool = False


def has_simd() -> bool:
    """Return whether this machine fuses multiply and add, which the vector form relies on."""
    features = llvm.get_host_cpu_features()
    return bool(features.get("fma", False)) or "aarch64" in llvm.get_process_triple()


def weighted_sum(shape: Shape, *, simd: bool) -> Callable:
    """Return a compiled function that computes and stores one weighted sum.

    Its arguments are ``(target, at, vectors, shift, starts, weights, offset, first, last)``:
    the sum runs over e in first..last of ``weights[offset + e]`` times the vector that begins
    at ``vectors[starts[e] + shift]``; it is stored from ``target[at]`` on.
    """
    return _vector_form(shape) if simd else _plain_form(shape)


def _plain_form(shape: Shape) -> Callable:
    """Write the sum as loops that any compiler takes; the vector form is judged against it."""
    number = np.dtype(shape.dtype).type
    width, segment, stride, rows = shape.width, shape.segment, shape.stride, shape.rows
    row_weights, add = shape.row_weights, shape.add

    @njit(fastmath=CONTRACT, error_model="numpy", forceinline=True)
    @no_type_check
    def plain(  # noqa: PLR0913
        target, at, vectors, shift, starts, weights, offset, first, last
    ):  # fmt: skip
        for row in range(rows):
            for v in range(width):
                total = number(0.0)
                for e in range(first, last):
                    weight = weights[offset + row * row_weights + e]
                    total += weight * vectors[starts[e] + shift + v]
                k = at + row * width + (v // segment) * stride + v % segment
                target[k] = target[k] + total if add else total

    return plain


def _vector_form(shape: Shape) -> Callable:
    @intrinsic
    @no_type_check
    def vector(  # noqa: PLR0913
        typing_context, target, at, vectors, shift, starts, weights, offset, first, last
    ):  # fmt: skip
        whole = types.int64
        signature = types.void(target, whole, vectors, whole, starts, weights, whole, whole, whole)
        return signature, lambda *generation: _Writer(shape, *generation).write()

    return vector


class _Writer:
    """Writes one sum as LLVM code: accumulators live in registers from first to last."""

    def __init__(self, shape: Shape, context, builder, signature, args) -> None:
        def data(k: int):
            return context.make_array(signature.args[k])(context, builder, args[k]).data

        self.shape, self.builder = shape, builder
        self.target, self.vectors, self.starts, self.weights = data(0), data(2), data(4), data(5)
        self.at, self.shift, self.offset, self.first, self.last = (
            args[1], args[3], args[6], args[7], args[8],
        )  # fmt: skip
        self.context = context
        self.number = ir.DoubleType() if shape.dtype == "float64" else ir.FloatType()
        self.bytes = np.dtype(shape.dtype).itemsize
        self.lanes = min(shape.width, VECTOR_BYTES // self.bytes)
        self.vector = ir.VectorType(self.number, self.lanes)
        self.n_vectors = shape.width // self.lanes
        self.unroll = max(1, min(4, _REGISTERS // (self.n_vectors * shape.rows)))
        name = f"llvm.fma.v{self.lanes}f{8 * self.bytes}"
        kind = ir.FunctionType(self.vector, [self.vector] * 3)
        self.fma = cgutils.get_or_insert_function(builder.module, kind, name)

    def write(self) -> ir.Value:
        builder = self.builder
        sums = [
            [
                [self._zeroed() for _ in range(self.n_vectors)]
                for _ in range(self.shape.rows)
            ]
            for _ in range(self.unroll)
        ]  # fmt: skip
        length = builder.sub(self.last, self.first)
        middle = builder.add(
            self.first, builder.sub(length, builder.urem(length, self._whole(self.unroll)))
        )
        with cgutils.for_range_slice(
            builder, self.first, middle, self._whole(self.unroll), inc=True
        ) as (edge, _):
            for u in range(self.unroll):
                self._accumulate(builder.add(edge, self._whole(u)), sums[u])
        with cgutils.for_range_slice(builder, middle, self.last, self._whole(1), inc=True) as (
            edge,
            _,
        ):
            self._accumulate(edge, sums[0])
        for row in range(self.shape.rows):
            for v in range(self.n_vectors):
                parts = [builder.load(sums[u][row][v]) for u in range(self.unroll)]
                total = functools.reduce(builder.fadd, parts)
                self._store(total, row * self.shape.width, v * self.lanes)
        return self.context.get_dummy_value()

    def _whole(self, value: int) -> ir.Constant:
        return ir.Constant(ir.IntType(64), value)

    def _zeroed(self) -> ir.Value:
        place = cgutils.alloca_once(self.builder, self.vector)
        self.builder.store(ir.Constant(self.vector, None), place)
        return place

    def _address(self, array: ir.Value, index: ir.Value) -> ir.Value:
        place = self.builder.gep(array, [index])
        return self.builder.bitcast(place, self.vector.as_pointer())

    def _accumulate(self, edge: ir.Value, sums: list) -> None:
        builder = self.builder
        start = builder.add(builder.load(builder.gep(self.starts, [edge])), self.shift)
        vectors = []
        for v in range(self.n_vectors):
            where = builder.add(start, self._whole(v * self.lanes))
            vector = builder.load(self._address(self.vectors, where))
            vector.align = self.bytes
            vectors.append(vector)
        for row in range(self.shape.rows):
            index = builder.add(
                builder.add(self.offset, self._whole(row * self.shape.row_weights)), edge
            )
            weight = self._splat(builder.load(builder.gep(self.weights, [index])))
            for v, vector in enumerate(vectors):
                place = sums[row][v]
                builder.store(builder.call(self.fma, [weight, vector, builder.load(place)]), place)

    def _splat(self, scalar: ir.Value) -> ir.Value:
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(undefined, scalar, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), None)
        return self.builder.shuffle_vector(first, undefined, mask)

    def _store(self, total: ir.Value, row_at: int, v: int) -> None:
        """Store one vector whole, or number by number when segments are shorter than it."""
        shape, builder = self.shape, self.builder
        piece = min(self.lanes, shape.segment)
        for k in range(0, self.lanes, piece):
            at = row_at + ((v + k) // shape.segment) * shape.stride + (v + k) % shape.segment
            index = builder.add(self.at, self._whole(at))
            if piece == self.lanes:
                place, value = self._address(self.target, index), total
            else:
                place = builder.gep(self.target, [index])
                value = builder.extract_element(total, ir.Constant(ir.IntType(32), k))
            if shape.add:
                held = builder.load(place)
                held.align = self.bytes
                value = builder.fadd(held, value)
            builder.store(value, place).align = self.bytes
