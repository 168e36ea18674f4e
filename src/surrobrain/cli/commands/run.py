"""``surrobrain run``: the whole way, from a recording to a report."""

from typing import Any

import click

from surrobrain.cli.options import (
    assignments,
    emit,
    output_options,
    reading_options,
    run_folder,
    teller,
)

__all__ = ["run"]


@click.command()
@click.argument("recording", type=click.Path())
@click.option(
    "--connectome",
    metavar="FILE",
    help="Structural wiring; without names, in the order of the recording.",
)
@click.option(
    "--model",
    default="mlp",
    show_default=True,
    metavar="NAME",
    help="Architecture; 'surrobrain catalog architectures' lists them.",
)
@click.option("--memory", default=1, show_default=True, help="Past samples the model sees.")
@click.option(
    "--penalty",
    "penalties",
    multiple=True,
    metavar="NAME=WEIGHT",
    help="For instance structure=0.01 (repeatable).",
)
@click.option("--target", metavar="REGION", help="Region to stimulate and lesion.")
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@click.option(
    "--out",
    metavar="DIR",
    help="Run folder, by default surrobrain-run or the next free number; a finished run is never "
    "overwritten, an interrupted one goes on.",
)
@reading_options
@output_options
def run(
    recording: str,
    connectome: str | None,
    out: str | None,
    penalties: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Fit a surrogate to RECORDING, judge it, perturb it, and write a report.

    \b
    surrobrain run bold.npy --tr 0.72 --orientation region_by_time --connectome sc.npy
    surrobrain run sub-01_eeg.edf --memory 3
    surrobrain run bids/ --which sub=01 --which task=rest --out sub-01
    """  # fmt: skip
    from surrobrain.checks import number
    from surrobrain.cli.reading import locate, read_recording, read_wiring
    from surrobrain.provenance import source
    from surrobrain.study.plan import Plan
    from surrobrain.study.study import study

    chosen = {name: options.pop(name) for name in ("model", "memory", "target", "seed")}
    weights = assignments(penalties, "--penalty")
    plan = Plan(
        penalties=tuple((name, number(weight, name, low=0.0)) for name, weight in weights.items()),
        **chosen,
    )
    measured = read_recording(recording, options)
    inputs = {"recording": source(locate(recording, options["which"])[0])}
    if connectome is not None:
        inputs["connectome"] = source(connectome)
    done = study(
        measured,
        connectome=None if connectome is None else read_wiring(connectome, measured),
        plan=plan,
        inputs=inputs,
        folder=run_folder(out, "surrobrain-run"),
        tell=teller(),
    )
    emit(done.to_dict(), str(done), as_json=as_json)
