"""Writes one stage of a step: the equations of a node, as the tape traced them, in a loop."""

import textwrap
from types import SimpleNamespace

from surrobrain.mechanistic.kernels.layout import Layout
from surrobrain.mechanistic.node import parameters
from surrobrain.mechanistic.observer import quantity
from surrobrain.mechanistic.steppers import changes
from surrobrain.mechanistic.tape import Tape, Term

__all__ = [
    "kick",
    "limited",
    "of_a_step",
    "received",
    "sent",
    "write_loop_over_regions",
    "write_stage",
]


def write_stage(layout: Layout, stage: int) -> str:
    """Return one stage of a step: coupling and noise in, next state and what it sends out."""
    node, stepper, tape = layout.node, layout.stepper, Tape()
    last, first = stage == stepper.n_stages - 1, stage == 0
    p = SimpleNamespace(**{n: tape.term(f"p_{n}") for n in parameters(node)})
    base, now, summed = (
        tuple(tape.term(f"{part}_{name}") for name in node.states)
        for part in ("x", "x" if first else "stage", "sum")
    )
    derivatives = node.drift(tape, now, received(layout, tape), p)
    kicks = [kick(layout, tape, name) for name in node.states]
    moves = zip(now, derivatives, kicks, strict=True)
    change = changes(tape, stepper, stage, noise=layout.noise, moves=moves, dt=tape.term("dt"))
    weight = stepper.weights[stage]
    total = tuple(
        _plus(None if first else s, weight, k) for s, k in zip(summed, change, strict=True)
    )
    if last:
        stepped = tuple(
            limited(tape, x + dx, node.limits.get(name))
            for x, dx, name in zip(base, total, node.states, strict=True)
        )
    else:
        reach = stepper.reaches[stage]
        stepped = tuple(x + reach * dx for x, dx in zip(base, change, strict=True))
    stores = _stores(layout, tape, stage, stepped, () if last else total)
    stores += [f"w[ROW_source_{c} + k] = {tape.text(x)}" for c, x in sent(layout, tape, stepped)]
    if last:
        output = quantity(layout.observer, node)(tape, stepped, p)
        stores += [f"w[ROW_total + k] += {tape.text(output)}"]
    scalars = ", ".join(name for name in layout.scalars if of_a_step(name))
    signature = f"stage_{stage}(w, c, z, at, phase, {scalars})"
    return write_loop_over_regions(signature, _loads(layout, stage), tape, stores)


def _plus(total: Term | None, weight: float, change: Term) -> Term:
    """Add a stage's share of the step; weight 1 and nothing before it write no operation."""
    share = change if weight == 1.0 else weight * change
    return share if total is None else total + share


def of_a_step(name: str) -> bool:
    """Tell whether a stage needs a scalar of the run."""
    return name in ("dt", "decay") or name.startswith(("p_", "g_"))


def received(layout: Layout, tape: Tape) -> tuple[Term, ...]:
    """Return the coupling term of every channel: of the tracts, or a region's own past."""
    totals = [tape.term(f"total_{c}") for c in range(layout.n_channels)]
    names = [name for name in parameters(layout.coupling) if name != "strength"]
    g = SimpleNamespace(strength=tape.term("gain"), **{n: tape.term(f"g_{n}") for n in names})
    received = layout.coupling.receive(
        tape,
        tuple(totals[c] for c in layout.tracts),
        tuple(tape.term(f"own_{c}") for c in layout.tracts),
        tape.term("row"),
        g,
    )
    for c, term in zip(layout.tracts, received, strict=True):
        totals[c] = term + tape.term(f"drive_{c}")
    return tuple(totals)


