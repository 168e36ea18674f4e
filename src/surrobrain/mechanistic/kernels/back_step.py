"""Writes a step of the simulation backwards: the equations of node and observer in reverse."""

import textwrap
from types import SimpleNamespace

from surrobrain.mechanistic.kernels.layout import Layout
from surrobrain.mechanistic.kernels.stage import kick, limited, of_a_step, received, sent
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.observer import quantity
from surrobrain.mechanistic.reverse import reverse
from surrobrain.mechanistic.steppers import changes, euler
from surrobrain.mechanistic.tape import Tape, Term

__all__ = [
    "OF_TRACTS", "constants", "gradient_rows", "kept_rows", "write_back_observe",
    "write_back_read", "write_back_source", "write_back_step",
]  # fmt: skip

OF_TRACTS = frozenset({"weights", "speed"})
"""What asks for the gradient by every single connection."""


def kept_rows(layout: Layout) -> tuple[str, ...]:
    """Return the rows that change in a step, in the order in which they are kept."""
    eta = layout.node.noise if layout.noise.colored else ()
    return (
        *(f"x_{name}" for name in layout.node.states),
        *(f"eta_{name}" for name in eta),
        *(f"source_{c}" for c in range(layout.n_channels)),
    )


def gradient_rows(layout: Layout, free: frozenset[str]) -> tuple[str, ...]:
    """Return the rows whose gradient is summed over time, in order."""
    return (
        *(["gain"] if "coupling" in free else []),
        *(["row"] if "weights" in free else []),
        *(f"sigma_{name}" for name in layout.node.noise if "noise" in free),
        *(f"p_{name}" for name in layout.varied if name in free),
    )


def write_back_step(layout: Layout, free: frozenset[str]) -> str:
    """Return one step of every region, backwards."""
    tape, seeds = _traced_step(layout)
    states = kept_rows(layout)[: -layout.n_channels]
    channels = range(layout.n_channels)
    driven = layout.tracts if "inputs" in free else ()
    wanted = [*states, *(f"{part}_{c}" for part in ("total", "own") for c in channels)]
    wanted += [*(f"drive_{c}" for c in driven), *gradient_rows(layout, free)]
    lines, got = reverse(tape, seeds, wanted)
    loads = _kept_loads(layout)
    loads += [*_seed_loads(layout, [seed[2:] for _, seed in seeds if seed[:2] == "l_"])]
    loads += ["omega = seen[k]"]
    stores = [
        f"lam[{r * layout.size} + k] = {got.get(name, 'f(0.0)')}" for r, name in enumerate(states)
    ]
    for c in channels:
        stores += [f"tau = {got.get(f'total_{c}', 'f(0.0)')}", f"wb[ROW_source_{c} + k] = tau"]
        stores += [f"taus[{c}, i, k] = tau"] if free & OF_TRACTS else []
        own = got.get(f"own_{c}")
        stores += [f"mine[{c * layout.size} + k] = {own}"] if own else []
    sums = {f"gd[{n * layout.size} + k]": f"drive_{c}" for n, c in enumerate(layout.tracts)}
    sums |= {f"g[{r * layout.size} + k]": n for r, n in enumerate(gradient_rows(layout, free))}
    stores += [f"{place} += {got[name]}" for place, name in sums.items() if name in got]
    scalars = ", ".join(name for name in layout.scalars if of_a_step(name))
    head = f"back_step(xs, cs, zs, i, w, wb, lam, mu, at, mine, seen, taus, g, gd, {scalars})"
    return _over_regions(head, loads, [*tape.lines(), *lines], stores)


def _traced_step(layout: Layout) -> tuple[Tape, list[tuple[str, str]]]:
    """Return the equations of a step, and by what each of its results is multiplied."""
    node, tape = layout.node, Tape()
    p = SimpleNamespace(**{n: tape.term(f"p_{n}") for n in parameters(node)})
    now = tuple(tape.term(f"x_{name}") for name in node.states)
    kicks = [kick(layout, tape, name) for name in node.states]
    derivatives = node.drift(tape, now, received(layout, tape), p)
    moves = zip(now, derivatives, kicks, strict=True)
    change = changes(tape, layout.stepper, 0, noise=layout.noise, moves=moves, dt=tape.term("dt"))
    stepped = tuple(
        limited(tape, x + dx, node.limits.get(name))
        for x, dx, name in zip(now, change, node.states, strict=True)
    )
    seeds = [(tape.text(x), f"l_{name}") for name, x in zip(node.states, stepped, strict=True)]
    if layout.noise.colored:
        pairs = zip(node.states, kicks, strict=True)
        seeds += [(tape.text(ends[1]), f"l_eta_{name}") for name, ends in pairs if ends]
    seeds += [(tape.text(x), f"m_{c}") for c, x in sent(layout, tape, stepped)]
    output = quantity(layout.observer, node)(tape, stepped, p)
    return tape, [*seeds, (tape.text(output), "omega")]


