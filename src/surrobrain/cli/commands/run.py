"""``surrobrain run``: the whole way, from a recording to a report."""

from pathlib import Path

import click

from surrobrain.cli.options import assignments, emit, output_options, reading_options, tell

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
    default="surrobrain-run",
    show_default=True,
    metavar="DIR",
    help="Run folder; an existing finished run is never overwritten.",
)
@reading_options
@output_options
def run(
    recording: str,
    connectome: str | None,
    out: str,
    penalties: tuple[str, ...],
    as_json: bool,
    **options: object,
) -> None:
    """Fit a surrogate to RECORDING, judge it, perturb it, and write a report.

    \b
    surrobrain run bold.npy --tr 0.72 --orientation region_by_time --connectome sc.npy
    surrobrain run sub-01_eeg.edf --memory 3
    surrobrain run bids/ --which sub=01 --which task=rest --out sub-01
    """  # fmt: skip
    from surrobrain.checks import number
    from surrobrain.cli.reading import read_recording, read_wiring
    from surrobrain.provenance import source
    from surrobrain.study.plan import Plan
    from surrobrain.study.study import study

    chosen = {name: options.pop(name) for name in ("model", "memory", "target", "seed")}
    weights = assignments(penalties, "--penalty")
    plan = Plan(
        penalties=tuple((name, number(weight, name, low=0.0)) for name, weight in weights.items()),
        **chosen,  # pyright: ignore[reportArgumentType]
    )
    tell("reading")
    measured = read_recording(recording, options)
    done = study(
        measured,
        connectome=None if connectome is None else read_wiring(connectome, measured),
        plan=plan,
        inputs={"recording": source(recording)}
        | ({} if connectome is None else {"connectome": source(connectome)}),
        folder=Path(out),
        tell=tell,
    )
    emit(done.to_dict(), str(done), as_json=as_json)
