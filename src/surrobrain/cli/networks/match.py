"""``surrobrain networks match``: patterns beside brain networks."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table

if TYPE_CHECKING:
    from surrobrain.llm_networks.network_matching import Links

__all__ = ["match"]


@click.command()
@click.argument("encoding", type=click.Path())
@click.argument("networks", type=click.Path())
@click.option("--out", required=True, metavar="DIR", help="Folder of the result.")
@click.option("--names", metavar="FILE", help="JSON from label to name.")
@click.option("--which", metavar="NAME", help="Array of an npz file.")
@click.option(
    "--score",
    default="correlation",
    show_default=True,
    type=click.Choice(["correlation", "dice", "iou"]),
    help="What is tested.",
)
@click.option(
    "--assign",
    default="best",
    show_default=True,
    type=click.Choice(["best", "hungarian"]),
    help="Best network of every pattern, or one to one.",
)
@click.option(
    "--null",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "spin", "variogram"]),
    help="Maps of the same smoothness; auto spins surfaces.",
)
@click.option("--n-null", default=1000, show_default=True, help="Null maps per pattern.")
@click.option("--seed", default=0, show_default=True, help="Decides the null maps.")
@output_options
def match(encoding: str, networks: str, out: str, as_json: bool, **typed: Any) -> None:
    """Compare the pattern maps of ENCODING with the templates NETWORKS.

    \b
    surrobrain networks match encoded yeo7.nii.gz --names network_names.json --out links

    \b
    NETWORKS is a label image on the grid of the BOLD, an npz with a label per vertex of both
    hemispheres, or a table with one row per parcel and the column network.
    """  # fmt: skip
    from surrobrain.llm_networks.brain_networks import read_networks
    from surrobrain.llm_networks.network_matching import MatchRecipe
    from surrobrain.llm_networks.network_matching import match as match_maps
    from surrobrain.llm_networks.result_files import read_encoding, save_links

    found = read_encoding(encoding)
    templates = read_networks(
        networks, space=found.bold.space, names=typed["names"], which=typed["which"]
    )
    recipe = MatchRecipe(
        score=typed["score"], assign=typed["assign"], null=typed["null"], n_null=typed["n_null"]
    )
    links = match_maps(found, templates, recipe=recipe, seed=typed["seed"])
    save_links(links, out)
    payload = _payload(links, out)
    emit(payload, _text(payload), as_json=as_json)


def _payload(links: "Links", out: str) -> dict[str, Any]:
    from surrobrain.llm_networks.neuron_groups import network_neurons

    return {
        "links": out, "patterns": len(links.maps.values), "networks": list(links.networks.names),
        "score": links.recipe.score, "null": links.method, "rate": links.recipe.rate,
        "matched": [
            {
                "pattern": k, "network": links.networks.names[j],
                "correlation": float(links.correlation[k, j]), "dice": float(links.dice[k, j]),
                "iou": float(links.iou[k, j]), "p": float(links.p[k, j]),
                "q": float(links.q[k, j]),
            }
            for k, j in links.matched
        ],
        "neurons": {group.name: len(group.members) for group in network_neurons(links)},
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    rows = [
        [str(m["pattern"]), m["network"], f"{m['correlation']:+.3f}", f"{m['dice']:.3f}",
         f"{m['iou']:.3f}", f"{m['p']:.4f}", f"{m['q']:.4f}"]
        for m in payload["matched"]
    ]  # fmt: skip
    head = (
        f"{payload['links']}: {len(rows)} of {payload['patterns']} patterns follow a network "
        f"beyond {payload['null']} null maps (q <= {payload['rate']:g})"
    )
    if not rows:
        return head
    neurons = ", ".join(f"{name} {n}" for name, n in payload["neurons"].items())
    columns = ["pattern", "network", "r", "Dice", "IoU", "p", "q"]
    return "\n".join([head, table(columns, rows), f"neurons: {neurons}"])