def _kept_loads(layout: Layout) -> list[str]:
    """Statements that read what the step saw on the way forward."""
    loads = []
    for r, name in enumerate(kept_rows(layout)):
        local = f"own_{name.removeprefix('source_')}" if name.startswith("source_") else name
        loads += [f"{local} = xs[i, {r * layout.size} + k]"]
    loads += [f"total_{c} = cs[i, {c * layout.size} + k]" for c in range(layout.n_channels)]
    loads += [f"drive_{c} = w[ROW_drive_{c} + k]" for c in layout.tracts]
    for v, name in enumerate(layout.node.noise):
        loads += [f"normal_{name} = zs[i, {v * layout.size} + k]"]
        loads += [f"sigma_{name} = w[ROW_sigma_{name} + k]"]
    loads += ["gain = w[ROW_gain + k]", "row = w[ROW_row + k]"]
    return loads + [f"p_{name} = w[ROW_p_{name} + k]" for name in layout.varied]


def _seed_loads(layout: Layout, states: list[str]) -> list[str]:
    loads = [f"l_{name} = lam[{r * layout.size} + k]" for r, name in enumerate(states)]
    for c in range(layout.n_channels):
        place = f"{c * layout.size} + k"
        loads += [f"m_{c} = mu[at + {place}] + mine[{place}]"]
    return loads


def write_back_source(layout: Layout) -> str:
    """Return what the very first sources owe to the state that sent them."""
    tape = Tape()
    now = tuple(tape.term(f"x_{name}") for name in layout.node.states)
    seeds = [(tape.text(x), f"m_{c}") for c, x in sent(layout, tape, now)]
    names = [f"x_{name}" for name in layout.node.states]
    lines, got = reverse(tape, seeds, names)
    loads = [f"{name} = xs[0, {r * layout.size} + k]" for r, name in enumerate(names)]
    loads += [f"p_{name} = w[ROW_p_{name} + k]" for name in layout.varied]
    loads += _seed_loads(layout, [])
    stores = [
        f"lam[{r * layout.size} + k] += {got[name]}" for r, name in enumerate(names) if name in got
    ]
    scalars = ", ".join(name for name in layout.scalars if of_a_step(name))
    head = f"back_source(xs, w, lam, mu, at, mine, {scalars})"
    return _over_regions(head, loads, [*tape.lines(), *lines], stores or ["pass"])


def write_back_observe(layout: Layout) -> str:
    """Return one step of the observer, backwards."""
    tape, p, state = _observer_terms(layout)
    drive = tape.term("mean")
    stepped = euler(
        lambda x: layout.observer.drift(tape, x, drive, p), state, dt=tape.term("observer_dt")
    )
    names = layout.observer.states
    seeds = [
        (tape.text(x), f"b_{name}")
        for name, x in zip(names, stepped, strict=True)
    ]  # fmt: skip
    lines, got = reverse(tape, seeds, [*(f"o_{n}" for n in names), "mean"])
    loads = [f"mean = ms[m, {len(names) * layout.size} + k]"]
    loads += [f"o_{name} = ms[m, {r * layout.size} + k]" for r, name in enumerate(names)]
    loads += [f"b_{name} = bet[{r * layout.size} + k]" for r, name in enumerate(names)]
    stores = [
        f"bet[{r * layout.size} + k] = {got.get(f'o_{name}', 'f(0.0)')}"
        for r, name in enumerate(names)
    ]
    stores += [f"seen[k] = (seen[k] + {got.get('mean', 'f(0.0)')}) * inverse"]
    head = f"back_observe(ms, m, bet, seen, observer_dt, inverse{constants(layout)})"
    return _over_regions(head, loads, [*tape.lines(), *lines], stores)


def write_back_read(layout: Layout) -> str:
    """Return one sample of every region, backwards; what is seen is the observer after its step."""
    tape, p, state = _observer_terms(layout)
    value = layout.observer.read(tape, state, tape.term("mean"), p)
    names = layout.observer.states
    lines, got = reverse(tape, [(tape.text(value), "seed")], [*(f"o_{n}" for n in names), "mean"])
    loads = ["seed = gout[sample, k]", f"mean = ms[m, {len(names) * layout.size} + k]"]
    loads += [f"o_{name} = after[m, {r * layout.size} + k]" for r, name in enumerate(names)]
    stores = [
        f"bet[{r * layout.size} + k] += {got[f'o_{name}']}"
        for r, name in enumerate(names)
        if f"o_{name}" in got
    ]
    stores += [f"seen[k] = {got.get('mean', 'f(0.0)')}"]
    head = f"back_read(ms, after, m, gout, sample, bet, seen{constants(layout)})"
    return _over_regions(head, loads, [*tape.lines(), *lines], stores)


def _observer_terms(layout: Layout) -> tuple[Tape, SimpleNamespace, tuple[Term, ...]]:
    tape = Tape()
    p = SimpleNamespace(**{name: tape.term(f"q_{name}") for name in layout.constants})
    return tape, p, tuple(tape.term(f"o_{name}") for name in layout.observer.states)


def constants(layout: Layout) -> str:
    """Return the observer's constants as further arguments."""
    return "".join(f", q_{name}" for name in layout.constants)


def _over_regions(head: str, loads: list[str], lines: list[str], stores: list[str]) -> str:
    body = textwrap.indent("\n".join([*loads, *lines, *stores]), " " * 8)
    return f"@inline\ndef {head}:\n    for k in range(SIZE):\n{body}"
