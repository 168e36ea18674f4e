"""From what was typed about scores of language models to their analysis."""

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from surrobrain.brainbench.item_reader import OnBad

__all__ = ["analyzed", "analyzing_options"]


def analyzing_options(function: Any) -> Any:
    """Add what may be said about the scores that are analyzed."""
    for option in (
        click.option("--seed", default=0, show_default=True, help="Decides every draw."),
        click.option("--compare", "pair", nargs=2, metavar="BEFORE AFTER",
                     help="Two models to hold against each other (McNemar)."),
        click.option("--model", "wanted", multiple=True, metavar="NAME",
                     help="A model of the file (repeatable); by default all."),
        click.option("--on-bad", default="raise", show_default=True,
                     type=click.Choice(["raise", "drop", "keep", "repair"]),
                     help="As in validate."),
        click.option("--items", metavar="FILE",
                     help="The cases that were read: subfields, places of edits, surface cues."),
        click.option("--humans", metavar="FILE",
                     help="Trials of people on the same cases (csv)."),
    ):  # fmt: skip
        function = option(function)
    return function


def analyzed(
    scores: str, *, wanted: tuple[str, ...], items: str | None, on_bad: "OnBad", **typed: Any
) -> Any:
    """Read the scores that were typed, and analyze those that were asked for."""
    from surrobrain.brainbench.analysis import analyze as look
    from surrobrain.brainbench.published import read_choices
    from surrobrain.checks import choice
    from surrobrain.cli.cases import cases_from

    found = read_choices(scores)
    cases = () if items is None else cases_from(items, on_bad=on_bad)
    pair = typed["pair"] or None
    names = [choice(name, found, "model") for name in (*wanted, *(pair or ()))] if wanted else found
    models = [found[name] for name in dict.fromkeys(names)]
    return look(models, items=cases, humans=typed["humans"], pair=pair, seed=typed["seed"])
