"""Writes the loop that goes back through a run: gradients of anything the run has shown.

The run is taken in blocks. The way forward keeps the state at the start of each block; the way
back runs a block again, keeps what its steps saw, and then visits them from the last to the first.
Memory is that of one block and of the states between blocks, whatever the length of the run.
"""

import textwrap

from surrobrain.mechanistic.kernels.back_step import (
    OF_TRACTS,
    constants,
    kept_rows,
    write_back_observe,
    write_back_read,
    write_back_source,
    write_back_step,
)
from surrobrain.mechanistic.kernels.layout import Layout
from surrobrain.mechanistic.kernels.stage import of_a_step
from surrobrain.mechanistic.kernels.template import write_parts

__all__ = ["write_adjoint"]


def write_adjoint(layout: Layout, free: frozenset[str]) -> str:
    """Return the source of ``forward`` and ``backward``, see the last lines of it.

    ``free`` names what a gradient is wanted by; nothing is summed for the rest.
    """
    parts = [*write_parts(layout), _HELP, write_back_step(layout, free), write_back_source(layout)]
    parts += [write_back_observe(layout), write_back_read(layout), _loops(layout, free)]
    return "\n\n".join(part for part in parts if part) + "\n"


_HELP = """@njit(fastmath=True, error_model="numpy")
def lag_products(targets, sources, delays, taus, lines, reach, n, found):
    e = 0
    while e < len(targets):
        a, at = taus[targets[e]], reach - delays[e]
        b = lines[sources[e], at : at + n]
        if e + 3 < len(targets) and targets[e + 3] == targets[e]:  # four share what they load
            b1 = lines[sources[e + 1], reach - delays[e + 1] : reach - delays[e + 1] + n]
            b2 = lines[sources[e + 2], reach - delays[e + 2] : reach - delays[e + 2] + n]
            b3 = lines[sources[e + 3], reach - delays[e + 3] : reach - delays[e + 3] + n]
            s0, s1, s2, s3 = f(0.0), f(0.0), f(0.0), f(0.0)
            for i in range(n):
                s0 += a[i] * b[i]
                s1 += a[i] * b1[i]
                s2 += a[i] * b2[i]
                s3 += a[i] * b3[i]
            found[e] += s0
            found[e + 1] += s1
            found[e + 2] += s2
            found[e + 3] += s3
            e += 4
        else:
            s0 = f(0.0)
            for i in range(n):
                s0 += a[i] * b[i]
            found[e] += s0
            e += 1"""

