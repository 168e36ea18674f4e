"""``surrobrain trust``: whether the answer of a run can be believed."""

import json
from pathlib import Path
from typing import Any

import click

from surrobrain.cli.options import emit, output_options, reading_options

__all__ = ["trust"]


@click.command()
@click.argument("run", type=click.Path())
@click.option(
    "--recording",
    metavar="FILE",
    type=click.Path(),
    help="What was fitted, to disturb and resample it; by default its features are.",
)
@click.option(
    "--budget", type=int, help="Evaluations for searching anew; by default as many as go quickly."
)
@click.option(
    "--simulations",
    default=48,
    show_default=True,
    help="Runs at the answer, and of the prior, for the predictive check.",
)
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option("--out", metavar="FILE.html", help="Write the report with its figures there.")
@reading_options
@output_options
def trust(run: str, recording: str | None, out: str | None, as_json: bool, **typed: Any) -> None:
    """Say of RUN, the folder of a fit or an inference, what the data decide and what not.

    \b
    surrobrain trust surrobrain-fit
    surrobrain trust surrobrain-infer --recording bold.npy --tr 0.72 --out trust.html
    """  # fmt: skip
    from surrobrain.cli.reading import read_recording
    from surrobrain.inverse.answers import load_answer
    from surrobrain.inverse.well_posed import trust as look
    from surrobrain.reports.report import Report

    config = _config(Path(run))
    measured = None
    if recording is not None:
        _same(recording, typed["which"], config)
        measured = read_recording(recording, typed)
    found = look(
        load_answer(Path(run) / "answer"), measured, budget=typed["budget"],
        n_draws=typed["simulations"], seed=typed["seed"],
    )  # fmt: skip
    if out is not None:
        Report("What the data decide", [found], provenance=config).save(out)
    unknowns = [
        {"unknown": name, "unit": found.units[k], "estimate": float(found.estimate[k]),
         "shrinkage": float(found.shrinkage[k]), "verdict": found.verdicts[k],
         "advice": found.advice[k]}
        for k, name in enumerate(found.names)
    ]  # fmt: skip
    payload = {"unknowns": unknowns, "remarks": list(found.remarks), "report": out}
    written = "" if out is None else f"\nwritten to {out}"
    emit(payload, str(found) + written, as_json=as_json)


def _config(folder: Path) -> dict[str, Any]:
    """Return what was asked of a finished run, or say why there is nothing to look at."""
    from surrobrain.checks import existing_file
    from surrobrain.runs import MANIFEST

    config = json.loads(existing_file(folder / "config.json").read_text())
    if (folder / "answer").is_dir() and (folder / MANIFEST).exists():
        return config
    if (folder / MANIFEST).exists():
        raise ValueError(
            f"{str(folder)!r} holds a learned model, which has no unknowns with priors; judge it "
            f"with: surrobrain evaluate REAL {folder}/model"
        )
    raise ValueError(
        f"{str(folder)!r} holds a run that was interrupted; repeat its command to finish it"
    )


def _same(path: str, which: tuple[str, ...], config: dict[str, Any]) -> None:
    from surrobrain.cli.reading import locate
    from surrobrain.provenance import source

    fitted = config["inputs"]["recording"]["sha256"]
    if source(locate(path, which)[0])["sha256"] != fitted:
        raise ValueError(f"{path!r} is not the recording that was fitted; give that one, or none")
