"""Writes the compiled loop of a spiking network, from the equations of its neurons."""

import dataclasses
import textwrap
from types import SimpleNamespace
from typing import Any

from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.spiking.cell import Cell
from surrobrain.mechanistic.tape import Tape, Term

__all__ = ["BLOCK", "shape", "write_loop"]

BLOCK = 128
"""Neurons whose states lie together, row by row: the compiler sees that rows do not overlap."""

_HEAD = '''"""Spiking network of {title}: generated, do not edit."""

import math

import numpy as np
from numba import njit

from surrobrain.mechanistic.kernels.maths import CONTRACT
from surrobrain.mechanistic.kernels.maths import exp_float64 as exp
from surrobrain.mechanistic.kernels.spike_draws import add_arrivals, draw_kicks, larger

f = np.float64
free_math = njit(fastmath=CONTRACT, error_model="numpy")
log, sqrt, sin, cos, tanh, pow = math.log, math.sqrt, math.sin, math.cos, math.tanh, math.pow
BLOCK, ROWS, CHANNELS = {block}, {rows}, {channels}'''

_RUN = """@njit(nogil=True, cache=True, fastmath=CONTRACT, error_model="numpy")
def run(
    x, ring, normal, uniform, s, firsts, blocks, drive, counts, wires, first_wire, starts,
    targets, weights, inputs, sizes, limits, guides, key, step, per_sample, keep,
):
    slots, n_populations = ring.shape[0], len(firsts) - 1
    times, neurons, n = np.empty(1024, np.int64), np.empty(1024, np.int64), 0
    n_fired, fired = np.zeros(n_populations, np.int64), np.empty(firsts[-1], np.int64)
    marks = np.zeros(BLOCK, np.int64)
    for sample in range(counts.shape[0]):
        for _ in range(per_sample):
            slot = step % slots
            for b in range(len(inputs)):
                q, c, end = inputs[b]
                if step >= end:
                    continue
                add_arrivals(
                    ring[slot, (blocks[q] * CHANNELS + c) * BLOCK :], firsts[q + 1] - firsts[q],
                    BLOCK, CHANNELS * BLOCK, sizes[b], limits[b], guides[b], b, key, step,
                )
{advance}
            for q in range(n_populations):
                if n_fired[q] == 0:
                    continue
                first = firsts[q]
                who = fired[first : first + n_fired[q]]
                counts[sample, q] += n_fired[q]
{fire}
                if keep:
                    while n + len(who) > len(times):
                        times, neurons = larger(times), larger(neurons)
                    for k in who:
                        times[n], neurons[n] = step + 1, first + k
                        n += 1
                for w in range(first_wire[q], first_wire[q + 1]):
                    at = (blocks[wires[w, 0]] * CHANNELS + wires[w, 1]) * BLOCK
                    into = ring[(step + wires[w, 2]) % slots, at:]
                    at, weight = wires[w, 3], weights[w]
                    for k in who:
                        for e in range(starts[at + k], starts[at + k + 1]):
                            into[targets[e]] += weight
            step += 1
    return times[:n].copy(), neurons[:n].copy()
"""


def write_loop(cells: tuple[Cell, ...]) -> str:
    """Return the source of the loop; equal equations are written once."""
    bodies: dict[str, int] = {}
    advance, fire = [], []
    for q, cell in enumerate(cells):
        body = _advance(cell) + "\n\n\n" + _fire(cell)
        which = bodies.setdefault(body, len(bodies))
        if cell.noise:
            place = f"blocks[{q}] * BLOCK : blocks[{q + 1}] * BLOCK"
            advance.append(f"draw_kicks(normal[{place}], uniform[{place}], {q}, key, step)")
        advance.append(
            f"n_fired[{q}] = advance_{which}(\n"
            f"    x, ring[slot], normal, uniform, fired[firsts[{q}] :], marks, blocks[{q}],\n"
            f"    firsts[{q + 1}] - firsts[{q}], s[{q}], drive[sample, {q}],\n)"
        )
        fire.append(
            f"{'el' if fire else ''}if q == {q}:\n    fire_{which}(x, who, blocks[{q}], s[{q}])"
        )
    title, (rows, channels) = " and ".join(_titles(cells)), shape(cells)
    parts = [_HEAD.format(title=title, block=BLOCK, rows=rows, channels=channels)]
    parts += [body.replace("_@(", f"_{k}(") for body, k in bodies.items()]
    loop = {"advance": "\n".join(advance), "fire": "\n".join(fire)}
    depth = {"advance": 12, "fire": 16}
    parts.append(_RUN.format(**{k: textwrap.indent(v, " " * depth[k]) for k, v in loop.items()}))
    return "\n\n\n".join(parts)


