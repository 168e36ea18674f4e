"""``surrobrain fit``: a network's unknowns, or a learned model, from a recording."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import (
    emit,
    output_options,
    reading_options,
    run_folder,
    table,
    teller,
)  # fmt: skip
from surrobrain.cli.unknowns import features_of, free_network_of, unknown_options

if TYPE_CHECKING:
    from surrobrain.inverse.fit_network import NetworkFit

__all__ = ["fit"]

_ARCHITECTURES = "surrobrain.learned.architectures"


@click.command()
@click.argument("model")
@click.argument("recording", type=click.Path())
@unknown_options
@click.option(
    "--method",
    default="cma_es",
    show_default=True,
    help="Search: cma_es, adam, lbfgs or gauss_newton.",
)
@click.option(
    "--through",
    default="simulation",
    show_default=True,
    help="simulation, or linearization for covariances of a network at rest.",
)
@click.option("--starts", default=1, show_default=True, help="Searches, from different points.")
@click.option("--iterations", default=100, show_default=True, help="Steps of each, at most.")
@click.option("--memory", type=int, help="Learned models: past samples seen.  [default: 1]")
@click.option("--epochs", type=int, help="Learned models: passes through the data.")
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option(
    "--out",
    metavar="DIR",
    help="Run folder, by default surrobrain-fit or the next free number; the same "
    "command goes on with one that was interrupted.",
)
@reading_options
@output_options
def fit(model: str, recording: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Fit MODEL, a node or an architecture of the catalog, to RECORDING.

    \b
    surrobrain fit wong_wang bold.npy --tr 0.72 --connectome sc.npy --observer bold \\
        --param noise=0.01 --free coupling=uniform:0:0.5 --free-each w=uniform:0.3:1
    surrobrain fit mlp bold.npy --tr 0.72 --memory 3

    \b
    For a network, 'surrobrain trust DIR' then says which unknowns the data decide.
    """  # fmt: skip
    from surrobrain import catalog

    folder = run_folder(out, "surrobrain-fit")
    if model.replace("-", "_").lower() in catalog.names(_ARCHITECTURES):
        payload, text = _learned(model, recording, folder, typed)
    else:
        payload, text = _network(model, recording, folder, typed)
    emit(payload, text, as_json=as_json)


def _network(node: str, path: str, folder: Path, typed: dict[str, Any]) -> tuple[dict, str]:
    from surrobrain.cli.asked import asked
    from surrobrain.inverse.answers import save_answer
    from surrobrain.inverse.fit import fit as run_fit
    from surrobrain.inverse.search import Search
    from surrobrain.reports.report import Report
    from surrobrain.runs import Run

    for name in ("memory", "epochs"):
        if typed[name] is not None:
            raise click.UsageError(f"--{name} is for learned models; {node} is a node")
    search = Search(
        typed["method"], through=typed["through"], n_starts=typed["starts"],
        iterations=typed["iterations"],
    )  # fmt: skip
    free, measured = free_network_of(node, path, typed)
    features = features_of(typed["features"])
    config = asked(path, typed, command="fit", model=node)
    run = Run.create(
        folder, config=config | {"search": dataclasses.asdict(search)}, seed=typed["seed"]
    )
    checkpoint = run.folder / "fit.checkpoint"
    found = run_fit(
        free, measured, loss=features, training=search, seed=typed["seed"], checkpoint=checkpoint
    )
    save_answer(found, run.folder / "answer")
    run.metrics([
        {"feature": name, "distance": value, "prior, all features": found.prior_loss}
        for name, value in found.distances.items()
    ])  # fmt: skip
    run.add("report.html", Report(f"Fit of {node}", [measured, found], provenance=config).html())
    checkpoint.unlink(missing_ok=True)
    run.finish()
    return _payload(found, folder), _text(found, folder)


def _payload(found: "NetworkFit", folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder), "values": found.values, "loss": found.loss,
        "prior_loss": found.prior_loss, "distances": found.distances,
        "warnings": list(found.warnings), "seed": found.seed,
    }  # fmt: skip


def _text(found: "NetworkFit", folder: Path) -> str:
    units = dict(zip(found.free.names, found.free.units, strict=True))
    rows = [[name, f"{value:.4g}", units[name]] for name, value in found.values.items()]
    lines = [
        table(["unknown", "value", "unit"], rows),
        f"\nloss {found.loss:.4g}; median point of the prior {found.prior_loss:.4g}",
        *(f"warning: {warning}" for warning in found.warnings),
        f"in {folder}; surrobrain trust {folder} says what of it to believe",
    ]
    return "\n".join(lines)


def _learned(name: str, path: str, folder: Path, typed: dict[str, Any]) -> tuple[dict, str]:
    from surrobrain import catalog
    from surrobrain.cli.asked import asked
    from surrobrain.cli.reading import read_recording
    from surrobrain.inverse.fit import fit as run_fit
    from surrobrain.models import save_model
    from surrobrain.reports.report import Report
    from surrobrain.runs import Run
    from surrobrain.training.options import Training

    for option in ("free", "free_each", "features", "parameters"):
        if typed[option]:
            raise click.UsageError(f"{name} is a learned model: it has no parameters to be free")
    measured = read_recording(path, typed)
    kind: Any = catalog.load(_ARCHITECTURES, name)
    training = Training(progress=teller() is not None)
    if typed["epochs"] is not None:
        training = dataclasses.replace(training, epochs=typed["epochs"])
    config = asked(path, typed, command="fit", model=name)
    run = Run.create(folder, config=config, seed=typed["seed"])
    checkpoint = run.folder / "fit.checkpoint"
    found = run_fit(
        kind(measured.n_regions, memory=typed["memory"] or 1), measured, training=training,
        seed=typed["seed"], checkpoint=checkpoint,
    )  # fmt: skip
    save_model(found.model, run.folder / "model")
    history = found.history
    errors = {"model": history.one_step, "persistence": history.persistence,
              "linear model": history.linear_var}  # fmt: skip
    run.metrics([{"metric": "validation error (sd2)", **errors}])
    run.add("report.html", Report(f"Fit of {name}", [measured, found], provenance=config).html())
    checkpoint.unlink(missing_ok=True)
    run.finish()
    rows = [[key, f"{value:.4g}"] for key, value in errors.items()]
    lines = [table(["next sample", "validation error (sd2)"], rows),
             *(f"warning: {warning}" for warning in found.warnings),
             f"in {folder}; surrobrain evaluate REAL {folder}/model judges it"]  # fmt: skip
    return {"folder": str(folder), "errors": errors, "warnings": list(found.warnings),
            "seed": typed["seed"]}, "\n".join(lines)  # fmt: skip
