"""From what was typed about scores of language models to their analysis."""

from typing import Any

import click

__all__ = ["analyzed", "analyzing_options"]


def analyzing_options(function: Any) -> Any:
    """Add what may be said about the scores that are analyzed."""
    for option in (
        click.option("--seed", default=0, show_default=True, help="Decides every draw."),
        click.option("--compare", "pair", nargs=2, metavar="BEFORE AFTER",
                     help="Two models to hold against each other (McNemar)."),
        click.option("--model", "wanted", multiple=True, metavar="NAME",
                     help="A model of the file (repeatable); by default all."),
        click.option("--humans", metavar="FILE",
                     help="Trials of people on the same cases (csv)."),
    ):  # fmt: skip
        function = option(function)
    return function


def analyzed(
    scores: str,
    humans: str | None,
    wanted: tuple[str, ...],
    pair: tuple[str, str] | None,
    seed: int,
) -> Any:
    """Read the scores that were typed, and analyze those that were asked for."""
    from surrobrain.brainbench.analysis import analyze as look
    from surrobrain.brainbench.published import read_choices
    from surrobrain.checks import choice

    found = read_choices(scores)
    names = [choice(name, found, "model") for name in (*wanted, *(pair or ()))] if wanted else found
    models = [found[name] for name in dict.fromkeys(names)]
    return look(models, humans=humans, pair=pair or None, seed=seed)