def shape(cells: tuple[Cell, ...]) -> tuple[int, int]:
    """Return how many rows of states (how long a membrane is held being the last) and channels.

    All populations get as many as the largest needs.
    """
    rows = 1 + max(cell.n_states for cell in cells)
    return rows, max(1, *(len(cell.synapses) for cell in cells))


def _titles(cells: tuple[Cell, ...]) -> list[str]:
    return sorted({type(cell.neuron).__name__ for cell in cells})


def _advance(cell: Cell) -> str:
    """Return one step of every neuron of a population: what flows, what arrives, who fires."""
    n, channels = cell.n_states, len(cell.synapses)
    rows = {f"x_{i}": f"own[{i} * BLOCK + k]" for i in range(n)}
    rows |= {"wait": "own[(ROWS - 1) * BLOCK + k]"}
    rows |= {f"a_{c}": f"new[{c} * BLOCK + k]" for c in range(channels)}
    if cell.noise:
        rows |= {"shake": "normal[b * BLOCK + k]", "chance": "uniform[b * BLOCK + k]"}
    body = [f"{row} = {place}" for row, place in rows.items()] + _step(cell)
    body += [f"{rows[f'x_{i}']} = n_{i}" for i in range(n)]
    body += [f"{rows['wait']} = rest", *(f"{rows[f'a_{c}']} = 0.0" for c in range(channels))]
    body += ["marks[k] = fires", "some |= fires"]
    lines = [
        *_numbers(cell),
        "n_fired = 0",
        "for b in range(first_block, first_block + (size + BLOCK - 1) // BLOCK):",
        "    own = x[b * ROWS * BLOCK : (b + 1) * ROWS * BLOCK]",
        "    new = arriving[b * CHANNELS * BLOCK : (b + 1) * CHANNELS * BLOCK]",
        "    some = 0",
        "    for k in range(BLOCK):",
        *(f"        {line}" for line in body),
        "    if some:",
        "        at = (b - first_block) * BLOCK",
        "        for k in range(min(BLOCK, size - at)):",
        "            if marks[k]:",
        "                fired[n_fired] = at + k",
        "                n_fired += 1",
        "return n_fired",
    ]
    return (
        "@free_math\ndef advance_@(\n"
        "    x, arriving, normal, uniform, fired, marks, first_block, size, s, current,\n):\n"
        + textwrap.indent("\n".join(lines), " " * 4)
    )


def _numbers(cell: Cell) -> list[str]:
    return [f"{name} = s[{k}]" for k, name in enumerate(cell.scalars(1.0))]


def _step(cell: Cell) -> list[str]:
    """Return the step of one neuron, from ``x_i`` to ``n_i``."""
    names, channels = cell.scalars(1.0), range(len(cell.synapses))
    body = ["free = wait == 0.0", *_flow(cell, list(names))]
    if cell.noise:
        body += ["n_0 = n_0 + kick * shake", *_meet(cell)]
    for i in range(cell.n_states):
        jumps = "".join(f" + J_{c}_{i} * a_{c}" for c in channels if f"J_{c}_{i}" in names)
        if i == 0:
            body += [f"n_0 = n_0{jumps} if free else x_0"]
        elif jumps:
            body += [f"n_{i} = n_{i}{jumps}"]
    tape = Tape()
    state = _terms(tape, "n", len(cell.neuron.states))
    theta = cell.neuron.threshold(tape, state, _own(tape, cell))
    met = " | met" if cell.noise and cell.exact else ""
    fires = f"fires = 1 if free & ((n_0 >= {tape.text(theta)}){met}) else 0"
    return [*body, *tape.lines(), fires, "rest = wait if free else wait - 1.0"]


