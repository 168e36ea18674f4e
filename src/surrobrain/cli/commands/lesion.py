"""``surrobrain lesion``: what changes when regions or connections are cut or weakened."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.brain import begin, brain_options, model_of, numbers, run_options, surface_of
from surrobrain.cli.effects import duration_option, finish_each, finish_effect, seeds_option
from surrobrain.cli.options import output_options

if TYPE_CHECKING:
    from surrobrain.forward import ForwardModel

__all__ = ["lesion"]


@click.command()
@click.argument("model")
@brain_options
@click.option("--region", "regions", multiple=True, metavar="NAME", help="Region (repeatable).")
@click.option(
    "--edge",
    "edges",
    nargs=2,
    multiple=True,
    metavar="SOURCE TARGET",
    help="Connection, in this direction only (repeatable).",
)
@click.option("--hemisphere", type=click.Choice(["left", "right"]), help="All regions of a side.")
@click.option("--mask", metavar="FILE", help="Image, not 0 where tissue was removed.")
@click.option("--atlas", metavar="FILE", help="Label image in the space of the mask.")
@click.option(
    "--scale",
    type=float,
    metavar="FACTOR",
    help="Scale the connections by this instead of cutting them; everywhere, if nothing is named.",
)
@click.option(
    "--shift",
    multiple=True,
    metavar="NAME=FACTOR",
    help="Scale a parameter of the node there, such as one of inhibition (repeatable).",
)
@click.option("--each", is_flag=True, help="Remove every region in turn, and rank them.")
@duration_option
@seeds_option
@run_options("surrobrain-lesion")
@output_options
def lesion(model: str, out: str | None, as_json: bool, **typed: Any) -> None:
    """Say what changes in MODEL when some of it is cut: a saved model's folder, or a node's name.

    \b
    surrobrain lesion sub-01/model --region V1_L --region V1_R --duration 60
    surrobrain lesion sub-01/model --edge V1_L V2_L --scale 0.5 --duration 60
    surrobrain lesion wong_wang --connectome sc.npz --param noise=0.01 --each --duration 20

    Runs with and without share their noise. The report shows both, their spectra and the effect
    on every region, with --surface on the cortex.
    """  # fmt: skip
    from surrobrain.intervention.what_if import what_if
    from surrobrain.intervention.what_if_each import what_if_each

    brain = model_of(model, typed)
    # known before a folder is made
    changed, words = (brain, "") if typed["each"] else _changed(brain, typed)
    surface = surface_of(brain, typed)
    run = begin("lesion", model, out, typed)
    ways = {"duration": typed["duration"], "n_seeds": typed["seeds"], "seed": typed["seed"]}
    if typed["each"]:
        kept = run.folder / "regions"
        found = what_if_each(brain, folder=kept, **ways)
        finish_each(run, found, on=surface, as_json=as_json)
        return
    effect = what_if(brain, lesion=changed, **ways)
    finish_effect(run, effect, on=surface, words=words, as_json=as_json)


def _changed(brain: "ForwardModel", typed: dict[str, Any]) -> tuple[Any, str]:
    """Return what is cut, or the changed model, and what was done in words."""
    from surrobrain.intervention.edit import edit
    from surrobrain.intervention.lesion import lesion as cut

    regions, edges = _regions(brain, typed), [*typed["edges"]]
    scale, shifts = typed["scale"], numbers(typed["shift"], "--shift")
    told = [*regions, *(f"{source} -> {target}" for source, target in edges)]
    where = ", ".join(told[:6]) + (f" and {len(told) - 6} more" if len(told) > 6 else "")
    if scale is None and not shifts:
        if not told:
            raise click.UsageError(
                "nothing is cut: give --region, --edge, --hemisphere or --mask, or --each"
            )
        cut(brain, regions=regions, edges=edges)  # refuses what is not there
        return [*regions, *edges], f"lesion: {where}"
    factor = 1.0 if scale is None else scale
    changed = edit(brain, regions=regions, edges=edges, weights=factor, parameters=shifts or None)
    parts = [] if scale is None else [f"connections x {scale:g}"]
    parts += [f"{name} x {value:g}" for name, value in shifts.items()]
    return changed, f"{', '.join(parts)} at {where or 'all regions'}"


def _regions(brain: "ForwardModel", typed: dict[str, Any]) -> list[str]:
    from surrobrain.intervention.hemisphere import hemisphere
    from surrobrain.intervention.resection import resected

    found = list(typed["regions"])
    if typed["hemisphere"]:
        found += hemisphere(brain.regions, typed["hemisphere"])
    if (typed["mask"] is None) != (typed["atlas"] is None):
        raise click.UsageError("--mask and --atlas belong together; give both")
    if typed["mask"]:
        found += resected(typed["mask"], typed["atlas"])
    return list(dict.fromkeys(found))
