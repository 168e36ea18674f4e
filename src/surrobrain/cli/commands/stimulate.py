"""``surrobrain stimulate``: what a stimulus does, or where it would do most."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.brain import begin, brain_options, model_of, numbers, run_options, surface_of
from surrobrain.cli.effects import duration_option, finish_each, finish_effect, seeds_option
from surrobrain.cli.options import assignments, output_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from surrobrain.intervention.stimulus import Stimulus

__all__ = ["stimulate"]

_LIMITS = ("amplitude", "charge_per_phase", "duty", "energy")


@click.command()
@click.argument("model")
@brain_options
@click.option(
    "--protocol",
    default="step",
    show_default=True,
    metavar="NAME",
    help="Waveform; 'surrobrain catalog protocols' lists them.",
)
@click.option(
    "--at",
    multiple=True,
    metavar="REGION[=WEIGHT]",
    help="Region that is driven, and its share (repeatable).",
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="amplitude, rate, onset, duration or another parameter of the protocol (repeatable).",
)
@click.option(
    "--limit",
    multiple=True,
    metavar="NAME=VALUE",
    help="What may not be exceeded: amplitude, charge_per_phase, duty or energy (repeatable).",
)
@click.option(
    "--rank",
    type=click.Choice(["response", "controllability"]),
    help="Drive every region in turn, and rank them by what the others do.",
)
@duration_option
@seeds_option
@run_options("surrobrain-stimulate")
@output_options
def stimulate(model: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Say what a stimulus does to MODEL: the folder of a saved model, or the name of a node.

    \b
    surrobrain stimulate sub-01/model --protocol pulse_train --at V1_L --set amplitude=2 \\
        --set rate=5 --limit amplitude=3 --limit charge_per_phase=0.1 --duration 30
    surrobrain stimulate sub-01/model --rank response --set amplitude=1 --duration 20

    The dose is always printed. A stimulus beyond a limit is refused, not cut.
    """  # fmt: skip
    from surrobrain.intervention.dose import dose
    from surrobrain.intervention.rank_targets import rank_targets
    from surrobrain.intervention.what_if import what_if

    where, ranking = _where(typed["at"]), typed["rank"]
    if not where and not ranking:
        raise click.UsageError("nothing is driven: give --at REGION, or --rank response")
    brain, make = model_of(model, typed), _maker(typed)
    # all that can be refused is refused before a folder is made
    dose(make(where or {brain.regions[0]: 1.0}), brain, duration=typed["duration"])
    surface = surface_of(brain, typed)
    run = begin("stimulate", model, out, typed)
    ways = {"duration": typed["duration"], "n_seeds": typed["seeds"], "seed": typed["seed"]}
    if not ranking:
        effect = what_if(brain, stimulus=make(where), **ways)
        finish_effect(run, effect, on=surface, as_json=as_json)
        return
    found = rank_targets(
        brain, by=ranking, stimulus=lambda region: make({region: 1.0}),
        folder=run.folder / "regions", **ways,
    )  # fmt: skip
    finish_each(run, found, on=surface, as_json=as_json)


def _where(at: tuple[str, ...]) -> dict[str, float]:
    from surrobrain.checks import number

    pairs = [text.partition("=") for text in at]
    return {name: number(share, name) if mark else 1.0 for name, mark, share in pairs}


def _maker(typed: dict[str, Any]) -> "Callable[[dict[str, float]], Stimulus]":
    """Return what makes the stimulus for regions, or say what the protocol takes."""
    import inspect

    from surrobrain import catalog
    from surrobrain.checks import choice
    from surrobrain.intervention.limits import Limits

    protocol: Any = catalog.load("surrobrain.intervention.protocols", typed["protocol"])
    takes = inspect.signature(protocol).parameters
    known = [name for name in takes if name not in ("regions", "weights")]
    settings = {
        choice(name, known, f"parameter of {typed['protocol']}"): _value(
            text, takes[name].annotation
        )
        for name, text in assignments(typed["settings"], "--set").items()
    }
    needed = [name for name in known if takes[name].default is inspect.Parameter.empty]
    missing = [name for name in needed if name not in settings]
    if missing:
        raise click.UsageError(
            f"{typed['protocol']} needs {', '.join(missing)}: give --set {missing[0]}=VALUE"
        )
    limits = numbers(typed["limit"], "--limit")
    allowed = Limits(**{choice(name, _LIMITS, "limit"): v for name, v in limits.items()})
    return lambda regions: protocol(regions=regions, **settings).within(allowed)


def _value(text: str, kind: Any) -> Any:
    """Read a number where it is one, and else a word."""
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        return text
