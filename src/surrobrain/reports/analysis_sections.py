"""What the analysis of a model as a dynamical system becomes on the page."""

from collections.abc import Sequence

import numpy as np

from surrobrain.analysis.continuation import Branch
from surrobrain.analysis.fixed_points import FixedPoint
from surrobrain.analysis.lyapunov import LyapunovSpectrum
from surrobrain.analysis.phase_map import BEHAVIORS, PhaseMap
from surrobrain.analysis.profile import Profile
from surrobrain.reports.figures.bifurcation import bifurcation
from surrobrain.reports.figures.fixed_points import fixed_points
from surrobrain.reports.figures.lyapunov import lyapunov, verdict
from surrobrain.reports.figures.phase_map import phase_map
from surrobrain.reports.figures.profile import profile
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid

__all__ = ["section"]

_MOST = 20  # rows of a table
_HUBS = 5


@section.register
def _(item: tuple) -> Section:
    """Take what `fixed_points` returns; no other tuple means anything."""
    if not all(isinstance(each, FixedPoint) for each in item):
        kinds = sorted({type(each).__name__ for each in item})
        raise TypeError(
            f"a tuple on a page holds fixed points, but {', '.join(kinds)} arrived; give the "
            "items of the report one by one"
        )
    return _points(item)


def _points(points: Sequence[FixedPoint]) -> Section:
    said = ("No fixed point was found: without noise the model never rests.",)
    table = ()
    if points:
        kinds = [p.kind for p in points]
        told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
        stable = sum(p.stable for p in points)
        said = (
            f"{len(points)} fixed point{'s were' if len(points) > 1 else ' was'} found ({told}); "
            f"{stable or 'none'} {'are' if stable > 1 else 'is'} stable.",
        )
        rows = [
            (f"point {k}", p.kind, p.n_unstable, float(p.growth[0]), _cycles(p),
             float(p.state.min()), float(p.state.max()))
            for k, p in enumerate(points[:_MOST], start=1)
        ]  # fmt: skip
        header = ["fixed point", "kind", "unstable directions", "leading rate",
                  "turns per unit of time", "smallest state", "largest state"]  # fmt: skip
        table = (grid(header, rows, caption=f"{len(rows)} of {len(points)} fixed points"),)
    return Section(
        "Fixed points", "figures", table, (drawn("Fixed points", lambda: fixed_points(points)),),
        summary=said,
    )  # fmt: skip


def _cycles(point: FixedPoint) -> float:
    lead = point.eigenvalues[0]
    turn = np.angle(lead) if point.discrete else lead.imag
    return float(abs(turn) / (2 * np.pi))


@section.register
def _(item: LyapunovSpectrum) -> Section:
    rows = [
        (k, float(value), float(2 * error))
        for k, (value, error) in enumerate(zip(item.exponents, item.error, strict=True), start=1)
    ][:_MOST]
    table = grid(
        ["exponent", "rate (1/s)", "two standard errors"], rows,
        caption=f"{len(rows)} of {item.n_dimensions} Lyapunov exponents",
    )  # fmt: skip
    about = facts({"dimension after Kaplan and Yorke": item.kaplan_yorke})
    return Section(
        "Lyapunov exponents", "figures", (table, about),
        (drawn("Lyapunov exponents", lambda: lyapunov(item)),), summary=(verdict(item),),
    )  # fmt: skip


@section.register
def _(item: Branch) -> Section:
    rows = [(b.kind, b.value, b.frequency or None) for b in item.bifurcations[:_MOST]]
    table = grid(
        ["bifurcation", item.parameter, "frequency (Hz)"], rows,
        caption=f"{len(rows)} of {len(item.bifurcations)} bifurcations",
    )  # fmt: skip
    low, high = float(item.values.min()), float(item.values.max())
    told = "; ".join(f"{b.kind} at {b.value:.6g}" for b in item.bifurcations[:_HUBS])
    said = (
        f"Followed over {item.parameter} from {low:.4g} to {high:.4g}: "
        f"{told or 'its fixed point does not change its kind'}."
    )
    return Section(
        f"Continuation over {item.parameter}", "figures", (table,) if rows else (),
        (drawn("Continuation", lambda: bifurcation(item)),), summary=(said,),
    )  # fmt: skip


@section.register
def _(item: PhaseMap) -> Section:
    shares = {name: item.share(name) for name in BEHAVIORS if item.share(name) > 0}
    over = " and ".join(item.points)
    table = grid(
        ["behavior", "share of the points"], list(shares.items()),
        caption=f"{len(item.behavior)} points over {over}",
    )  # fmt: skip
    told = ", ".join(f"{name} at {share:.0%}" for name, share in shares.items())
    warned = ("At some points of the phase map the run diverged.",)
    return Section(
        f"Behavior over {over}", "figures", (table,),
        (drawn("Phase map", lambda: phase_map(item)),),
        summary=(f"Over {over}: {told} of {len(item.behavior)} points.",),
        warnings=warned if item.share("diverged") else (),
    )  # fmt: skip


@section.register
def _(item: Profile) -> Section:
    hubs = [item.names.index(name) for name in item.output_hubs(_HUBS)]
    rows = [
        (item.names[k], float(item.out_strength[k]), float(item.in_strength[k]),
         float(item.average_controllability[k]), float(item.modal_controllability[k]),
         float(item.participation[k]), int(item.module[k]) + 1)
        for k in hubs
    ]  # fmt: skip
    table = grid(
        ["region", "strength out", "strength in", "average controllability",
         "modal controllability", "participation", "module"], rows,
        caption=f"The {len(rows)} regions that act most on others",
    )  # fmt: skip
    about = facts({"modularity": item.modularity, "efficiency": item.efficiency,
                   "input hubs": item.input_hubs(_HUBS)})  # fmt: skip
    return Section(
        "Network profile", "figures", (table, about),
        (drawn("Network profile", lambda: profile(item)),),
    )  # fmt: skip