def _flow(cell: Cell, names: list[str]) -> list[str]:
    """Return the step below the threshold: exact, or Heun's between exact synapses."""
    n, own = cell.n_states, len(cell.neuron.states)
    factors = [*(f"x_{j}" for j in range(n)), "current", None]
    lines = []
    for i in range(0 if cell.exact else own, n):
        terms = [
            name if factor is None else f"{name} * {factor}"
            for j, factor in enumerate(factors)
            if (name := f"P_{i}_{j}") in names
        ]
        lines.append(f"n_{i} = {' + '.join(terms) or '0.0'}")
    if cell.exact:
        return lines
    tape = Tape()
    p = _own(tape, cell)
    state, dt, free = _terms(tape, "x", own), tape.term("dt"), tape.term("free")
    first = cell.neuron.drift(tape, state, _current(tape, cell, state[0], "x"), p)
    ahead = [x + dt * dx for x, dx in zip(state, first, strict=True)]
    ahead[0] = tape.where(free, ahead[0], state[0])
    second = cell.neuron.drift(tape, tuple(ahead), _current(tape, cell, ahead[0], "n"), p)
    ends = [x + 0.5 * dt * (a + b) for x, a, b in zip(state, first, second, strict=True)]
    return lines + tape.lines() + [f"n_{i} = {tape.text(end)}" for i, end in enumerate(ends)]


def _current(tape: Tape, cell: Cell, v: Any, letter: str) -> Any:
    """Return everything that flows into the membrane, synapses at the start or end of a step."""
    total = tape.term("current")
    for c, (synapse, slot) in enumerate(zip(cell.synapses, cell.slots, strict=True)):
        if not synapse.states:
            continue
        fields = dataclasses.fields(synapse)  # pyright: ignore[reportArgumentType]
        q = SimpleNamespace(**{g.name: tape.term(f"q{c}_{g.name}") for g in fields})
        own = tuple(tape.term(f"{letter}_{i}") for i in range(slot.start, slot.stop))
        total = total + synapse.current(tape, own, v, q)
    return total


def _meet(cell: Cell) -> list[str]:
    """Return whether noise crossed the threshold between two steps that both end below it.

    A Brownian bridge from a to b below the threshold crosses it with probability
    exp(-2 a b / (sigma^2 dt)), a and b the distances to the threshold.
    """
    if not (cell.noise and cell.exact):
        return []
    tape = Tape()
    theta = cell.neuron.threshold(
        tape, _terms(tape, "x", len(cell.neuron.states)), _own(tape, cell)
    )
    name = tape.text(theta)
    return [
        *tape.lines(),
        f"met = (n_0 < {name}) & (chance < exp(-bridge * ({name} - x_0) * ({name} - n_0)))",
    ]


def _fire(cell: Cell) -> str:
    """Return what happens to the neurons that fired."""
    tape, own = Tape(), len(cell.neuron.states)
    after = cell.neuron.reset(tape, _terms(tape, "x", own), _own(tape, cell))
    body = ["at = (first_block + k // BLOCK) * ROWS * BLOCK + k % BLOCK"]
    body += [f"x_{i} = x[at + {i} * BLOCK]" for i in range(own)] + tape.lines()
    body += [f"x[at + {i} * BLOCK] = {tape.text(value)}" for i, value in enumerate(after)]
    body += ["x[at + (ROWS - 1) * BLOCK] = hold"]
    lines = [*_numbers(cell), "for k in who:", *(f"    {line}" for line in body)]
    text = textwrap.indent("\n".join(lines), " " * 4)
    return f"@free_math\ndef fire_@(x, who, first_block, s):\n{text}"


def _own(tape: Tape, cell: Cell) -> SimpleNamespace:
    return SimpleNamespace(**{name: tape.term(f"p_{name}") for name in parameters(cell.neuron)})


def _terms(tape: Tape, letter: str, n: int) -> tuple[Term, ...]:
    return tuple(tape.term(f"{letter}_{i}") for i in range(n))
