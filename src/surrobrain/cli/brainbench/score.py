"""``surrobrain brainbench score``: let a model choose in every test case."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import (
    model_from,
    model_options,
    scoring_from,
    scoring_options,
    threads,
)
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.brainbench.choices import Choices

__all__ = ["score"]


@click.command()
@click.argument("model")
@click.argument("items", type=click.Path())
@click.option(
    "--results",
    metavar="FILE",
    help="Journal to which every case is written at once; the same command goes on "
    "with one that was interrupted.",
)
@click.option(
    "--out", metavar="FILE", help="Table to write the choices to, as csv; for 'brainbench analyze'."
)
@scoring_options
@model_options
@output_options
def score(
    model: str, items: str, results: str | None, out: str | None, as_json: bool, **typed: Any
) -> None:
    """Score both versions of every case in ITEMS by MODEL, which chooses the less surprising one.

    \b
    MODEL is a name of Hugging Face, a folder with a model or an adapter, or with
    --server what the server calls it. ITEMS is read as by 'brainbench validate'.

    \b
    surrobrain brainbench score gpt2 cases.jsonl --scoring reference \\
        --results gpt2.scores.jsonl --out gpt2.csv
    """  # fmt: skip
    from surrobrain.brainbench.choosing import choose
    from surrobrain.brainbench.item_reader import read_items
    from surrobrain.brainbench.published import write_choices
    from surrobrain.pretrained.language import LanguageModel
    from surrobrain.pretrained.likelihood import why_not_shared

    if out is not None and typed["per"] not in (None, "mean"):
        raise click.UsageError("the table of --out holds losses per token; leave --per out")
    tell = teller()
    cases = read_items(items)
    with threads(typed["threads"]):
        reader = model_from(model, typed, tell)
        if (
            tell is not None
            and isinstance(reader, LanguageModel)
            and (why := why_not_shared(reader))
        ):
            tell(f"beginnings of texts may not be shared: {why}")
        found = choose(
            reader, cases, scoring=scoring_from(reader, typed), results=results,
            shown=tell is not None,
        )  # fmt: skip
    if out is not None:
        write_choices(out, found)
    payload = _payload(found)
    emit(payload, _text(payload, found), as_json=as_json)


def _payload(found: "Choices") -> dict[str, Any]:
    from surrobrain.statistics.intervals import binomial_interval

    n_correct, n = int(found.correct.sum()), len(found.ids)
    low, high = binomial_interval(n_correct, n)
    return {
        "model": found.model, "scoring": found.recipe, "n_cases": n, "n_correct": n_correct,
        "accuracy": n_correct / n, "interval": [low, high], "chance": 0.5,
        "n_near_ties": None if found.n_tokens is None else found.near_ties,
        "mean_loss": found.loss.mean(axis=0).tolist(),
        "cases": [
            {"id": name, "loss": pair.tolist(), "correct": bool(good)}
            for name, pair, good in zip(found.ids, found.loss, found.correct, strict=True)
        ],
    }  # fmt: skip


def _text(payload: dict[str, Any], found: "Choices") -> str:
    low, high = payload["interval"]
    rows = [
        ["accuracy", f"{payload['accuracy']:.3f}", f"{low:.3f} to {high:.3f} (95 %, exact)"],
        ["chance", f"{payload['chance']:.3f}", "either version"],
        ["near-ties", str(payload["n_near_ties"]), "differ by less than 1e-3 nats per token"],
        *(
            [f"loss, {name}", f"{value:.4f}", "mean of the cases"]
            for name, value in zip(("original", "altered"), payload["mean_loss"], strict=True)
        ),
    ]
    first = f"{found.model}, scoring {found.recipe}: {payload['n_correct']} of {payload['n_cases']}"
    return "\n".join([first, table(["", "value", ""], rows)])
