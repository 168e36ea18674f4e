"""``surrobrain surgery``: the smallest operation after which a virtual patient no longer seizes."""

import math
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, run_folder

if TYPE_CHECKING:
    from surrobrain.intervention.surgery_plan import Surgery

__all__ = ["surgery"]


@click.command()
@click.argument("patient", type=click.Path())
@click.option("--duration", type=float, required=True, metavar="SECONDS", help="Of one run.")
@click.option("--kind", default="resection", show_default=True, help="resection or disconnection.")
@click.option(
    "--candidate",
    "candidates",
    multiple=True,
    metavar="REGION",
    help="What may be removed (repeatable); by default what seizes.",
)
@click.option(
    "--resected",
    "resected",
    multiple=True,
    metavar="REGION",
    help="What was removed in the clinic, to compare with (repeatable).",
)
@click.option("--threshold", default=0.0, show_default=True, help="Above it a region seizes.")
@click.option(
    "--enough",
    default=0.95,
    show_default=True,
    help="Share of the runs that must be free of seizures.",
)
@click.option(
    "--method", default="auto", show_default=True, help="auto, exhaustive, greedy or genetic."
)
@click.option("--runs", default=100, show_default=True, help="Runs behind every plan.")
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option("--out", metavar="DIR", help="Run folder, by default surrobrain-surgery.")
@output_options
def surgery(patient: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Plan the smallest operation after which PATIENT no longer seizes.

    PATIENT is the folder of a network of epileptic regions, or of a run of 'surrobrain fit' or
    'infer'.

    \b
    surrobrain infer epileptor_2d seeg.npz ... --out patient
    surrobrain surgery patient --duration 0.08 --resected lh-fusiform

    Research software: a model is operated on. No decision about a patient may rest on it.
    """  # fmt: skip
    from surrobrain.cli.patient import model_in
    from surrobrain.intervention.operation import Operation
    from surrobrain.intervention.virtual_surgery import plan_surgery
    from surrobrain.provenance import source
    from surrobrain.reports.report import Report
    from surrobrain.runs import Run

    operation = Operation(
        typed["kind"], candidates=typed["candidates"] or None, enough=typed["enough"],
        method=typed["method"],
    )  # fmt: skip
    asked = {name: list(v) if isinstance(v, tuple) else v for name, v in typed.items()}
    config = {"command": "surgery", "patient": source(patient), "options": asked}
    who = model_in(patient)
    folder = run_folder(out, "surrobrain-surgery")
    run = Run.create(folder, config=config, seed=typed["seed"])
    found = plan_surgery(
        who, duration=typed["duration"], operation=operation, threshold=typed["threshold"],
        n_runs=typed["runs"], seed=typed["seed"],
    )  # fmt: skip
    rows = _rows(found)
    run.metrics(rows)
    clinic = found.compare(typed["resected"]) if typed["resected"] else None
    page: list[Any] = [found]
    payload: dict[str, Any] = {"folder": str(folder), "operations": rows,
                               "warnings": list(found.warnings)}  # fmt: skip
    text = str(found)
    if clinic is not None:
        told = {"AUC": clinic.auc, "low": clinic.low, "high": clinic.high,
                "p": clinic.p_value, "Dice": clinic.dice}  # fmt: skip
        overlap = {key: value if math.isfinite(value) else None for key, value in told.items()}
        payload["resection in the clinic"] = overlap
        page.append({"resection in the clinic": overlap})
        text += f"\nclinic: AUC {clinic.auc:.2f}, Dice {clinic.dice:.2f}, p {clinic.p_value:.3g}"
    run.add("report.html", Report("Virtual operation", page, provenance=config).html())
    run.finish()
    emit(payload, f"{text}\nin {folder}", as_json=as_json)


def _rows(found: "Surgery") -> list[dict[str, Any]]:
    named = [(f"plan {k}", plan) for k, plan in enumerate(found.plans, start=1)]
    return [
        {"operation": name, "what": plan.label, "tissue": plan.tissue, "freedom": plan.freedom,
         "low": plan.low, "high": plan.high, "seizing": plan.burden}
        for name, plan in [*named, *found.baselines.items()]
    ]  # fmt: skip
