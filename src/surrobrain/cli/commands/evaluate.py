"""``surrobrain evaluate``: hold a simulation or a model against a recording."""

from pathlib import Path

import click

from surrobrain.cli.options import emit, output_options, reading_options

__all__ = ["evaluate"]


@click.command()
@click.argument("real", type=click.Path())
@click.argument("simulated", type=click.Path())
@click.option("--train", metavar="FILE", help="Recording that the baselines may learn from.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="Only these (repeatable); 'surrobrain catalog metrics' lists them.",
)
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@reading_options
@output_options
def evaluate(
    real: str,
    simulated: str,
    train: str | None,
    metrics: tuple[str, ...],
    seed: int,
    as_json: bool,
    **reading: object,
) -> None:
    """Judge SIMULATED (a recording, or the folder of a saved model) against REAL.

    Baselines, null, floor and an interval stand beside every score.
    """
    from surrobrain.cli.reading import read_recording
    from surrobrain.evaluation.scorecard import evaluate as judge
    from surrobrain.models import load_model

    measured = read_recording(real, reading)
    is_model = Path(simulated).is_dir() and (Path(simulated) / "model.json").exists()
    candidate = load_model(simulated) if is_model else read_recording(simulated, reading)
    learned_from = None if train is None else read_recording(train, reading)
    scores = judge(measured, candidate, train=learned_from, metrics=metrics or None, seed=seed)
    emit(scores.to_dict(), str(scores), as_json=as_json)
