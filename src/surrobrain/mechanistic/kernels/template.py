"""Writes the compiled loop of one kind of simulation as readable source.

What is written here is only the order of events: coupling, stages of the step, observer. All
variables of a run live in one flat array ``w``, a row of ``SIZE`` numbers (regions x lanes,
padded to whole vectors) for each, so that the compiler knows they do not overlap.
"""

import textwrap
from types import SimpleNamespace

from surrobrain.mechanistic.kernels.layout import Layout
from surrobrain.mechanistic.kernels.stage import of_a_step, write_loop_over_regions, write_stage
from surrobrain.mechanistic.steppers import euler
from surrobrain.mechanistic.tape import Tape, Term

__all__ = ["write_loop", "write_parts"]


def write_loop(layout: Layout) -> str:
    """Return the source of the loop: ``run(w, c, z, s, ...)``, see the last lines of it."""
    return "\n\n".join([*write_parts(layout), _run(layout)]) + "\n"


def write_parts(layout: Layout) -> list[str]:
    """Return what a loop is made of: constants, the stages of a step, observation, coupling."""
    stages = [write_stage(layout, stage) for stage in range(layout.stepper.n_stages)]
    parts = [_head(layout), *stages, _observe(layout), _read(layout)]
    return [*parts, _couple(layout), *([_slide(layout)] if layout.levels else [])]


def _head(layout: Layout) -> str:
    rows = "\n".join(f"ROW_{name} = {k * layout.size}" for k, name in enumerate(layout.rows))
    tables = "".join(f"\nTABLE_{name} = {at}" for name, at in layout.table_starts.items())
    sums = "\n".join(
        f"sum_{k} = weighted_sum({shape!r}, simd={layout.simd})"
        for k, shape in enumerate(layout.sums)
    )
    title = f"{type(layout.node).__name__} seen by {type(layout.observer).__name__}"
    return f'''"""{title}: generated, do not edit."""

import math

import numpy as np
from numba import njit

from surrobrain.mechanistic.kernels.maths import CONTRACT, element
from surrobrain.mechanistic.kernels.maths import exp_{layout.dtype} as exp
from surrobrain.mechanistic.kernels.noise import normals_{layout.dtype} as normals
from surrobrain.mechanistic.kernels.weighted_sum import Shape, weighted_sum

f = np.{layout.dtype}
inline = njit(fastmath=CONTRACT, error_model="numpy", forceinline=True)
log, sqrt, sin, cos, tanh, pow = math.log, math.sqrt, math.sin, math.cos, math.tanh, math.pow
floor = np.floor
REGIONS, LANES, SIZE = {layout.n_regions}, {layout.lanes}, {layout.size}
CHANNELS, BLOCK = {layout.n_channels}, {layout.block}
{rows}{tables}
{sums}'''


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
    return write_loop_over_regions(
        f"observe(w, observer_dt, inverse{arguments})", loads, tape, stores
    )


def _read(layout: Layout) -> str:
    """One sample of every region."""
    tape, p, state, arguments = _observer_terms(layout)
    value = layout.observer.read(tape, state, tape.term("mean"), p)
    loads = ["mean = w[ROW_mean + k]"]
    loads += [f"o_{name} = w[ROW_o_{name} + k]" for name in layout.observer.states]
    return write_loop_over_regions(
        f"read(w, out, sample{arguments})", loads, tape, [f"out[sample, k] = {tape.text(value)}"]
    )


def _observer_terms(layout: Layout) -> tuple[Tape, SimpleNamespace, tuple[Term, ...], str]:
    tape = Tape()
    p = SimpleNamespace(**{name: tape.term(f"q_{name}") for name in layout.constants})
    state = tuple(tape.term(f"o_{name}") for name in layout.observer.states)
    return tape, p, state, "".join(f", q_{name}" for name in layout.constants)


def _couple(layout: Layout) -> str:
    """Network input of every region, from the present or from the past."""
    if layout.levels:
        return _couple_delayed(layout)
    if layout.wiring:
        return _couple_sparse(layout)
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
    return f"@inline\ndef couple(w, c, weights, starts, rows, forth):\n{body}"


