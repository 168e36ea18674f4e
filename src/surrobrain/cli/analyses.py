"""Results of the analysis of a model, as numbers for programs and as a line for people."""

import functools
from typing import Any

from surrobrain.analysis.continuation import Branch
from surrobrain.analysis.lyapunov import LyapunovSpectrum
from surrobrain.analysis.phase_map import BEHAVIORS, PhaseMap
from surrobrain.analysis.profile import Profile

__all__ = ["in_words", "numbers_of"]

_HUBS = 3


@functools.singledispatch
def numbers_of(result: Any) -> Any:
    """Return what JSON can hold of a result; of a tuple, of each fixed point."""
    return [
        {"kind": p.kind, "unstable": p.n_unstable, "growth": float(p.growth[0]),
         "smallest state": float(p.state.min()), "largest state": float(p.state.max())}
        for p in result
    ]  # fmt: skip


@numbers_of.register
def _(result: LyapunovSpectrum) -> Any:
    return {"exponents": result.exponents.tolist(), "errors": result.error.tolist()}


@numbers_of.register
def _(result: Branch) -> Any:
    return {
        "parameter": result.parameter,
        "bifurcations": [
            {"kind": b.kind, "at": b.value, "frequency": b.frequency} for b in result.bifurcations
        ],
    }


@numbers_of.register
def _(result: PhaseMap) -> Any:
    shares = {name: result.share(name) for name in BEHAVIORS}
    return {"points": len(result.behavior), "share": shares}


@numbers_of.register
def _(result: Profile) -> Any:
    return {
        "output hubs": list(result.output_hubs(_HUBS)),
        "input hubs": list(result.input_hubs(_HUBS)),
        "modularity": result.modularity, "efficiency": result.efficiency,
        "modules": int(result.module.max()) + 1,
    }  # fmt: skip


@functools.singledispatch
def in_words(result: Any) -> str:
    """Return a result in one line; of a tuple, its fixed points."""
    kinds = [p.kind for p in result]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    return f"fixed points: {told or 'none found'}"


@in_words.register
def _(result: LyapunovSpectrum) -> str:
    told = [f"{v:.3g} +/- {2 * e:.2g}" for v, e in zip(result.exponents, result.error, strict=True)]
    return f"Lyapunov exponents (1/s): {', '.join(told)}"


@in_words.register
def _(result: Branch) -> str:
    told = "; ".join(f"{b.kind} at {b.value:.6g}" for b in result.bifurcations)
    return f"over {result.parameter}: {told or 'no bifurcation'}"


@in_words.register
def _(result: PhaseMap) -> str:
    shares = {name: result.share(name) for name in BEHAVIORS}
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items() if share)
    return f"over {' and '.join(result.points)}, {len(result.behavior)} points: {told}"


@in_words.register
def _(result: Profile) -> str:
    return (
        f"profile: output hubs {', '.join(result.output_hubs(_HUBS))}; input hubs "
        f"{', '.join(result.input_hubs(_HUBS))}; {int(result.module.max()) + 1} modules, "
        f"modularity {result.modularity:.2f}"
    )
