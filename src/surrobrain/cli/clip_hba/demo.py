"""``surrobrain clip-hba demo``: all three stages on persons whose truth is known."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.clip_hba.three_stages import ThreeStages

__all__ = ["demo"]


@click.command()
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option(
    "--out",
    default="clip-hba-demo",
    show_default=True,
    metavar="FOLDER",
    help="Where the report goes.",
)
@click.option(
    "--cache",
    metavar="FOLDER",
    help="Where the small CLIP is kept; by default the cache of this user.",
)
@output_options
def demo(seed: int, out: str, cache: str | None, as_json: bool) -> None:
    """Tune a small CLIP to simulated judgments, to a group's brains, and to four persons.

    Takes about a minute, and 30 seconds more on first use, when the small CLIP learns. Writes a
    report and says whether the hidden truth was found.

    \b
    surrobrain clip-hba demo --out clip-hba-demo
    """  # fmt: skip
    from pathlib import Path

    from surrobrain.clip_hba.three_stages import three_stages
    from surrobrain.provenance import environment
    from surrobrain.reports.report import Report

    found = three_stages(folder=cache, seed=seed, tell=teller())
    items = [found, found.specificity, found.scores, found.group]
    report = Report(
        "CLIP-HBA on simulated persons", items, provenance={"seed": seed, **environment()}
    )
    page = report.save(Path(out) / "report.html")
    payload = _payload(found, str(page))
    emit(payload, _text(payload), as_json=as_json)


def _payload(found: "ThreeStages", page: str) -> dict[str, Any]:
    counted = found.study.responding
    return {
        "report": page, "behavior": dict(found.behavior), "recovery": found.recovery,
        "depth_error": found.depth_error,
        "similarity": {
            name: float(course[counted].mean())
            for name, course in zip(found.scores.models, found.scores.mean, strict=True)
        },
        "n_identified": found.specificity.n_identified, "n_persons": len(found.persons),
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    rows = [
        *([f"judged dissimilarities, {k}", f"{v:.3f}"] for k, v in payload["behavior"].items()),
        *([f"new persons, {k}", f"{v:.3f}"] for k, v in payload["similarity"].items()),
        ["hidden layer schedule, correlation", f"{payload['recovery']:.3f}"],
        ["persons best predicted by their own model",
         f"{payload['n_identified']} of {payload['n_persons']}"],
    ]  # fmt: skip
    return "\n".join([table(["on new pictures", "value"], rows), f"report: {payload['report']}"])
