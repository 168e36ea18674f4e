"""What virtual operations become on the page."""

from surrobrain.intervention.surgery_plan import Surgery
from surrobrain.reports.figures.surgery import surgery
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import grid

__all__ = ["section"]


@section.register
def _(item: Surgery) -> Section:
    named = [(f"plan {k}", plan) for k, plan in enumerate(item.plans, start=1)]
    rows = [
        (name, plan.label, plan.tissue, plan.freedom, f"{plan.low:.2f} to {plan.high:.2f}",
         plan.burden)
        for name, plan in [*named, *item.baselines.items()]
    ]  # fmt: skip
    table = grid(
        [
            "operation",
            "what",
            "tissue",
            "runs that go well",
            "95 % interval",
            "left seizing",
        ],
        rows,
        caption=f"Operations, each over {item.n_runs} runs that the search did not see",
    )
    best = item.best
    said = (
        f"Of {item.n_looked_at} operations ({item.method} search) the smallest that suffices is "
        f"{best.label}: {best.freedom:.0%} of the runs go well [{best.low:.0%}, {best.high:.0%}], "
        f"against {item.before.freedom:.0%} free of seizures without any."
    )
    return Section(
        "Virtual operation", "scores", (table,), (drawn("Operation", lambda: surgery(item)),),
        summary=(said,), warnings=item.warnings,
    )  # fmt: skip
