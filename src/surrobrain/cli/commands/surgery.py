"""``surrobrain surgery``: the smallest operation after which a virtual patient no longer seizes."""

import math
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.clinic import clinic_options, resected_regions
from surrobrain.cli.options import emit, output_options, run_folder

if TYPE_CHECKING:
    from surrobrain.intervention.clinical_resection import ClinicalResection
    from surrobrain.intervention.seeg_view import SeegView
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
@clinic_options
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
    'infer'. With a gain matrix the page shows what the electrodes would record before and after;
    with a resection that was done, how far it and the plan agree, and what each does to the model.

    \b
    surrobrain infer epileptor_2d seeg.npz ... --out patient
    surrobrain surgery patient --duration 0.08 --gain seeg_gain.npy --contacts contacts.csv
    surrobrain surgery patient --duration 0.08 --mask resection.nii.gz --atlas atlas.nii.gz
    surrobrain surgery patient --duration 0.08 --resected lh-fusiform --outcome "Engel I"

    Research software: a model is operated on. No decision about a patient may rest on it.
    """  # fmt: skip
    from surrobrain.cli.patient import model_in
    from surrobrain.intervention.clinical_resection import resected_in_model
    from surrobrain.intervention.operation import Operation
    from surrobrain.intervention.seizures import patient_of
    from surrobrain.intervention.virtual_surgery import plan_surgery
    from surrobrain.reports.report import Report
    from surrobrain.runs import Run

    operation = Operation(
        typed["kind"], candidates=typed["candidates"] or None, enough=typed["enough"],
        method=typed["method"],
    )  # fmt: skip
    who, config = model_in(patient), _config(patient, typed)
    regions = patient_of(who, duration=typed["duration"], threshold=0.0).network.regions
    gain, removed = _gain(regions, typed), resected_regions(typed)
    if removed is not None:
        resected_in_model(removed, regions)
    folder = run_folder(out, "surrobrain-surgery")
    run = Run.create(folder, config=config, seed=typed["seed"])
    found = plan_surgery(
        who, duration=typed["duration"], operation=operation, threshold=typed["threshold"],
        n_runs=typed["runs"], seed=typed["seed"],
    )  # fmt: skip
    clinic = _clinic(who, found, removed, typed)
    view = _view(who, found, gain, typed)
    rows = _rows(found)
    run.metrics(rows)
    page = [item for item in (found, view, clinic) if item is not None]
    run.add("report.html", Report("Virtual operation", page, provenance=config).html())
    run.finish()
    told = {"folder": str(folder), "operations": rows, "warnings": list(found.warnings)}
    emit(told | _beside(view, clinic), _words(found, view, clinic, str(folder)), as_json=as_json)


def _beside(view: "SeegView | None", clinic: "ClinicalResection | None") -> dict[str, Any]:
    """Return what programs are told beside the plans."""
    found: dict[str, Any] = {}
    if clinic is not None:
        found["resection in the clinic"] = _told(clinic)
    if view is not None:
        found["SEEG"] = {"contacts": view.before.n_regions, "sees": view.sees,
                         "left": _number(view.left)}  # fmt: skip
    return found


def _words(
    found: "Surgery", view: "SeegView | None", clinic: "ClinicalResection | None", folder: str
) -> str:
    """Return what people are told."""
    lines = [str(found)]
    if clinic is not None:
        lines.append(str(clinic))
    if view is not None:
        lines.append(f"electrodes: {view.left:.0%} of the movement is left")
    return "\n".join([*lines, f"in {folder}"])


def _config(patient: str, typed: dict[str, Any]) -> dict[str, Any]:
    """Return what was asked for, with the files that were read."""
    from surrobrain.provenance import source

    files = {name: typed[name] for name in ("gain", "contacts", "mask", "atlas", "resected_table")}
    asked = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in typed.items() if name not in files
    }  # fmt: skip
    read = {name: source(path) for name, path in files.items() if path}
    return {"command": "surgery", "patient": source(patient), "options": asked, **read}


def _gain(regions: tuple[str, ...], typed: dict[str, Any]) -> Any:
    """Read the gain matrix, if one was given, in the order of the patient's regions."""
    from surrobrain.data.read_gain import read_gain

    if typed["gain"] is None:
        if typed["contacts"] is not None or typed["sees"] is not None:
            raise click.UsageError("--contacts and --sees say how a --gain is read; give it too")
        return None
    return read_gain(typed["gain"], regions=regions, channels=typed["contacts"])


def _view(who: Any, found: "Surgery", gain: Any, typed: dict[str, Any]) -> "SeegView | None":
    from surrobrain.intervention.seeg_view import seeg_view

    if gain is None:
        return None
    return seeg_view(
        who, found.best, gain=gain, duration=typed["duration"], sees=typed["sees"],
        seed=typed["seed"],
    )  # fmt: skip


def _clinic(
    who: Any, found: "Surgery", removed: Any, typed: dict[str, Any]
) -> "ClinicalResection | None":
    from surrobrain.intervention.clinical_resection import clinical_resection

    if removed is None:
        return None
    return clinical_resection(
        who, found, resected=removed, duration=typed["duration"], threshold=typed["threshold"],
        outcome=typed["outcome"], seed=typed["seed"],
    )  # fmt: skip


def _told(clinic: "ClinicalResection") -> dict[str, Any]:
    o = clinic.overlap
    told = {"AUC": o.auc, "low": o.low, "high": o.high, "p": o.p_value, "Dice": o.dice,
            "Jaccard": o.jaccard, "sensitivity": o.sensitivity,
            "specificity": o.specificity}  # fmt: skip
    return {key: _number(value) for key, value in told.items()} | {
        "outcome": clinic.outcome or None, "resected": clinic.shares,
        "both": list(clinic.both), "plan alone": list(clinic.plan_only),
        "clinic alone": list(clinic.clinic_only), "not in the model": list(clinic.elsewhere),
        "operations": [_row(name, plan) for name, plan in clinic.operations.items()],
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _rows(found: "Surgery") -> list[dict[str, Any]]:
    named = [(f"plan {k}", plan) for k, plan in enumerate(found.plans, start=1)]
    return [_row(name, plan) for name, plan in [*named, *found.baselines.items()]]


def _row(name: str, plan: Any) -> dict[str, Any]:
    return {"operation": name, "what": plan.label, "tissue": plan.tissue, "freedom": plan.freedom,
            "low": plan.low, "high": plan.high, "seizing": plan.burden}  # fmt: skip
