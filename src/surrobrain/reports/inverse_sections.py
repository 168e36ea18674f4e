"""What fitted networks, posteriors and the judgement of both become on the page."""

from surrobrain.inverse.fit_network import NetworkFit
from surrobrain.inverse.posterior import Posterior
from surrobrain.inverse.well_posed import Trust
from surrobrain.reports.figures.posterior import posterior
from surrobrain.reports.figures.trust import trust
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid

__all__ = ["section"]

_FIRST = 12  # unknowns that are named one by one


@section.register
def _(item: NetworkFit) -> Section:
    found, units = list(item.values.items()), item.free.units
    table = grid(
        ["unknown", "value", "unit"],
        [(name, value, unit) for (name, value), unit in zip(found, units, strict=True)],
        caption="What was searched for",
    )
    about = facts(
        {
            "node": type(item.free.network.node).__name__,
            "search": f"{item.objective.search.method} through {item.objective.search.through}",
            "searches": len(item.losses),
            "loss": item.loss,
            "loss of the median point of the prior": item.prior_loss,
            "distances": item.distances,
            "seed": item.seed,
            "seconds": item.seconds,
        }
    )
    said = (
        f"{len(found)} unknown{'s' if len(found) > 1 else ''} of a "
        f"{type(item.free.network.node).__name__} network were fitted. The distance to the "
        f"recording fell to {item.loss:.3g}, against {item.prior_loss:.3g} at the median point of "
        "the prior."
    )
    return Section("Fit", "methods", (about, table), summary=(said,), warnings=item.warnings)


@section.register
def _(item: Posterior) -> Section:
    low, high = item.interval(0.9)
    table = grid(
        ["unknown", "mean", "5 %", "95 %", "unit", "shrinkage"],
        [
            (name, item.mean[k], low[k], high[k], item.units[k], item.shrinkage[k])
            for k, name in enumerate(item.names)
        ],
        caption="Posterior",
    )
    about = facts(
        {"method": item.method, "draws": len(item.u), "simulations that failed": item.failed,
         "diagnostics": item.diagnostics, "seed": item.seed, "seconds": item.seconds}
    )  # fmt: skip
    text = (
        "Shrinkage is the share of the prior's variance that the data took away: 1 where they "
        "decide, 0 where they say nothing.",
    )
    return Section(
        "Posterior", "figures", (table, about), (drawn("Posterior", lambda: posterior(item)),),
        text, warnings=item.warnings,
    )  # fmt: skip


@section.register
def _(item: Trust) -> Section:
    table = grid(
        ["unknown", "estimate", "unit", "shrinkage", "verdict", "what would help"],
        [
            (name, item.estimate[k], item.units[k], item.shrinkage[k], item.verdicts[k],
             item.advice[k])
            for k, name in enumerate(item.names)
        ],
        caption="What the data decide",
    )  # fmt: skip
    said, _, _ = str(item).partition("\n\n")
    lines = said.split("\n")
    lost = [n for n, v in zip(item.names, item.verdicts, strict=True) if v == "not identified"]
    told = ", ".join(lost[:_FIRST]) + (" and others" if len(lost) > _FIRST else "")
    warned = (f"The data do not decide {told}: other values explain them as well.",) if lost else ()
    return Section(
        "What the data decide", "scores", (table,), (drawn("Trust", lambda: trust(item)),),
        tuple(lines[1:]), (lines[0],), warned,
    )  # fmt: skip