def sent(layout: Layout, tape: Tape, state: tuple) -> list[tuple[int, Term]]:
    """Return what every channel sends from a state."""
    p = SimpleNamespace(**{n: tape.term(f"p_{n}") for n in parameters(layout.node)})
    g = SimpleNamespace(**{n: tape.term(f"g_{n}") for n in parameters(layout.coupling)})
    source = list(layout.node.source(tape, state, p))
    sent = layout.coupling.send(tape, tuple(source[c] for c in layout.tracts), g)
    for c, term in zip(layout.tracts, sent, strict=True):
        source[c] = term
    return list(enumerate(source))


def kick(layout: Layout, tape: Tape, name: str) -> tuple[Term, Term] | None:
    """Return what noise brings to a state: both ends of eta, or increment and size of it."""
    if name not in layout.node.noise:
        return None
    sigma, normal = tape.term(f"sigma_{name}"), tape.term(f"normal_{name}")
    if layout.noise.colored:
        eta = tape.term(f"eta_{name}")
        return eta, tape.term("decay") * eta + sigma * normal
    return sigma * normal, sigma


def _loads(layout: Layout, stage: int) -> list[str]:
    """Statements that read what a stage needs into the names that the tape uses."""
    node, first = layout.node, stage == 0
    parts = ("x",) if first else ("x", "stage", "sum")
    loads = [f"{part}_{name} = w[ROW_{part}_{name} + k]" for part in parts for name in node.states]
    loads += [f"p_{name} = w[ROW_p_{name} + k]" for name in layout.varied]
    loads += ["gain = w[ROW_gain + k]", "row = w[ROW_row + k]"]
    for c in range(layout.n_channels):
        arriving = f"c[at + {c * layout.size} + k]"
        if layout.ahead:
            time = layout.stepper.times[stage]
            start, end = f"w[ROW_before_{c} + k]", arriving
            arriving = {0.0: start, 1.0: end}.get(time, f"f({time}) * ({start} + {end})")
        loads += [f"total_{c} = {arriving}", f"own_{c} = w[ROW_source_{c} + k]"]
    loads += [f"drive_{c} = w[ROW_drive_{c} + k]" for c in layout.tracts]
    for v, name in enumerate(node.noise):
        loads += [f"sigma_{name} = w[ROW_sigma_{name} + k]"]
        loads += [f"normal_{name} = z[phase + {4 * v * layout.size} + k]"]
        loads += [f"eta_{name} = w[ROW_eta_{name} + k]"] if layout.noise.colored else []
    return loads


def _stores(
    layout: Layout, tape: Tape, stage: int, stepped: tuple, total: tuple[Term, ...]
) -> list[str]:
    """Statements that keep what a stage found."""
    names, last = layout.node.states, stage == layout.stepper.n_stages - 1
    part = "x" if last else "stage"
    stores = [
        f"w[ROW_{part}_{n} + k] = {tape.text(x)}" for n, x in zip(names, stepped, strict=True)
    ]
    stores += [f"w[ROW_sum_{n} + k] = {tape.text(x)}" for n, x in zip(names, total, strict=False)]
    if last and layout.noise.colored:
        for name in layout.node.noise:
            ends = kick(layout, tape, name)
            stores += [f"w[ROW_eta_{name} + k] = {tape.text(ends[1])}"] if ends else []
    if last and layout.ahead:
        for c in range(layout.n_channels):
            stores += [f"w[ROW_before_{c} + k] = c[at + {c * layout.size} + k]"]
    return stores


def limited(tape: Tape, x: Term, limits: tuple[float, float] | None) -> Term:
    """Keep a state inside its bounds; NaN passes, so that a broken run shows."""
    if limits is None:
        return x
    low, high = limits
    return tape.where(x < low, low, tape.where(x > high, high, x))


def write_loop_over_regions(signature: str, loads: list[str], tape: Tape, stores: list[str]) -> str:
    """Return a function that loads, computes and stores, region by region."""
    body = textwrap.indent("\n".join([*loads, *tape.lines(), *stores]), " " * 8)
    return f"@inline\ndef {signature}:\n    for k in range(SIZE):\n{body}"