_LOOPS = """@inline
def one_step(w, c, z, weights, starts, rows, history, now, b, length, step, {scalars}):
{step}


@njit(nogil=True, cache=True, fastmath=CONTRACT, error_model="numpy")
def forward(
    w, c, z, s, weights, starts, rows, history, inputs, out, kept, past,
    key, lane, step, inner, per_sample, block, reach, length, noisy, held,
):
{numbers}
    now, b, position, mark = reach, 0, 0, 0
    if noisy:
{refill_first}
    for turn in range(out.shape[0] * per_sample):
        if turn % block == 0:
            for r in range(len(KEPT)):
                for k in range(SIZE):
                    kept[mark, r, k] = w[KEPT[r] + k]
{keep_past}
            mark += 1
        for _ in range(inner):
{drive}
            if noisy and step & 3 == 0:
{refill}
{window}
            one_step(w, c, z, weights, starts, rows, history, now, b, length, step, {scalars})
{after}
            step += 1
            position += 1
        observe(w, observer_dt, inverse{constants})
        if (turn + 1) % per_sample == 0:
            read(w, out, turn // per_sample{constants})
    return 0


@njit(nogil=True, cache=True, fastmath=CONTRACT, error_model="numpy")
def backward(
    w, wb, c, mu, z, s, weights, starts, rows, weights_back, starts_back, rows_back, history,
    history_back, inputs, gout, kept, past, edges, g_all, gi, ge, gw, lam,
    key, lane, first_step, inner, per_sample, block, reach, length, noisy, held,
):
{numbers}
    n_turns = gout.shape[0] * per_sample
    n_marks = (n_turns + block - 1) // block
    most = block * inner
    xs, cs = np.empty((most, N_STEP * SIZE), f), np.empty((most, CHANNELS * SIZE), f)
    zs = np.zeros((most, max(1, N_NOISE) * SIZE), f)
    ms = np.empty((block, (N_OBSERVER + 1) * SIZE), f)
    after = np.empty((block, (N_OBSERVER + 1) * SIZE), f)
    taus = np.zeros((CHANNELS, most, SIZE), f)
    bet, seen = np.zeros((N_OBSERVER + 1) * SIZE, f), np.zeros(SIZE, f)
    mine, gd = np.zeros(CHANNELS * SIZE, f), np.zeros(max(1, N_DRIVES) * SIZE, f)
    tau_lines, source_lines = np.zeros((1, 1), f), np.zeros((1, 1), f)
    if len(edges[0]) > 0:
        tau_lines = np.zeros((REGIONS, most), f)
        source_lines = np.zeros((REGIONS, reach + most), f)
    g = np.zeros(len(g_all), f)
    now_back, b_back = reach, 0
    for mark in range(n_marks - 1, -1, -1):
        turns = min(block, n_turns - mark * block)
        n = turns * inner
        step = first_step + mark * most
        for r in range(len(KEPT)):
            for k in range(SIZE):
                w[KEPT[r] + k] = kept[mark, r, k]
        now, b = reach, 0
{restore_past}
        position = mark * most
        if noisy:
{refill_first_block}
        for m in range(turns):
            for k in range(SIZE):
                w[ROW_total + k] = f(0.0)
            for r in range(N_OBSERVER):
                for k in range(SIZE):
                    ms[m, r * SIZE + k] = w[ROW_total + (2 + r) * SIZE + k]
            for j in range(inner):
                i = m * inner + j
{drive_block}
                if noisy and step & 3 == 0:
{refill_block}
{window_block}
                for r in range(N_STEP):
                    for k in range(SIZE):
                        xs[i, r * SIZE + k] = w[KEPT[r] + k]
                one_step(w, c, z, weights, starts, rows, history, now, b, length, step, {scalars})
                for k in range(CHANNELS * SIZE):
                    cs[i, k] = c[{at} + k]
                for v in range(N_NOISE):
                    for k in range(SIZE):
                        zs[i, v * SIZE + k] = z[4 * v * SIZE + (step & 3) * SIZE + k]
{after_block}
                step += 1
                position += 1
            observe(w, observer_dt, inverse{constants})
            for k in range(SIZE):
                ms[m, N_OBSERVER * SIZE + k] = w[ROW_mean + k]
            for r in range(N_OBSERVER):
                for k in range(SIZE):
                    after[m, r * SIZE + k] = w[ROW_total + (2 + r) * SIZE + k]
        for m in range(turns - 1, -1, -1):
            turn = mark * block + m
            if (turn + 1) % per_sample == 0:
                back_read(ms, after, m, gout, turn // per_sample, bet, seen{constants})
            else:
                for k in range(SIZE):
                    seen[k] = f(0.0)
            back_observe(ms, m, bet, seen, observer_dt, inverse{constants})
            for j in range(inner - 1, -1, -1):
                i = m * inner + j
                position -= 1
{drive_back}
{couple_back}
                back_step(
                    xs, cs, zs, i, w, wb, lam, mu, {at_back}, mine, seen, taus, g, gd, {scalars}
                )
{after_back}
{drive_gradient}
{edge_gradient}
        for k in range(len(g)):  # in double precision, over all blocks
            g_all[k] += g[k]
            g[k] = f(0.0)
{couple_first}
    back_source(xs, w, lam, mu, {at_back}, mine, {scalars})
    return 0"""


def _loops(layout: Layout, free: frozenset[str]) -> str:
    """Return the loops forward and backward, and the numbers that they share."""
    kept, node = kept_rows(layout), layout.node
    observed = [f"o_{name}" for name in layout.observer.states]
    head = (
        f"KEPT = np.array([{', '.join(f'ROW_{n}' for n in (*kept, *observed))}])\n"
        f"N_STEP, N_OBSERVER = {len(kept)}, {len(observed)}\n"
        f"N_NOISE, N_DRIVES = {len(node.noise)}, {len(layout.tracts)}\n"
        f"TRACTS = np.array([{', '.join(map(str, layout.tracts))}], np.int64)\n"
        f"DRIVES = {'ROW_drive_' + str(layout.tracts[0]) if layout.tracts else '0'}\n"
    )
    pieces = {**_events(layout, free), **_events_of_the_past(layout)}
    texts = {key: textwrap.indent(text, " " * depth) for key, (depth, text) in pieces.items()}
    scalars = ", ".join(name for name in layout.scalars if of_a_step(name))
    return head + "\n\n" + _LOOPS.format(
        scalars=scalars, constants=constants(layout), at=_place(layout, "b"),
        at_back=_place(layout, "b_back"), **texts,
    )  # fmt: skip


def _place(layout: Layout, step: str) -> str:
    """Return where the coupling of a step lies among those that are summed at once."""
    return f"{step} * CHANNELS * SIZE" if layout.levels else "0"


