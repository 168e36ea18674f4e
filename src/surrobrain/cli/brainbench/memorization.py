"""``surrobrain brainbench memorization``: whether a model has seen the test cases."""

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import (
    model_from,
    model_options,
    scoring_from,
    scoring_options,
    threads,
)
from surrobrain.cli.options import assignments, emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.brainbench.memorization import Memorization

__all__ = ["memorization"]


@click.command()
@click.argument("model")
@click.argument("items", type=click.Path())
@click.option(
    "--reference",
    multiple=True,
    metavar="NAME=FILE",
    help="Other texts to compare with, such as known members of the training data: "
    "a .txt file with one text, or jsonl with 'text' (repeatable).",
)
@click.option(
    "--cutoff",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="End of the training data; cases before and since are compared.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.2,
    show_default=True,
    help="Of the least probable tokens, for Min-K%.",
)
@click.option("--figure", metavar="FILE", help="Draw it, as a PNG file.")
@click.option(
    "--on-bad",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "drop", "keep", "repair"]),
    help="As in validate.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the permutations.")
@scoring_options
@model_options
@output_options
def memorization(
    model: str,
    items: str,
    reference: tuple[str, ...],
    cutoff: datetime.datetime | None,
    seed: int,
    as_json: bool,
    **typed: Any,
) -> None:
    """Compare how familiar ITEMS are to MODEL with other texts of like length, and by date.

    \b
    surrobrain brainbench memorization gpt2 cases.jsonl --cutoff 2023-06-01 \\
        --reference speech=gettysburg.txt --figure familiarity.png

    Nothing found is no proof that nothing was seen.
    """  # fmt: skip
    from surrobrain.brainbench.memorization import TokenNumbers, find_memorization
    from surrobrain.brainbench.token_numbers import token_numbers
    from surrobrain.cli.cases import cases_from

    tell = teller()
    cases = cases_from(items, on_bad=typed["on_bad"])
    pairs = assignments(reference, "--reference")
    references = {name: _texts(file) for name, file in pairs.items()}
    with threads(typed["threads"]):
        reader = model_from(model, typed, tell)
        recipe = scoring_from(reader, typed)

        def score(texts: Sequence[str]) -> list[TokenNumbers]:
            return token_numbers(reader, texts, scoring=recipe, shown=tell is not None)

        found = find_memorization(
            cases, score=score, model=reader.name, references=references,
            cutoff=cutoff.date() if cutoff else None, share=typed["share"], seed=seed,
        )  # fmt: skip
    if typed["figure"] is not None:
        from surrobrain.reports.figures.familiarity import familiarity

        familiarity(found).save(typed["figure"])
    payload = _payload(found, recipe.name)
    emit(payload, _text(payload), as_json=as_json)


def _texts(path: str) -> list[str]:
    import json

    from surrobrain.checks import text_of

    content = text_of(path)
    if not path.endswith((".jsonl", ".ndjson")):
        return [content.strip()]
    try:
        return [json.loads(line)["text"] for line in content.splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError):
        raise ValueError(f"{path} does not hold one object with 'text' per line") from None


def _payload(found: "Memorization", recipe: str) -> dict[str, Any]:
    import dataclasses

    import numpy as np

    return {
        "model": found.model, "scoring": recipe,
        "groups": [
            {
                "name": group.name, "n_texts": len(group),
                "median_perplexity": float(np.exp(np.median(group.loss))),
                **{name: float(np.median(values)) for name, values in group.scores.items()},
            }
            for group in found.groups
        ],
        "comparisons": [dataclasses.asdict(c) for c in found.comparisons],
        "notes": list(found.notes),
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    names = list(payload["groups"][0])[3:]
    groups = [
        [g["name"], str(g["n_texts"]), f"{g['median_perplexity']:.3g}",
         *(f"{g[name]:.4g}" for name in names)]
        for g in payload["groups"]
    ]  # fmt: skip
    compared = [
        [f"{c['first']} ({c['n_first']})", f"{c['second']} ({c['n_second']})", c["score"],
         f"{c['auc']:.3f}", f"{c['low']:.3f} to {c['high']:.3f}", f"{c['p_value']:.2g}"]
        for c in payload["comparisons"]
    ]  # fmt: skip
    return "\n".join([
        f"{payload['model']}, scoring {payload['scoring']}; medians by group",
        table(["texts", "n", "perplexity", *names], groups),
        "\nhow often a text of the first group is the more familiar, among texts of like length",
        table(["first", "second", "by", "area", "95 % interval", "p"], compared)
        if compared else "nothing was compared; give --reference or --cutoff",
        *(f"  note: {note}" for note in payload["notes"]),
    ])  # fmt: skip
