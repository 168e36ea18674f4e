"""What simulated electrodes and a clinical resection become on the page."""

import math

from surrobrain.intervention.clinical_resection import ClinicalResection
from surrobrain.intervention.seeg_view import SeegView
from surrobrain.reports.figures.resection import resection
from surrobrain.reports.figures.seeg import seeg
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import grid

__all__ = ["section"]


@section.register
def _(item: SeegView) -> Section:
    said = (
        f"At the electrodes {item.left:.0%} of the movement is left after {item.plan.label}, "
        "in one simulated run."
        if math.isfinite(item.left)
        else "The electrodes see nothing move in this run."
    )
    return Section(
        "Simulated SEEG", "figures", (), (drawn("Simulated SEEG", lambda: seeg(item)),),
        summary=(said,),
    )  # fmt: skip


@section.register
def _(item: ClinicalResection) -> Section:
    o, done = item.overlap, item.operations["clinic"]
    said = [
        f"The plan and the clinical resection share {len(item.both)} regions (AUC {o.auc:.2f}, "
        f"Dice {o.dice:.2f}); in the model {done.freedom:.0%} of the runs are free of seizures "
        "after the resection that was done."
    ]
    if item.outcome:
        said.append(f"What became of the patient: {item.outcome}.")
    return Section(
        "Resection in the clinic", "scores", _tables(item),
        (drawn("Plan and resection", lambda: resection(item)),), summary=tuple(said),
        warnings=item.warnings,
    )  # fmt: skip


def _span(low: float, high: float) -> str:
    return f"{low:.2f} to {high:.2f}" if math.isfinite(low) else "not defined"


def _tables(item: ClinicalResection) -> tuple[str, ...]:
    """Return overlap, what each operation does to the model, and who removes what."""
    o = item.overlap
    overlap = grid(
        ["", "value", "95 % interval"],
        [
            ("AUC", o.auc, _span(o.low, o.high)),
            ("probability of such an AUC by chance", o.p_value, "-"),
            ("Dice", o.dice, "-"),
            ("Jaccard", o.jaccard, "-"),
            ("resected regions inside the predicted zone", o.sensitivity, "-"),
            ("spared regions outside of it", o.specificity, "-"),
        ],
        caption=f"Overlap of the model's zone with the {o.n_resected} resected of {o.n_regions} "
        "regions; regions are taken for independent, which neighbors are not",
    )
    outcome = grid(
        ["operation", "what", "tissue", "runs free of seizures", "95 % interval", "left seizing"],
        [
            (name, plan.label, plan.tissue, plan.freedom, _span(plan.low, plan.high), plan.burden)
            for name, plan in item.operations.items()
        ],
        caption=f"Outcome in the model, each over {item.surgery.n_runs} runs under the same noise",
    )
    agreed = grid(
        ["removed by", "regions"],
        [
            ("both", ", ".join(item.both)),
            ("plan alone", ", ".join(item.plan_only)),
            ("clinic alone", ", ".join(item.clinic_only)),
        ],
        caption="Who removes what",
    )
    return overlap, outcome, agreed