def _events(layout: Layout, free: frozenset[str]) -> dict[str, tuple[int, str]]:
    """Return statements of noise, input and gradients, and how deep they stand."""
    draws = [
        f"normals(z, {v}, SIZE, LANES, key, lane, step)" for v in range(len(layout.node.noise))
    ]
    refill, drive = "\n".join(draws or ["pass"]), _DRIVE if layout.tracts else "pass"
    by_tract = (_EDGES if layout.wiring else _MATRIX) if free & OF_TRACTS else "pass"
    by_input = _DRIVE_GRADIENT if layout.tracts and "inputs" in free else "pass"
    numbers = "\n".join(f"{name} = s[{k}]" for k, name in enumerate(layout.scalars))
    return {
        "numbers": (4, numbers), "refill_first": (8, refill), "refill": (16, refill),
        "refill_block": (20, refill), "refill_first_block": (12, refill), "drive": (12, drive),
        "drive_block": (16, drive), "drive_back": (16, drive), "drive_gradient": (16, by_input),
        "edge_gradient": (8, by_tract),
    }  # fmt: skip


def _events_of_the_past(layout: Layout) -> dict[str, tuple[int, str]]:
    """Return statements of coupling, with delays or without, and how deep they stand."""
    delayed = bool(layout.levels)
    scalars = ", ".join(name for name in layout.scalars if of_a_step(name))
    stage = f"stage_0(w, c, z, {_place(layout, 'b')}, (step & 3) * SIZE, {scalars})"
    couple = (
        "couple(c, b, history, now, length, starts, weights, rows)"
        if delayed
        else "couple(w, c, weights, starts, rows, step & 1 == 0)"
    )

    def only(text: str) -> str:
        return text if delayed else "pass"

    return {
        "step": (4, f"{couple}\n{stage}"),
        "keep_past": (12, only(_KEEP_PAST)), "restore_past": (8, only(_RESTORE_PAST)),
        "window": (12, only(_WINDOW)), "window_block": (16, only(_WINDOW)),
        "after": (12, only(_AFTER)), "after_block": (16, only(_AFTER)),
        "couple_back": (16, _COUPLE_BACK_DELAYED if delayed else _COUPLE_BACK),
        "couple_first": (4, _COUPLE_BACK_DELAYED if delayed else _COUPLE_FIRST),
        "after_back": (16, only(_AFTER_BACK)),
    }  # fmt: skip


_DRIVE = """if held > 0:
    line = position // held
    for k in range(N_DRIVES * SIZE):
        w[DRIVES + k] = inputs[line, k]"""

_DRIVE_GRADIENT = """if held > 0:
    for k in range(N_DRIVES * SIZE):
        gi[position // held, k] += gd[k]
for k in range(N_DRIVES * SIZE):
    gd[k] = f(0.0)"""

_WINDOW = """if b == BLOCK:
    now, b = now + BLOCK, 0
    if now + BLOCK >= length:
        now = slide(history, now, reach, length)"""

_AFTER = "b += 1\nremember(w, history, now + b, length)"

_KEEP_PAST = """for line in range(CHANNELS * REGIONS):
    for k in range(reach + 1):
        past[mark, line, k] = history[line * length + now + b - reach + k]"""

_RESTORE_PAST = """for line in range(CHANNELS * REGIONS):
    for k in range(reach + 1):
        history[line * length + k] = past[mark, line, k]"""

_COUPLE_BACK = "couple(wb, mu, weights_back, starts_back, rows_back, i & 1 == 0)"

_COUPLE_FIRST = "couple(wb, mu, weights_back, starts_back, rows_back, True)"

_COUPLE_BACK_DELAYED = """if b_back == BLOCK:
    now_back, b_back = now_back + BLOCK, 0
    if now_back + BLOCK >= length:
        now_back = slide(history_back, now_back, reach, length)
couple(mu, b_back, history_back, now_back, length, starts_back, weights_back, rows_back)"""

_AFTER_BACK = "b_back += 1\nremember(wb, history_back, now_back + b_back, length)"

_MATRIX = """for channel in TRACTS:
    heard = np.empty((n, SIZE), f)
    for i in range(n):
        for k in range(SIZE):
            heard[i, k] = xs[i, (N_STEP - CHANNELS + channel) * SIZE + k]
    gw += np.dot(taus[channel, :n].T, heard)"""

_EDGES = """for channel in TRACTS:
    for i in range(n):
        for k in range(REGIONS):
            tau_lines[k, i] = taus[channel, i, k]
            source_lines[k, reach + i] = xs[i, (N_STEP - CHANNELS + channel) * SIZE + k]
    for k in range(REGIONS):
        for i in range(reach):
            source_lines[k, i] = past[mark, channel * REGIONS + k, i]
    lag_products(edges[0], edges[1], edges[2], tau_lines, source_lines, reach, n, ge)"""
