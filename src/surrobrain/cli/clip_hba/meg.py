"""``surrobrain clip-hba meg``: tune a model to the brain responses of a group."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.brain_movies import movie_options, tuning_options
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.clip_hba.time_model import TimeModel
    from surrobrain.rsa.model_scores import ModelScores

__all__ = ["meg"]


@click.command()
@click.argument("images", type=click.Path())
@click.argument("movies", nargs=-1, required=True, type=click.Path())
@click.option("--behavior", metavar="FOLDER", help="Start from what 'clip-hba behavior' wrote.")
@click.option(
    "--model",
    metavar="NAME",
    help="Name of Hugging Face, or a folder with a CLIP model; by default ViT-L/14, or "
    "the one of --behavior.",
)
@click.option("--prompts", metavar="FILE", help="Dimensions in words, without --behavior.")
@click.option(
    "--recipe",
    type=click.Choice(["improved", "published"]),
    default="improved",
    show_default=True,
    help="published: CLIP-HBA with its defects.",
)
@click.option(
    "--validate-on",
    multiple=True,
    metavar="NAME",
    help="Person who chooses the epochs and is not learned from (repeatable).",
)
@tuning_options
@movie_options
@output_options
def meg(images: str, movies: tuple[str, ...], out: str, as_json: bool, **typed: Any) -> None:
    """Tune CLIP to the RDMs over time of a group: which layer speaks when, and what it says.

    \b
    IMAGES is a folder; names are those of its files. Each of MOVIES is one person: RDMs
    over time (npz, npy, mat, csv), or epochs of single trials whose events are named like
    the images (fif). The same command goes on where it was cut off.

    \b
    surrobrain clip-hba meg things/ sub-1.npz sub-2.npz sub-3.npz --behavior tuned \\
        --held-out objects48.csv --out group
    """  # fmt: skip
    from pathlib import Path

    from surrobrain.cli.brain_movies import measured_from, time_recipe
    from surrobrain.clip_hba.meg import tune_meg
    from surrobrain.clip_hba.meg_file import save_meg
    from surrobrain.pretrained.images import find_images

    tell = teller()
    pictures, found = find_images(images), measured_from(movies, typed, tell)
    start, prompts = _start(typed)
    known, unseen = parted(found.movies, typed["held_out"])
    model = tune_meg(
        start, pictures, known, prompts=prompts, validation_persons=typed["validate_on"],
        recipe=time_recipe(typed["recipe"], typed, shown=tell is not None),
        folder=Path(out) / "training",
    )  # fmt: skip
    save_meg(model, out)
    scores = _scores(model, pictures, unseen)
    page = _report(model, scores, out)
    payload = _payload(model, scores, out, page)
    emit(payload, _text(payload), as_json=as_json)


def parted(movies: Any, held_out: str | None) -> tuple[Any, Any]:
    """Part every movie into what is learned from and what is kept for the test."""
    from surrobrain.clip_hba.embedding import read_names

    if held_out is None:
        return movies, {}
    apart = read_names(held_out)
    known, unseen = {}, {}
    for who, movie in movies.items():
        absent = sorted(set(apart) - set(movie.conditions))
        if absent:
            raise ValueError(
                f"the movie of {who} lacks held-out images: {', '.join(absent[:5])}; list images "
                "that were measured"
            )
        known[who] = movie.pick([name for name in movie.conditions if name not in set(apart)])
        unseen[who] = movie.pick(apart)
    return known, unseen


def _start(typed: dict[str, Any]) -> tuple[Any, tuple[str, ...]]:
    from surrobrain.clip_hba.behavior_file import load_behavior
    from surrobrain.clip_hba.embedding import read_words
    from surrobrain.pretrained.vision import load_vision

    local = typed["local_files_only"]
    model = None if typed["model"] is None else load_vision(typed["model"], local_files_only=local)
    if typed["behavior"] is not None:
        return load_behavior(typed["behavior"], model=model), ()
    if typed["prompts"] is None:
        raise click.UsageError("give --behavior, or --prompts with the dimensions in words")
    if model is None:
        model = load_vision("ViT-L/14", local_files_only=local)
    return model, read_words(typed["prompts"])


def _scores(model: "TimeModel", pictures: Any, unseen: Any) -> "ModelScores | None":
    from surrobrain.clip_hba.beginning import last_layer
    from surrobrain.clip_hba.time_scores import scores_over_time

    if not unseen:
        return None
    first = next(iter(unseen.values()))
    if first.n_conditions < 3:
        raise ValueError("at least 3 held-out images are needed to compare RDMs")
    shown = pictures.pick(first.conditions)
    before = last_layer(model.start, times=model.times, prompts=model.prompts)
    movies = {"start, last layer": before.rdm_movie(shown), "tuned": model.rdm_movie(shown)}
    return scores_over_time(movies, unseen)


def _report(model: "TimeModel", scores: "ModelScores | None", out: str) -> str:
    from pathlib import Path

    from surrobrain.reports.report import Report

    items = [model] if scores is None else [scores, model]
    return str(Report("Model over time", items).save(Path(out) / "report.html"))


def _payload(
    model: "TimeModel", scores: "ModelScores | None", out: str, page: str
) -> dict[str, Any]:
    history = model.history
    payload: dict[str, Any] = {
        "model": model.clip.name, "recipe": model.recipe.name, "folder": out, "report": page,
        "persons": list(history.persons), "validation_persons": list(history.validation_persons),
        "n_times": len(model.times), "best_epochs": list(history.best),
        "validation_loss": [history.layers[0], history.layers[history.best[0]]],
    }  # fmt: skip
    if scores is not None:
        payload["held_out"] = {
            name: float(course.mean())
            for name, course in zip(scores.models, scores.mean, strict=True)
        }
        payload["ceiling"] = (
            None if scores.ceiling is None else
            [float(scores.ceiling.lower.mean()), float(scores.ceiling.upper.mean())]
        )  # fmt: skip
    return payload


def _text(payload: dict[str, Any]) -> str:
    rows = [
        ["learned from", ", ".join(payload["persons"])],
        ["epochs chosen by", ", ".join(payload["validation_persons"])],
        ["epochs kept", " and ".join(map(str, payload["best_epochs"]))],
        *([f"held-out images, {k}", f"{v:.3f}"] for k, v in payload.get("held_out", {}).items()),
    ]
    if payload.get("ceiling"):
        rows.append(["noise ceiling", "{:.3f} to {:.3f}".format(*payload["ceiling"])])
    first = f"{payload['model']}, recipe {payload['recipe']}: written to {payload['folder']}"
    return "\n".join([first, table(["", "value"], rows), f"report: {payload['report']}"])
