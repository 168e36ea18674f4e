"""``surrobrain brainbench tune``: train a language model on the literature."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import model_from, threads
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.brainbench.comparison import Comparison
    from surrobrain.brainbench.tuning import Tuned
    from surrobrain.brainbench.tuning_recipe import Tuning

__all__ = ["tune"]

_OPTIONS = (  # name, type, help: what the recipe says is changed only where it is typed
    ("length", int, "Tokens per chunk."),
    ("batch", int, "Chunks per update, over all graphics cards."),
    ("at-once", int, "Chunks that one card takes at a time; the others are accumulated."),
    ("epochs", int, "Passes through the corpus."),
    ("n-updates", int, "End after so many updates instead."),
    ("rate", float, "Learning rate after the warm-up."),
    ("held-out", float, "Share of documents for the perplexity."),
    ("evaluate-every", int, "Updates between two looks at the perplexity."),
    ("save-every", int, "Updates between two checkpoints."),
    ("seed", int, "Decides every draw."),
)


def _recipe_options(function: Any) -> Any:
    for name, kind, help_text in reversed(_OPTIONS):
        function = click.option(f"--{name}", type=kind, help=help_text)(function)
    return function


@click.command()
@click.argument("model")
@click.argument("corpus", type=click.Path())
@click.option("--out", default="surrobrain-tuning", show_default=True, metavar="DIR",
              help="Gets weights, model card and checkpoint; the same command goes on with a "
                   "tuning that was interrupted.")  # fmt: skip
@click.option("--cases", metavar="FILE",
              help="Test cases: kept out of the corpus, and scored before and after.")  # fmt: skip
@click.option("--recipe", default="small", show_default=True,
              help="small, scratch, braingpt-llama2-7b or braingpt-mistral-7b.")  # fmt: skip
@click.option("--adapter", help="lora, dora, or full for all weights.")
@click.option("--rank", type=int, help="Of the adapter.")
@_recipe_options
@click.option("--precision", type=click.Choice(["bf16", "fp32"]), help="Of the passes.")
@click.option("--separate/--joined", default=None,
              help="Keep documents apart, or join them as was published.")  # fmt: skip
@click.option("--device", metavar="NAME", help="Such as cpu or cuda:0.")
@click.option("--dtype", metavar="NAME", help="Of the weights that are not trained.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Of the CPU; by default all.")
@click.option("--local-files-only", is_flag=True, help="Never ask the hub.")
@output_options
def tune(
    model: str, corpus: str, out: str, cases: str | None, recipe: str, as_json: bool, **typed: Any
) -> None:
    """Train MODEL on CORPUS, a folder made by 'surrobrain brainbench corpus'.

    \b
    surrobrain brainbench tune gpt2 corpus --cases testcases.jsonl --out gpt2-neuro
    surrobrain brainbench score gpt2-neuro testcases.jsonl

    \b
    On many graphics cards, after 'accelerate config':
    accelerate launch -m surrobrain.cli.main brainbench tune mistralai/Mistral-7B-v0.1 \\
        corpus --recipe braingpt-mistral-7b --out braingpt
    """  # fmt: skip
    from surrobrain.brainbench.before_after import compare_before_after
    from surrobrain.brainbench.choosing import choose
    from surrobrain.brainbench.item_reader import read_items
    from surrobrain.brainbench.tuning import tune as run_tuning

    options, tell = _options(recipe, typed), teller()
    items = () if cases is None else read_items(cases)
    alone = int(os.environ.get("WORLD_SIZE", "1")) == 1
    with threads(typed.pop("threads")):
        reader = _load(model, options, typed, alone=alone)
        before = None
        if items and alone:
            scores = Path(out) / "before.scores.jsonl"
            before = choose(reader, items, results=scores, shown=tell is not None)
        done = run_tuning(reader, corpus, folder=out, recipe=options, exclude=items)
        found = (
            None if before is None
            else compare_before_after(done.model, items, before=before, results=out)
        )  # fmt: skip
    if os.environ.get("RANK", "0") == "0":
        emit(_payload(done, found), _text(done, found), as_json=as_json)


def _options(recipe: str, typed: dict[str, Any]) -> "Tuning":
    import dataclasses

    from surrobrain.brainbench.tuning_recipe import recipe_of

    names = [*(name.replace("-", "_") for name, _, _ in _OPTIONS), "precision", "separate"]
    changed = {name: typed.pop(name) for name in names}
    changed = {name: value for name, value in changed.items() if value is not None}
    made = recipe_of(recipe, adapter=typed.pop("adapter"), rank=typed.pop("rank"))
    return dataclasses.replace(made, **changed, progress=teller() is not None)


def _load(model: str, options: "Tuning", typed: dict[str, Any], *, alone: bool) -> Any:
    """Load the model; of many processes each puts it on its own card later."""
    half = options.precision == "bf16" and options.adapter.method != "full"
    given = {
        "server": None, "pickled": False, "trust_remote_code": False,
        "local_files_only": typed["local_files_only"],
        "device": typed["device"] if alone else "cpu",
        "dtype": typed["dtype"] or ("bfloat16" if half else "float32"),
    }  # fmt: skip
    return model_from(model, given, teller())


def _payload(done: "Tuned", found: "Comparison | None") -> dict[str, Any]:
    import dataclasses

    return {
        "folder": str(done.folder), "n_trained": done.n_trained,
        "n_parameters": done.n_parameters, "n_updates": len(done.losses),
        "source": dataclasses.asdict(done.source), "recipe": dataclasses.asdict(done.recipe),
        "perplexities": [list(pair) for pair in done.perplexities],
        "comparison": None if found is None else dataclasses.asdict(found),
    }  # fmt: skip


def _text(done: "Tuned", found: "Comparison | None") -> str:
    source = done.source
    rows = [[str(k), f"{value:.4g}"] for k, value in done.perplexities]
    lines = [
        f"{done.n_trained:,} of {done.n_parameters:,} weights trained on "
        f"{source.n_documents['train']} documents, {source.n_tokens['train']:,} tokens; "
        f"{source.n_benchmark} documents of test cases left out",
        table(["updates", "held-out perplexity"], rows),
        "" if found is None else f"\n{found}",
        f"in {done.folder}; surrobrain brainbench score {done.folder} CASES asks it",
    ]
    return "\n".join(line for line in lines if line)
