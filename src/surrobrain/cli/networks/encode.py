"""``surrobrain networks encode``: predict the brain from the patterns of a model."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.llm_networks.voxel_encoding import Encoding

__all__ = ["encode"]


@click.command()
@click.argument("patterns", type=click.Path())
@click.argument("bold", nargs=-1, required=True)
@click.option("--out", required=True, metavar="DIR", help="Folder of the result.")
@click.option("--tr", type=float, metavar="SECONDS", help="Where the files do not say it.")
@click.option("--mask", metavar="FILE", help="Voxels that are taken, for NIfTI.")
@click.option("--atlas", metavar="FILE", help="Labels whose voxels are averaged, for NIfTI.")
@click.option("--confounds", multiple=True, metavar="FILE", help="One table per run (repeatable).")
@click.option("--sound", metavar="WAV", help="The story, for its loudness.")
@click.option(
    "--sound-start",
    type=float,
    default=0.0,
    show_default=True,
    metavar="SECONDS",
    help="When the first volume begins, on the clock of the sound.",
)
@click.option(
    "--hemodynamics",
    default="fir",
    show_default=True,
    type=click.Choice(["fir", "canonical"]),
    help="Free shape, or double gamma.",
)
@click.option(
    "--maps",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "product", "coefficient", "t"]),
    help="What the map of a pattern shows.",
)
@click.option(
    "--on-dead",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "drop"]),
    help="Constant columns.",
)
@click.option("--subject", default="", help="Whose BOLD it is.")
@click.option("--permutations", default=1000, show_default=True, help="Of blocks of volumes.")
@click.option("--seed", default=0, show_default=True, help="Decides every draw.")
@output_options
def encode(patterns: str, bold: tuple[str, ...], out: str, as_json: bool, **typed: Any) -> None:
    """Predict the runs BOLD of one person from PATTERNS, beside word rate and sound.

    \b
    surrobrain networks patterns responses --out patterns
    surrobrain networks encode patterns run-1.nii.gz run-2.nii.gz --mask mask.nii.gz --out encoded

    \b
    BOLD is NIfTI (with --mask or --atlas), CIFTI, npy, npz or csv with time first, or a surface as
    left.func.gii,right.func.gii. PATTERNS must have the same runs.
    """  # fmt: skip
    from surrobrain.llm_networks.bold_images import read_bold
    from surrobrain.llm_networks.loudness import read_loudness
    from surrobrain.llm_networks.patterns import read_patterns
    from surrobrain.llm_networks.result_files import save_encoding
    from surrobrain.llm_networks.voxel_encoding import EncodeRecipe
    from surrobrain.llm_networks.voxel_encoding import encode as encode_voxels

    tell = teller()
    found = read_patterns(patterns)
    measured = read_bold(
        [_run(one) for one in bold], tr=typed["tr"], mask=typed["mask"], atlas=typed["atlas"],
        confounds=list(typed["confounds"]) or None, subject=typed["subject"],
        on_dead=typed["on_dead"],
    )  # fmt: skip
    sound = None
    if typed["sound"]:
        if len(measured.runs) > 1:
            raise click.UsageError("--sound is of one run; several runs need the Python interface")
        sound = read_loudness(
            typed["sound"], tr=measured.tr, n_times=measured.n_times, start=typed["sound_start"]
        )
    if tell:
        tell(f"{found.n_patterns} patterns, {measured.n_targets} places")
    recipe = EncodeRecipe(
        hemodynamics=typed["hemodynamics"], maps=typed["maps"],
        n_permutations=typed["permutations"],
    )  # fmt: skip
    result = encode_voxels(found, measured, sound=sound, recipe=recipe, seed=typed["seed"])
    save_encoding(result, out)
    payload = _payload(result, out)
    emit(payload, _text(payload), as_json=as_json)


def _run(typed: str) -> Any:
    parts = typed.split(",")
    return tuple(parts) if len(parts) == 2 else typed


def _payload(found: "Encoding", out: str) -> dict[str, Any]:
    import numpy as np

    def mean(values: np.ndarray) -> float:
        return float(np.nanmean(values))

    finite = bool(np.isfinite(found.condition))
    return {
        "encoding": out, "places": len(found.r), "bands": list(found.bands),
        "sound_controlled": found.has_sound, "condition_number":
        found.condition if finite else None,
        "r": mean(found.r), "r_controls": mean(found.r_controls), "unique_r2": mean(
            found.unique[0]), "r_by_chance": mean(found.null_spread),
        "share_predicted": mean(found.q < 0.05), "share_better": mean(found.q_unique < 0.05),
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    rows = [
        ["held-out r, all bands", f"{payload['r']:.3f}"],
        ["held-out r, controls alone", f"{payload['r_controls']:.3f}"],
        ["spread of r by chance", f"{payload['r_by_chance']:.3f}"],
        ["R2 that patterns add", f"{payload['unique_r2']:+.4f}"],
        ["places predicted (q < 0.05)", f"{payload['share_predicted']:.0%}"],
        ["places better with patterns", f"{payload['share_better']:.0%}"],
    ]
    lines = [
        f"{payload['encoding']}: {payload['places']} places from {', '.join(payload['bands'])}",
        table(["mean over places", "value"], rows),
    ]
    if not payload["sound_controlled"]:
        lines.append("no loudness was given: what patterns explain may be sound (--sound)")
    return "\n".join(lines)