def _couple_sparse(layout: Layout) -> str:
    """Sum over the connections there are, as few as on a sheet of cortex."""
    lines = [
        f"""
    for i in range(REGIONS):
        sum_0(c, {c * layout.size} + i * LANES, w, ROW_source_{c}, starts, weights, 0,
              rows[{wiring}, i], rows[{wiring}, i + 1])"""
        for c, wiring in enumerate(layout.wiring)
    ]
    return f"@inline\ndef couple(w, c, weights, starts, rows, forth):{''.join(lines)}"


def _couple_delayed(layout: Layout) -> str:
    """Sum every edge for as many steps at once as its delay allows."""
    lines, n_wirings = [], max(layout.wiring) + 1
    for level, steps in enumerate(layout.levels):
        lines.append(f"\n    if b % {steps} == 0:")
        for c, wiring in enumerate(layout.wiring):
            row = level * n_wirings + wiring
            lines.append(f"""
        shift = ({c} * REGIONS * length + now + b) * LANES
        for i in range(REGIONS):
            sum_{level}(
                c, (b * CHANNELS + {c}) * SIZE + i * LANES, history, shift,
                starts, weights, 0, rows[{row}, i], rows[{row}, i + 1],
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


_DELAYED = """if b == BLOCK:
    now, b = now + BLOCK, 0
    if now + BLOCK >= length:
        now = slide(history, now, reach, length)
couple(c, b, history, now, length, starts, weights, rows)"""


def _step(layout: Layout, stages: list[str]) -> str:
    """Return the statements of one step: coupling and stages in the order of their turn."""
    if layout.levels:
        return "\n".join([_DELAYED, *stages, "b += 1", "remember(w, history, now + b, length)"])
    couple = "couple(w, c, weights, starts, rows, step & 1 == 0)"
    return "\n".join(line for stage in stages for line in (couple, stage))


_RUN = """@njit(nogil=True, cache=True, fastmath=CONTRACT, error_model="numpy")
def run(
    w, c, z, s, weights, starts, rows, history, inputs, out,
    key, lane, step, skip, inner, per_sample, reach, length, noisy, held,
):
{numbers}
    now, b, position = reach, 0, 0
{prepare}
    if noisy:
{refill_first}
    for sample in range(-skip, out.shape[0]):
        driven = held > 0 and sample >= 0
        position = 0
        for _ in range(per_sample):
            for _ in range(inner):
                if driven and position % held == 0:
                    line = sample * (per_sample * inner // held) + position // held
                    for k in range({n_drives} * SIZE):
                        w[{drive} + k] = inputs[line, k]
                if noisy and step & 3 == 0:
{refill}
{step}
                step += 1
                position += 1
            observe(w, observer_dt, inverse{constants})
        if sample < 0:
            continue
        read(w, out, sample{constants})
        if not np.isfinite(out[sample]).any():
            out[sample:] = np.nan
            break
    return now + b"""

_PREPARE = """couple(c, 0, history, now - 1, length, starts, weights, rows)
for k in range(CHANNELS * SIZE):
    w[ROW_before_0 + k] = c[k]"""


def _run(layout: Layout) -> str:
    """Return the loop over samples, observer steps and steps."""
    names = layout.scalars
    at = "b * CHANNELS * SIZE" if layout.levels else "0"
    arguments = ", ".join(name for name in names if of_a_step(name))
    stages = [
        f"stage_{stage}(w, c, z, {at}, (step & 3) * SIZE, {arguments})"
        for stage in range(layout.stepper.n_stages)
    ]
    draws = [
        f"normals(z, {v}, SIZE, LANES, key, lane, step)" for v, _ in enumerate(layout.node.noise)
    ]
    refill = "\n".join(draws or ["pass"])
    return _RUN.format(
        numbers="\n".join(f"    {name} = s[{k}]" for k, name in enumerate(names)),
        constants="".join(f", {n}" for n in names if n.startswith("q_")),
        prepare=textwrap.indent(_PREPARE if layout.ahead else "", " " * 4),
        refill_first=textwrap.indent(refill, " " * 8),
        refill=textwrap.indent(refill, " " * 20),
        step=textwrap.indent(_step(layout, stages), " " * 16),
        n_drives=len(layout.tracts),
        drive=f"ROW_drive_{layout.tracts[0]}" if layout.tracts else "0",
    )
