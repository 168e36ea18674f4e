"""``surrobrain brainbench report``: one page on what models foresee."""

from typing import Any

import click

from surrobrain.cli.analyzing import analyzed, analyzing_options
from surrobrain.cli.options import emit, output_options, teller

__all__ = ["report"]


@click.command()
@click.argument("scores", type=click.Path())
@click.option(
    "--out",
    default="brainbench.html",
    show_default=True,
    metavar="FILE.html",
    help="Where the page goes.",
)
@click.option(
    "--memorization",
    metavar="FILE.json",
    help="What `surrobrain brainbench memorization --json` printed, to stand on the page.",
)
@click.option("--title", default="BrainBench", show_default=True, help="Of the page.")
@analyzing_options
@output_options
def report(
    scores: str, out: str, title: str, memorization: str | None, as_json: bool, **typed: Any
) -> None:
    """Write one self-contained page on the models in SCORES.

    Bars against people with intervals, subfields, reliability diagrams, correlations below their
    ceiling, and headlines that another rule would change.

    \b
    surrobrain brainbench report scores.jsonl --out brainbench.html
    surrobrain brainbench report scores.csv --humans participants.csv --items cases.jsonl
    """
    from surrobrain.provenance import source
    from surrobrain.reports.report import Report

    tell = teller()
    if tell is not None:
        tell("resampling cases and readers")
    found = analyzed(scores, **typed)
    inputs = {"scores": source(scores)}
    inputs |= {name: source(typed[name]) for name in ("humans", "items") if typed[name]}
    shown = [found, *([] if memorization is None else [_familiar(memorization)])]
    path = Report(title, shown, provenance={**inputs, "seed": typed["seed"]}).save(out)
    weak = [h.claim for h in found.headlines if h.fragile]
    payload = {"report": str(path), "accuracy": found.mean.value, "fragile": weak}
    emit(payload, f"{found.mean}\nwritten to {path}", as_json=as_json)


def _familiar(path: str) -> Any:
    """Read the comparisons that were printed; what each text scored is not among them."""
    import json

    from surrobrain.brainbench.familiarity import Comparison
    from surrobrain.brainbench.memorization import Memorization
    from surrobrain.checks import existing_file

    try:
        said = json.loads(existing_file(path).read_text(encoding="utf-8"))
        compared = tuple(Comparison(**line) for line in said["comparisons"])
        return Memorization(said["model"], (), compared, tuple(said["notes"]))
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(
            f"{path} is not what `surrobrain brainbench memorization --json` prints ({error})"
        ) from None
