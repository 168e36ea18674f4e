"""``surrobrain infer``: the posterior of a network's unknowns."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, reading_options, run_folder, table
from surrobrain.cli.unknowns import features_of, free_network_of, unknown_options

if TYPE_CHECKING:
    from surrobrain.inverse.posterior import Posterior

__all__ = ["infer"]

_COLUMNS = ("mean", "sd", "5 %", "95 %", "shrinkage")


@click.command()
@click.argument("node")
@click.argument("recording", type=click.Path())
@unknown_options
@click.option(
    "--method",
    default="neural_posterior",
    show_default=True,
    help="neural_posterior, smc_abc, laplace, variational or nuts.",
)
@click.option(
    "--simulations", default=2000, show_default=True, help="Runs of the network, for the first two."
)
@click.option("--rounds", default=1, show_default=True, help="Of neural_posterior.")
@click.option("--draws", default=1000, show_default=True, help="Draws of the posterior.")
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option(
    "--out",
    metavar="DIR",
    help="Run folder, by default surrobrain-infer or the next free number; the same "
    "command goes on with one that was interrupted.",
)
@reading_options
@output_options
def infer(node: str, recording: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Infer how probable all values of the unknowns of NODE are, given RECORDING.

    \b
    surrobrain infer wong_wang bold.npy --tr 0.72 --connectome sc.npy --observer bold \\
        --free coupling=uniform:0:0.5 --free noise=uniform:0.001:0.02 \\
        --feature functional_connectivity --feature moments

    \b
    'surrobrain trust DIR' then says which unknowns the data decide.
    """  # fmt: skip
    from surrobrain.cli.asked import asked
    from surrobrain.inverse.answers import save_answer
    from surrobrain.inverse.infer import infer as run_infer
    from surrobrain.inverse.inference import Inference
    from surrobrain.reports.report import Report
    from surrobrain.runs import Run

    method = Inference(
        typed["method"], n_simulations=typed["simulations"], rounds=typed["rounds"],
        n_draws=typed["draws"],
    )  # fmt: skip
    free, measured = free_network_of(node, recording, typed)
    features = features_of(typed["features"])
    folder = run_folder(out, "surrobrain-infer")
    config = asked(recording, typed, command="infer", model=node)
    run = Run.create(
        folder, config=config | {"inference": dataclasses.asdict(method)}, seed=typed["seed"]
    )
    found = run_infer(
        free, measured, features=features, method=method, seed=typed["seed"],
        folder=run.folder / "simulations",
    )  # fmt: skip
    save_answer(found, run.folder / "answer")
    rows = _rows(found)
    run.metrics(rows)
    page = Report(f"Posterior of {node}", [measured, found], provenance=config)
    run.add("report.html", page.html())
    run.finish()
    payload = {
        "folder": str(folder), "unknowns": rows, "failed": found.failed,
        "diagnostics": found.diagnostics, "warnings": list(found.warnings), "seed": typed["seed"],
    }  # fmt: skip
    emit(payload, _text(found, rows, folder), as_json=as_json)


def _rows(found: "Posterior") -> list[dict[str, Any]]:
    low, high = found.interval(0.9)
    values = dict(zip(_COLUMNS, (found.mean, found.sd, low, high, found.shrinkage), strict=True))
    return [
        {"unknown": name, "unit": found.units[k]} | {c: float(v[k]) for c, v in values.items()}
        for k, name in enumerate(found.names)
    ]


def _text(found: "Posterior", rows: list[dict[str, Any]], folder: Path) -> str:
    printed = [[r["unknown"], *(f"{r[c]:.4g}" for c in _COLUMNS), r["unit"]] for r in rows]
    return "\n".join([
        table(["unknown", *_COLUMNS, "unit"], printed),
        *(f"warning: {warning}" for warning in found.warnings),
        f"in {folder}; surrobrain trust {folder} says what of it to believe",
    ])  # fmt: skip
