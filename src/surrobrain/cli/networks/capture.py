"""``surrobrain networks capture``: what a model's neurons do while it reads a story."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import threads
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.llm_networks.neuron_responses import Responses

__all__ = ["capture"]


@click.command()
@click.argument("model")
@click.argument("story", type=click.Path())
@click.option("--tr", type=float, required=True, metavar="SECONDS", help="Time between volumes.")
@click.option("--out", required=True, type=click.Path(), help="Folder of the responses.")
@click.option(
    "--n-times",
    type=click.IntRange(1),
    metavar="N",
    help="Volumes of the scan; by default up to the last word.",
)
@click.option(
    "--start",
    type=float,
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="When the first volume begins, on the clock of STORY.",
)
@click.option("--tier", metavar="NAME", help="Tier, or column, of STORY that holds the words.")
@click.option(
    "--site",
    type=click.Choice(["ffn_out", "ffn_act"]),
    default="ffn_out",
    show_default=True,
    help="Output of the feed-forward blocks, or their hidden units.",
)
@click.option(
    "--layer",
    "layers",
    type=int,
    multiple=True,
    metavar="K",
    help="From 0, negative from the end (repeatable); by default all.",
)
@click.option(
    "--word-value",
    type=click.Choice(["last", "mean"]),
    default="last",
    show_default=True,
    help="Of the tokens of a word.",
)
@click.option(
    "--rule",
    type=click.Choice(["mean", "sum", "lanczos"]),
    default="mean",
    show_default=True,
    help="How words become volumes.",
)
@click.option(
    "--window",
    type=click.IntRange(1),
    metavar="TOKENS",
    help="Read at once; by default 512, or the whole story if the model is causal.",
)
@click.option(
    "--stride",
    type=click.IntRange(1),
    metavar="TOKENS",
    help="Of each window the last so many count.",
)
@click.option(
    "--trim",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    metavar="N",
    help="Volumes at either end from which nothing is learned.",
)
@click.option(
    "--threads",
    "n_threads",
    type=click.IntRange(1),
    metavar="N",
    help="Of the CPU; by default all.",
)
@click.option("--device", metavar="NAME", default="cpu", show_default=True)
@click.option("--local-files-only", is_flag=True, help="Never ask the hub.")
@click.option("--trust-remote-code", is_flag=True, help="Run code that comes with the model.")
@click.option("--pickled", is_flag=True, help="Accept weights that are no safetensors.")
@output_options
def capture(
    model: str, story: str, tr: float, out: str, n_threads: int | None, as_json: bool, **typed: Any
) -> None:  # fmt: skip
    """Read STORY (a TextGrid, a table, BIDS events) with MODEL and keep its neurons' responses.

    \b
    surrobrain networks capture all-MiniLM-L6-v2 words.tsv --tr 2 --start 20 --n-times 362 \\
        --out minilm

    MODEL is a name of the hub, a folder, or all-MiniLM-L6-v2, which comes as a package. What was
    begun in the folder and killed goes on when the same is typed again.
    """
    from surrobrain.llm_networks.capture import CaptureRecipe, responses
    from surrobrain.llm_networks.words import read_words
    from surrobrain.pretrained.encoder import load_reader

    tell = teller()
    words = read_words(story, start=typed["start"], tier=typed["tier"])
    fields = ("site", "word_value", "rule", "window", "stride", "trim")
    recipe = CaptureRecipe(
        layers=typed["layers"] or None, **{field: typed[field] for field in fields}
    )
    where = ("device", "local_files_only", "trust_remote_code", "pickled")
    with threads(n_threads):
        if tell is not None:
            tell(f"loading {model}")
        language = load_reader(model, **{key: typed[key] for key in where})
        found = responses(
            language, words, tr=tr, n_times=typed["n_times"], recipe=recipe, folder=out,
            shown=tell is not None,
        )  # fmt: skip
    payload = _payload(found, len(words), out)
    emit(payload, _text(payload), as_json=as_json)


def _payload(found: "Responses", n_words: int, out: str) -> dict[str, Any]:
    import numpy as np

    layers, counts = np.unique(found.layers, return_counts=True)
    assert found.word_counts is not None
    return {
        "model": found.model, "site": found.site, "reading": found.reading, "tr": found.tr,
        "n_times": found.n_times, "n_neurons": found.n_neurons, "n_words": n_words,
        "empty_volumes": int((found.word_counts == 0).sum()), "trim": found.trim,
        "neurons_per_layer": dict(zip(map(str, layers.tolist()), counts.tolist(), strict=True)),
        "constant_neurons": found.dropped.named(), "folder": out,
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    constant = payload["constant_neurons"]
    rows = [[layer, str(n)] for layer, n in payload["neurons_per_layer"].items()]
    return "\n".join([
        f"{payload['model']} ({payload['site']}) read {payload['n_words']} words in "
        f"{payload['reading']}",
        f"{payload['n_times']} volumes of {payload['tr']:g} s, {payload['empty_volumes']} of them "
        f"without a word; {payload['trim']} at either end are not learned from",
        table(["layer", "neurons"], rows),
        f"{len(constant)} constant neurons were dropped"
        + (f", such as {constant[0]}" if constant else ""),
        f"written to {payload['folder']}",
    ])  # fmt: skip
