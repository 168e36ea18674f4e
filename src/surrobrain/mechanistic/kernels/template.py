"""Writes the compiled loop of one kind of simulation as readable source.

Equations come from the tape; what is written here is only the order of events in a step:
coupling, noise, node, observer. All variables of a run live in one flat array ``w``, a row of
``SIZE`` numbers (regions x lanes, padded to whole vectors) for each, so that the compiler
knows they do not overlap.
"""

import functools
import textwrap
from dataclasses import dataclass
from types import SimpleNamespace

from surrobrain.mechanistic.kernels.weighted_sum import VECTOR_BYTES, Shape
from surrobrain.mechanistic.node import Node, parameters
from surrobrain.mechanistic.observer import Observer
from surrobrain.mechanistic.steppers import euler
from surrobrain.mechanistic.tape import Tape, Term

__all__ = ["Layout", "write_loop"]


@dataclass(frozen=True)
class Layout:
    """Everything that decides the text of a loop, as opposed to the numbers it is given.

    Parameters
    ----------
    node, observer : Node, Observer
        Whose equations to write; the values of their parameters do not matter.
    n_regions, lanes : int
        Regions, and simulations side by side.
    dtype : str
        "float64" or "float32".
    levels : tuple of int
        Numbers of steps for which groups of delayed edges are summed at once, falling; empty
        without delays.
    varied : tuple of str
        Node parameters that differ between regions or lanes.
    simd : bool
        Whether coupling uses the vector form.
    """

    node: Node
    observer: Observer
    n_regions: int
    lanes: int
    dtype: str
    levels: tuple[int, ...]
    varied: tuple[str, ...]
    simd: bool

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of the observer's constants."""
        return tuple(self.observer.constants)

    @property
    def vector(self) -> int:
        """Numbers in one 64-byte vector."""
        return VECTOR_BYTES // (8 if self.dtype == "float64" else 4)

    @property
    def size(self) -> int:
        """Length of a row: regions x lanes, padded to whole vectors."""
        return -(-self.n_regions * self.lanes // self.vector) * self.vector

    @property
    def block(self) -> int:
        """Steps whose long-delay coupling is computed at once."""
        return self.levels[0] if self.levels else 1

    @functools.cached_property
    def channels(self) -> int:
        """Number of quantities that travel down a tract."""
        tape = Tape()
        terms = tuple(tape.term(name) for name in self.node.states)
        return len(self.node.source(tape, terms, _Anything(tape)))

    @functools.cached_property
    def scalars(self) -> tuple[str, ...]:
        """Names of the plain numbers handed to the loop, in order."""
        shared = [f"p_{name}" for name in parameters(self.node) if name not in self.varied]
        return ("dt", "observer_dt", "inverse", *shared, *(f"q_{name}" for name in self.constants))

    @functools.cached_property
    def rows(self) -> tuple[str, ...]:
        """Names of the rows of ``w``, in order."""
        channels = range(self.channels)
        strength = ["strength"] if self.node.diffusive else []
        return (
            *(f"x_{name}" for name in self.node.states),
            *(f"source_{c}" for c in channels),
            "gain", "drive", *strength,
            *(f"sigma_{name}" for name in self.node.noise),
            *(f"p_{name}" for name in self.varied),
            "total", "mean",
            *(f"o_{name}" for name in self.observer.states),
        )  # fmt: skip

    @functools.cached_property
    def sums(self) -> tuple[Shape, ...]:
        """Shapes of the weighted sums that the coupling needs."""
        if self.levels:
            stride = self.channels * self.size
            return tuple(
                Shape(self.dtype, steps * self.lanes, self.lanes, stride, add=level > 0)
                for level, steps in enumerate(self.levels)
            )
        if self.lanes == 1:
            whole, rest = divmod(self.size // self.vector, _CHUNK)
            widths = [_CHUNK] * bool(whole) + [rest] * bool(rest)
            return tuple(Shape(self.dtype, n * self.vector, n * self.vector) for n in widths)
        row_weights = self.n_regions if self.row_group > 1 else 0
        return (Shape(self.dtype, self.lanes, self.lanes, 0, self.row_group, row_weights),)

    @property
    def pieces(self) -> range:
        """Where the pieces begin into which a single run cuts its row of regions."""
        return range(0, self.size, self.sums[0].width)

    @property
    def row_group(self) -> int:
        """Target regions that share the loads of a batched, undelayed sum."""
        return max(k for k in (4, 2, 1) if self.n_regions % k == 0)


_CHUNK = 5  # vectors per sum of a single run: 4 x 5 accumulators fit 32 registers


class _Anything:
    """Parameters of which only the names matter."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def __getattr__(self, name: str) -> Term:
        return self._tape.term(name)


def write_loop(layout: Layout) -> str:
    """Return the source of the loop: ``run(w, c, z, s, ...)``, see the last lines of it."""
    parts = [_head(layout), _advance(layout), _observe(layout), _read(layout)]
    parts += [_couple(layout), _slide(layout) if layout.levels else "", _run(layout)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(layout: Layout) -> str:
    rows = "\n".join(f"ROW_{name} = {k * layout.size}" for k, name in enumerate(layout.rows))
    sums = "\n".join(
        f"sum_{k} = weighted_sum({shape!r}, simd={layout.simd})"
        for k, shape in enumerate(layout.sums)
    )
    title = f"{type(layout.node).__name__} seen by {type(layout.observer).__name__}"
    return f'''"""{title}: generated, do not edit."""

import math

import numpy as np
from numba import njit

from surrobrain.mechanistic.kernels.maths import CONTRACT
from surrobrain.mechanistic.kernels.maths import exp_{layout.dtype} as exp
from surrobrain.mechanistic.kernels.noise import normals_{layout.dtype} as normals
from surrobrain.mechanistic.kernels.weighted_sum import Shape, weighted_sum

f = np.{layout.dtype}
inline = njit(fastmath=CONTRACT, error_model="numpy", forceinline=True)
log, sqrt, sin, cos, tanh, pow = math.log, math.sqrt, math.sin, math.cos, math.tanh, math.pow
REGIONS, LANES, SIZE = {layout.n_regions}, {layout.lanes}, {layout.size}
CHANNELS, BLOCK = {layout.channels}, {layout.block}
{rows}
{sums}'''


def _advance(layout: Layout) -> str:
    """One step of every region: coupling and noise in, new state and source out."""
    node, tape = layout.node, Tape()
    p = SimpleNamespace(**{n: tape.term(f"p_{n}") for n in parameters(node)})
    state = tuple(tape.term(f"x_{name}") for name in node.states)
    coupling = tuple(tape.term(f"coupling_{c}") for c in range(layout.channels))
    increments = [tape.term(f"noise_{n}") if n in node.noise else None for n in node.states]
    stepped = euler(
        lambda x: node.drift(tape, x, coupling, p),
        state, dt=tape.term("dt"), increments=increments,
    )  # fmt: skip
    stepped = tuple(
        _limited(tape, x, node.limits.get(name))
        for x, name in zip(stepped, node.states, strict=True)
    )
    source, output = node.source(tape, stepped, p), node.output(tape, stepped, p)
    loads = [f"x_{name} = w[ROW_x_{name} + k]" for name in node.states]
    loads += [f"p_{name} = w[ROW_p_{name} + k]" for name in layout.varied]
    for c in range(layout.channels):
        own = f" - w[ROW_strength + k] * w[ROW_source_{c} + k]" if node.diffusive else ""
        drive = " + w[ROW_drive + k]" if c == 0 else ""
        loads += [f"coupling_{c} = w[ROW_gain + k] * (c[at + {c * layout.size} + k]{own}){drive}"]
    for v, name in enumerate(node.noise):
        loads += [f"noise_{name} = w[ROW_sigma_{name} + k] * z[phase + {4 * v * layout.size} + k]"]
    stores = [
        f"w[ROW_x_{name} + k] = {tape.text(x)}"
        for name, x in zip(node.states, stepped, strict=True)
    ]
    stores += [f"w[ROW_source_{c} + k] = {tape.text(x)}" for c, x in enumerate(source)]
    stores += [f"w[ROW_total + k] += {tape.text(output)}"]
    scalars = [name for name in layout.scalars if name == "dt" or name.startswith("p_")]
    return _loop(f"advance(w, c, z, at, phase, {', '.join(scalars)})", loads, tape, stores)


def _limited(tape: Tape, x: Term, limits: tuple[float, float] | None) -> Term:
    """Keep a state inside its bounds; NaN passes, so that a broken run shows."""
    if limits is None:
        return x
    low, high = limits
    return tape.where(x < low, low, tape.where(x > high, high, x))


def _observe(layout: Layout) -> str:
    """One step of the observer, driven by the mean output since its last step."""
    tape, p, state, arguments = _observer_terms(layout)
    stepped = euler(
        lambda x: layout.observer.drift(tape, x, tape.term("mean"), p),
        state, dt=tape.term("observer_dt"),
    )  # fmt: skip
    names = layout.observer.states
    loads = [
        "mean = w[ROW_total + k] * inverse",
        "w[ROW_total + k] = f(0.0)",
        "w[ROW_mean + k] = mean",
    ]
    loads += [f"o_{name} = w[ROW_o_{name} + k]" for name in names]
    stores = [
        f"w[ROW_o_{name} + k] = {tape.text(x)}" for name, x in zip(names, stepped, strict=True)
    ]
    return _loop(f"observe(w, observer_dt, inverse{arguments})", loads, tape, stores)


def _read(layout: Layout) -> str:
    """One sample of every region."""
    tape, p, state, arguments = _observer_terms(layout)
    value = layout.observer.read(tape, state, tape.term("mean"), p)
    loads = ["mean = w[ROW_mean + k]"]
    loads += [f"o_{name} = w[ROW_o_{name} + k]" for name in layout.observer.states]
    return _loop(
        f"read(w, out, sample{arguments})", loads, tape, [f"out[sample, k] = {tape.text(value)}"]
    )


def _observer_terms(layout: Layout) -> tuple[Tape, SimpleNamespace, tuple[Term, ...], str]:
    tape = Tape()
    p = SimpleNamespace(**{name: tape.term(f"q_{name}") for name in layout.constants})
    state = tuple(tape.term(f"o_{name}") for name in layout.observer.states)
    return tape, p, state, "".join(f", q_{name}" for name in layout.constants)


def _loop(signature: str, loads: list[str], tape: Tape, stores: list[str]) -> str:
    body = textwrap.indent("\n".join([*loads, *tape.lines(), *stores]), " " * 8)
    return f"@inline\ndef {signature}:\n    for k in range(SIZE):\n{body}"


def _couple(layout: Layout) -> str:
    """Network input of every region, from the present or from the past."""
    if layout.levels:
        return _couple_delayed(layout)
    lines = [
        "for channel in range(CHANNELS):",
        "    at, x = channel * SIZE, ROW_source_0 + channel * SIZE",
    ]
    if layout.lanes > 1:
        lines += [
            f"    for i in range(0, REGIONS, {layout.row_group}):",
            "        sum_0(c, at + i * LANES, w, x, starts, weights, i * REGIONS, 0, REGIONS)",
        ]
    else:
        first, *rest = layout.sums
        whole = layout.size // first.width * first.width
        lines += [
            # back and forth: what the last step read last is still in the nearest cache
            f"    for piece in range({whole // first.width}):",
            f"        k = (piece if forth else {whole // first.width - 1} - piece) * {first.width}",
            "        sum_0(c, at + k, weights, k * REGIONS, starts, w, x, 0, REGIONS)",
        ]
        if rest:
            lines += [
                f"    sum_1(c, at + {whole}, weights, {whole} * REGIONS, starts, w, x - REGIONS,"
                " REGIONS, 2 * REGIONS)"
            ]
    body = textwrap.indent("\n".join(lines), " " * 4)
    return f"@inline\ndef couple(w, c, weights, starts, forth):\n{body}"


def _couple_delayed(layout: Layout) -> str:
    """Sum every edge for as many steps at once as its delay allows."""
    lines = []
    for level, steps in enumerate(layout.levels):
        lines.append(f"""
    if b % {steps} == 0:
        for channel in range(CHANNELS):
            shift = (channel * REGIONS * length + now + b) * LANES
            for i in range(REGIONS):
                sum_{level}(
                    c, (b * CHANNELS + channel) * SIZE + i * LANES, history, shift,
                    starts, weights, 0, rows[{level}, i], rows[{level}, i + 1],
                )""")
    return (
        f"@inline\ndef couple(c, b, history, now, length, starts, weights, rows):{''.join(lines)}"
    )


def _slide(layout: Layout) -> str:
    return '''@njit
def slide(history, now, reach, length):
    """Move what delays still reach to the start of every line of the history."""
    shift = (now - reach) * LANES
    for line in range(CHANNELS * REGIONS):
        start = line * length * LANES
        for k in range((reach + 1) * LANES):
            history[start + k] = history[start + shift + k]
    return reach


@inline
def remember(w, history, slot, length):
    for channel in range(CHANNELS):
        for i in range(REGIONS):
            start = ((channel * REGIONS + i) * length + slot) * LANES
            for lane in range(LANES):
                history[start + lane] = w[ROW_source_0 + channel * SIZE + i * LANES + lane]'''


def _around_step(layout: Layout) -> tuple[str, str, str]:
    """Return what happens before and after a step, and where its coupling lies in ``c``."""
    if not layout.levels:
        return "couple(w, c, weights, starts, step & 1 == 0)", "", "0"
    before = """if b == BLOCK:
    now, b = now + BLOCK, 0
    if now + BLOCK >= length:
        now = slide(history, now, reach, length)
couple(c, b, history, now, length, starts, weights, rows)"""
    return before, "b += 1\nremember(w, history, now + b, length)", "b * CHANNELS * SIZE"


_RUN = """@njit(nogil=True, cache=True, fastmath=CONTRACT, error_model="numpy")
def run(
    w, c, z, s, weights, starts, rows, history, inputs, out,
    key, lane, step, skip, inner, per_sample, reach, length, noisy,
):
{numbers}
    now, b = reach, 0
    if noisy:
{refill_first}
    for sample in range(-skip, out.shape[0]):
        if 0 <= sample < inputs.shape[0]:
            for k in range(SIZE):
                w[ROW_drive + k] = inputs[sample, k]
        for _ in range(per_sample):
            for _ in range(inner):
{before}
                if noisy and step & 3 == 0:
{refill}
                advance(w, c, z, {at}, (step & 3) * SIZE, {advance})
{after}
                step += 1
            observe(w, observer_dt, inverse{constants})
        if sample < 0:
            continue
        read(w, out, sample{constants})
        if not np.isfinite(out[sample]).any():
            out[sample:] = np.nan
            break
    return now + b"""


def _run(layout: Layout) -> str:
    """Return the loop over samples, observer steps and steps."""
    before, after, at = _around_step(layout)
    names = layout.scalars
    draws = [
        f"normals(z, {v}, SIZE, LANES, key, lane, step)" for v, _ in enumerate(layout.node.noise)
    ]
    refill = "\n".join(draws or ["pass"])
    return _RUN.format(
        numbers="\n".join(f"    {name} = s[{k}]" for k, name in enumerate(names)),
        advance=", ".join(n for n in names if n == "dt" or n.startswith("p_")),
        constants="".join(f", {n}" for n in names if n.startswith("q_")),
        refill_first=textwrap.indent(refill, " " * 8),
        refill=textwrap.indent(refill, " " * 20),
        before=textwrap.indent(before, " " * 16),
        after=textwrap.indent(after, " " * 16),
        at=at,
    )
