"""``surrobrain clip-hba behavior``: tune CLIP to what people judge of images."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.clip_hba.behavior import BehaviorModel
    from surrobrain.clip_hba.recipe import Recipe

__all__ = ["behavior"]


@click.command()
@click.argument("images", type=click.Path())
@click.argument("embedding", type=click.Path())
@click.option("--out", required=True, metavar="FOLDER", help="Where the tuned model goes.")
@click.option(
    "--model",
    default="ViT-L/14",
    show_default=True,
    metavar="NAME",
    help="Name of Hugging Face, or a folder with a CLIP model.",
)
@click.option(
    "--prompts",
    metavar="FILE",
    help="Dimensions in words: one per line, or a csv file with a column prompt.",
)
@click.option(
    "--held-out",
    metavar="FILE",
    help="Names of images that are kept for the test: one per line, or a csv file with "
    "a column image_name.",
)
@click.option(
    "--recipe",
    type=click.Choice(["improved", "published"]),
    default="improved",
    show_default=True,
    help="published: CLIP-HBA with its defects.",
)
@click.option("--adapter", type=click.Choice(["dora", "lora"]), default="dora", show_default=True)
@click.option("--rank", type=click.IntRange(1), default=32, show_default=True)
@click.option(
    "--vision-blocks",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="How many of the last blocks are adapted.",
)
@click.option("--text-blocks", type=click.IntRange(0), default=1, show_default=True)
@click.option("--epochs", type=click.IntRange(1), help="At most; by default that of the recipe.")
@click.option("--seed", type=int, help="By default that of the recipe.")
@click.option(
    "--cache",
    metavar="FOLDER",
    help="Where frozen layers keep what they made of images; by default in --out.",
)
@click.option("--half", is_flag=True, help="Keep it in half precision: no longer exact.")
@click.option("--local-files-only", is_flag=True, help="Never ask the hub.")
@output_options
def behavior(
    images: str, embedding: str, out: str, model: str, as_json: bool, **typed: Any
) -> None:
    """Tune CLIP until its angles between IMAGES and words are what EMBEDDING says people judge.

    \b
    IMAGES is a folder; names are those of its files. EMBEDDING is a csv file: names of
    images in the first column, one dimension in each of the others. The same command
    goes on where it was cut off.

    \b
    surrobrain clip-hba behavior things/ spose66.csv --prompts labels.csv \\
        --held-out objects48.csv --out tuned
    """  # fmt: skip
    from pathlib import Path

    from surrobrain.clip_hba.behavior import tune_behavior
    from surrobrain.clip_hba.behavior_file import save_behavior
    from surrobrain.clip_hba.embedding import read_embedding, read_names
    from surrobrain.clip_hba.loading import load
    from surrobrain.pretrained.images import find_images

    tell = teller()
    people, pictures = read_embedding(embedding, prompts=typed["prompts"]), find_images(images)
    held_out = () if typed["held_out"] is None else read_names(typed["held_out"])
    if tell is not None:
        tell(f"loading {model}")
    clip = load(
        model, adapter=typed["adapter"], rank=typed["rank"], vision_blocks=typed["vision_blocks"],
        text_blocks=typed["text_blocks"], local_files_only=typed["local_files_only"],
    )  # fmt: skip
    folder = Path(out)
    tuned = tune_behavior(
        clip, pictures, people, held_out=held_out, recipe=_recipe(typed, shown=tell is not None),
        cache=typed["cache"] or folder / "cache", checkpoint=folder / "checkpoint.safetensors",
    )  # fmt: skip
    save_behavior(tuned, out)
    payload = _payload(tuned, out)
    emit(payload, _text(payload), as_json=as_json)


def _recipe(typed: dict[str, Any], *, shown: bool) -> "Recipe":
    import dataclasses

    from surrobrain.clip_hba.recipe import RECIPES, recipe_from

    recipe, changes = RECIPES[typed["recipe"]], {}
    if typed["epochs"] is not None:
        changes["training"] = dataclasses.replace(recipe.training, epochs=typed["epochs"])
    if typed["seed"] is not None:
        changes["seed"] = typed["seed"]
    if typed["half"]:
        changes["precision"] = "float16"
    recipe = recipe_from(recipe, changes=changes)
    training = dataclasses.replace(recipe.training, progress=shown)
    return dataclasses.replace(recipe, training=training)


def _payload(tuned: "BehaviorModel", out: str) -> dict[str, Any]:
    losses = tuned.trained
    return {
        "model": tuned.clip.name, "recipe": tuned.recipe.name, "folder": out,
        "n_train": len(tuned.split.train), "n_validation": len(tuned.split.validation),
        "n_held_out": len(tuned.split.held_out), "epochs": len(losses.train),
        "best_epoch": losses.best, "validation_mse_before": losses.validation[0],
        "validation_mse": losses.validation[losses.best],
    }  # fmt: skip


def _text(payload: dict[str, Any]) -> str:
    rows = [
        ["objects", f"{payload['n_train']} train, {payload['n_validation']} validation, "
                    f"{payload['n_held_out']} held out"],
        ["validation MSE before", f"{payload['validation_mse_before']:.4g}"],
        ["validation MSE", f"{payload['validation_mse']:.4g} (chose the epoch)"],
        ["epoch kept", f"{payload['best_epoch']} of {payload['epochs']}"],
    ]  # fmt: skip
    first = f"{payload['model']}, recipe {payload['recipe']}: written to {payload['folder']}"
    return "\n".join([first, table(["", "value"], rows)])
