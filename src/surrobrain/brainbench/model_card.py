"""What a reader must know about a tuned model, as Hugging Face shows it."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from surrobrain import __version__
from surrobrain.brainbench.training_set import Source
from surrobrain.brainbench.tuning_recipe import Tuning

__all__ = ["model_card"]

_CARD = """\
---
{front}
---

# {title}

{base}, tuned on scientific literature with surrobrain {version}. {trained}

## Held-out perplexity

Exponential of the mean loss per token over {n_held_out} documents ({held_out_tokens} tokens) that \
were not trained on; a document was chosen by a hash of its DOI. A lower perplexity does not imply \
better predictions of results: score the test cases before and after.

{perplexities}

## Data

{n_train} documents, {train_tokens} tokens. {n_benchmark} documents were left out because test \
cases are made from them, {n_empty} because they hold no text. `texts/documents.csv` names every \
document with its licence, as the licences ask for; the sha256 of their contents is `{sha256}`.

{licences}

The licence of the weights is that of the base model, and what the licences of the documents ask \
for; this card does not decide it.

## Recipe

{recipe}
"""


def model_card(
    base: str,
    *,
    recipe: Tuning,
    source: Source,
    perplexities: Sequence[tuple[int, float]],
    n_trained: int,
    n_parameters: int,
) -> str:
    """Return a model card in Markdown.

    Parameters
    ----------
    base : str
        Name or folder of the model that was tuned; of a folder only the last part is shown.
    recipe : Tuning
        How; with the seed.
    source : Source
        On what.
    perplexities : sequence of (int, float)
        Updates done, and the held-out perplexity then.
    n_trained, n_parameters : int
        Weights that were trained, and all.
    """
    name = Path(base).name if Path(base).exists() else base
    full = recipe.adapter.method == "full"
    front = [f"library_name: {'transformers' if full else 'peft'}", "pipeline_tag: text-generation"]
    if name == base and not full:
        front.append(f"base_model: {base}")
    options = asdict(recipe)
    shown = options.pop("adapter") | {k: v for k, v in options.items() if k != "progress"}
    return _CARD.format(
        front="\n".join(front), title=f"{name}, tuned", base=name, version=__version__,
        trained=f"{n_trained:,} of {n_parameters:,} weights were trained "
                f"({100 * n_trained / n_parameters:.2f} %).",
        perplexities=_table("updates", "perplexity", [(k, f"{v:.4g}") for k, v in perplexities]),
        n_train=source.n_documents["train"], n_held_out=source.n_documents["held_out"],
        train_tokens=f"{source.n_tokens['train']:,}",
        held_out_tokens=f"{source.n_tokens['held_out']:,}",
        n_benchmark=source.n_benchmark, n_empty=source.n_empty, sha256=source.sha256,
        licences=_table("licence", "documents", list(source.licences.items())),
        recipe=_table("option", "value", list(shown.items())),
    )  # fmt: skip


def _table(first: str, second: str, rows: list[tuple]) -> str:
    lines = [f"| {first} | {second} |", "| --- | --- |", *(f"| {a} | {b} |" for a, b in rows)]
    return "\n".join(lines)
