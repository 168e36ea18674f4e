"""``surrobrain brainbench ablate``: what a model loses without the context of the results."""

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
    from surrobrain.brainbench.ablation import ContextAblation
    from surrobrain.brainbench.share import Share

__all__ = ["ablate"]


@click.command()
@click.argument("model")
@click.argument("items", type=click.Path())
@click.option(
    "--swap-seed",
    type=int,
    multiple=True,
    default=(42, 1234),
    show_default=True,
    help="Of a draw of the swapped context (repeatable).",
)
@click.option(
    "--on-bad",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "drop", "keep", "repair"]),
    help="As in validate.",
)
@click.option(
    "--results",
    metavar="FILE",
    help="Journal of what was scored; the same command goes on with one that was interrupted.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Of the intervals.")
@scoring_options
@model_options
@output_options
def ablate(
    model: str,
    items: str,
    swap_seed: tuple[int, ...],
    on_bad: Any,
    results: str | None,
    seed: int,
    as_json: bool,
    **typed: Any,
) -> None:
    """Score ITEMS by MODEL whole, by result sentences alone, and with results of other cases.

    \b
    MODEL and the options of scoring are those of 'brainbench score'.

    \b
    surrobrain brainbench ablate gpt2 cases.jsonl --results gpt2.ablation.jsonl

    Accuracy on sentences drops for two reasons: the context is gone, and the sentences of a case no
    longer vote together; the accuracy over abstracts has the second undone.
    """  # fmt: skip
    from surrobrain.brainbench.ablation import ablate_context
    from surrobrain.brainbench.choosing import choose
    from surrobrain.cli.cases import cases_from

    tell = teller()
    cases = cases_from(items, on_bad=on_bad)
    with threads(typed["threads"]):
        reader = model_from(model, typed, tell)
        recipe = scoring_from(reader, typed)
        found = ablate_context(
            cases,
            read=lambda some: choose(
                reader, some, scoring=recipe, results=results, shown=tell is not None
            ),
            swap_seeds=swap_seed,
            seed=seed,
        )
    payload = _payload(found, recipe.name)
    emit(payload, _text(payload), as_json=as_json)


def _payload(found: "ContextAblation", recipe: str) -> dict[str, Any]:
    alone, back = found.isolated, found.from_aggregation
    drops = found.whole.low > alone.over_sentences.high  # else a share of it means nothing
    return {
        "model": found.model, "scoring": recipe, "n_cases": found.whole.n,
        "n_sentences": alone.n_sentences, "chance": 0.5,
        "readings": [
            _reading("whole abstracts", found.whole),
            _reading("result sentences alone, over sentences", alone.over_sentences),
            _reading("result sentences alone, over abstracts", alone.over_abstracts),
            *(_reading(f"results of other cases, seed {k}", v) for k, v in found.swapped.items()),
        ],
        "share_of_drop_from_aggregation": back if drops else None,
    }  # fmt: skip


def _reading(name: str, share: "Share") -> dict[str, Any]:
    return {"reading": name, "accuracy": share.value, "interval": [share.low, share.high]}


def _text(payload: dict[str, Any]) -> str:
    rows = [
        [r["reading"], f"{r['accuracy']:.3f}", f"{r['interval'][0]:.3f} to {r['interval'][1]:.3f}"]
        for r in payload["readings"]
    ]
    back = payload["share_of_drop_from_aggregation"]
    return "\n".join([
        f"{payload['model']}, scoring {payload['scoring']}: {payload['n_cases']} cases, "
        f"{payload['n_sentences']} sentences with an edit; chance 0.500",
        table(["read", "accuracy", "95 % interval"], rows),
        "over sentences, accuracy does not drop beyond the intervals" if back is None
        else f"{back:.0%} of the drop over sentences is aggregation, not lost context",
    ])  # fmt: skip
