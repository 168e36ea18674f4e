"""``surrobrain networks patterns``: a few time courses that stand for all neurons."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.language import threads
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.llm_networks.pattern_choice import PatternChoice
    from surrobrain.llm_networks.patterns import Patterns

__all__ = ["patterns"]


@click.command()
@click.argument("runs", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, type=click.Path(), help="Folder of the patterns.")
@click.option("--n-patterns", type=click.IntRange(1), default=64, show_default=True, metavar="N")
@click.option(
    "--method",
    type=click.Choice(["dictionary", "ica", "kmeans"]),
    default="dictionary",
    show_default=True,
)
@click.option(
    "--sparsity",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.1,
    show_default=True,
    help="Of the dictionary.",
)
@click.option(
    "--choose",
    is_flag=True,
    help="Choose number and sparsity of the dictionary by held-out reconstruction and "
    "stability over seeds.",
)
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--threads",
    "n_threads",
    type=click.IntRange(1),
    metavar="N",
    help="Of the CPU; by default all.",
)
@output_options
def patterns(
    runs: tuple[str, ...], out: str, choose: bool, n_threads: int | None, as_json: bool,
    **typed: Any,
) -> None:  # fmt: skip
    """Reduce the responses in the folders RUNS (one per story) to a few time courses.

    \b
    surrobrain networks patterns minilm --n-patterns 64 --out minilm-patterns

    With --choose, 16 to 128 patterns of three sparsities are compared first.
    """
    from surrobrain.llm_networks.decomposition import find_patterns
    from surrobrain.llm_networks.neuron_responses import join_responses, read_responses
    from surrobrain.llm_networks.pattern_choice import choose_patterns

    if choose and typed["method"] != "dictionary":
        raise click.UsageError("--choose compares dictionaries; leave --method out")
    tell = teller()
    read = [read_responses(folder) for folder in runs]
    neurons = read[0] if len(read) == 1 else join_responses(read)
    n_patterns, sparsity, tried = typed["n_patterns"], typed["sparsity"], None
    with threads(n_threads):
        if choose:
            tried = choose_patterns(neurons, seed=typed["seed"], shown=tell is not None)
            n_patterns = int(tried.n_patterns[tried.best])
            sparsity = float(tried.sparsity[tried.best])
        found = find_patterns(
            neurons, n_patterns, method=typed["method"], sparsity=sparsity, seed=typed["seed"]
        )
    found.save(out)
    payload = _payload(found, tried, out)
    emit(payload, _text(payload), as_json=as_json)


def _payload(found: "Patterns", tried: "PatternChoice | None", out: str) -> dict[str, Any]:
    import numpy as np

    settings = [] if tried is None else [
        {
            "n_patterns": int(tried.n_patterns[k]), "sparsity": float(tried.sparsity[k]),
            "held_out": float(tried.held_out[k]),
            "held_out_error": float(tried.held_out_error[k]),
            "stability": float(tried.stability[k]), "chosen": k == tried.best,
        }
        for k in range(len(tried.n_patterns))
    ]  # fmt: skip
    weights = found.layer_weights()
    return {
        "model": found.model, "site": found.site, "n_times": found.n_times,
        "n_neurons": found.n_neurons, **found.facts, "settings": settings,
        "layers": np.unique(found.layers).tolist(),
        "layer_weights": weights.mean(axis=0).tolist(), "folder": out,
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    facts = ("relative_error", "objective", "codes_per_neuron", "patterns_in_use", "converged")
    compared = [
        [str(s["n_patterns"]), f"{s['sparsity']:g}",
         f"{s['held_out']:.3f} +- {s['held_out_error']:.3f}", f"{s['stability']:.2f}",
         "chosen" if s["chosen"] else ""]
        for s in payload["settings"]
    ]  # fmt: skip
    pairs = zip(payload["layers"], payload["layer_weights"], strict=True)
    shares = [[str(layer), f"{share:.3f}"] for layer, share in pairs]
    return "\n".join([
        f"{payload['n_patterns']} patterns of {payload['n_neurons']} neurons of "
        f"{payload['model']} ({payload['site']}), by {payload['method']}",
        *([table(["patterns", "sparsity", "held out", "stability", ""], compared)]
          if compared else []),
        *(f"  {fact.replace('_', ' ')}: {payload[fact]:.4g}" for fact in facts if fact in payload),
        table(["layer", "share of codes"], shares),
        f"written to {payload['folder']}",
    ])  # fmt: skip
