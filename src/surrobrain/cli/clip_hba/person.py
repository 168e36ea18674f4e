"""``surrobrain clip-hba person``: from a group's model to one for each person."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.brain_movies import movie_options, tuning_options
from surrobrain.cli.options import emit, output_options, table, teller

if TYPE_CHECKING:
    from surrobrain.clip_hba.specificity import Specificity
    from surrobrain.clip_hba.time_model import TimeModel

__all__ = ["person"]


@click.command()
@click.argument("group", type=click.Path())
@click.argument("images", type=click.Path())
@click.argument("movies", nargs=-1, required=True, type=click.Path())
@click.option("--model", metavar="NAME", help="CLIP, where the group's folder does not find it.")
@click.option(
    "--recipe",
    default="improved",
    show_default=True,
    type=click.Choice(["improved", "published person"]),
    help="published person: CLIP-HBA with its defects.",
)
@tuning_options
@movie_options
@output_options
def person(
    group: str, images: str, movies: tuple[str, ...], out: str, as_json: bool, **typed: Any
) -> None:
    """Tune the model of GROUP to each person alone, and ask whose model predicts whom.

    \b
    GROUP is what 'clip-hba meg' wrote. IMAGES and MOVIES are as there: one movie per
    person, who should not have been part of the group. With two persons or more and
    --held-out, models are compared on images that none has seen. The same command goes
    on where it was cut off.

    \b
    surrobrain clip-hba person group things/ P1.npz P2.npz --held-out test.txt --out persons
    """  # fmt: skip
    from pathlib import Path

    from surrobrain.cli.brain_movies import measured_from, time_recipe
    from surrobrain.cli.clip_hba.meg import parted
    from surrobrain.clip_hba.meg import tune_meg
    from surrobrain.clip_hba.meg_file import load_meg, save_meg
    from surrobrain.pretrained.images import find_images
    from surrobrain.pretrained.vision import load_vision

    tell = teller()
    pictures, found = find_images(images), measured_from(movies, typed, tell)
    base = typed["model"] and load_vision(
        typed["model"], local_files_only=typed["local_files_only"]
    )
    start = load_meg(group, model=base or None)
    known, unseen = parted(found.movies, typed["held_out"])
    recipe = time_recipe(typed["recipe"], typed, shown=tell is not None)
    models = {}
    for who, movie in known.items():
        if tell is not None:
            tell(f"tuning to {who}")
        models[who] = tune_meg(
            start, pictures, {who: movie}, recipe=recipe, folder=Path(out) / who / "training"
        )
        save_meg(models[who], Path(out) / who)
    judged = _judged(start, models, pictures, unseen, found.halves) if len(unseen) > 1 else None
    page = _report(judged, models, out)
    payload = _payload(models, judged, out, page)
    emit(payload, _text(payload), as_json=as_json)


def _judged(
    group: "TimeModel", models: dict[str, Any], pictures: Any, unseen: Any, halves: Any
) -> "Specificity":
    from surrobrain.clip_hba.beginning import last_layer
    from surrobrain.clip_hba.specificity import own_against_others

    names = next(iter(unseen.values())).conditions
    shown = pictures.pick(names)
    first = group
    while getattr(first.start, "clip", None) is not None and hasattr(first.start, "start"):
        first = first.start
    plain = last_layer(first.start, times=group.times, prompts=group.prompts)
    baselines = {"group": group, "start of the group, last layer": plain}
    return own_against_others(
        {who: model.rdm_movie(shown) for who, model in models.items()}, unseen,
        baselines={name: model.rdm_movie(shown) for name, model in baselines.items()},
        halves={w: (a.pick(names), b.pick(names)) for w, (a, b) in halves.items()} or None,
        times=group.times > 0,
    )  # fmt: skip


def _report(judged: "Specificity | None", models: dict[str, Any], out: str) -> str:
    from pathlib import Path

    from surrobrain.reports.report import Report

    items = [*([] if judged is None else [judged]), *models.values()]
    return str(Report("Models of persons", items).save(Path(out) / "report.html"))


def _payload(
    models: dict[str, Any], judged: "Specificity | None", out: str, page: str
) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "folder": out, "report": page, "persons": list(models),
        "best_epochs": {who: list(m.history.best) for who, m in models.items()},
    }  # fmt: skip
    if judged is not None:
        payload |= {
            "similarity": judged.values.tolist(), "baselines": list(judged.baselines),
            "n_identified": judged.n_identified,
            "own_against": {
                c.against: {"difference": c.difference, "interval": [c.low, c.high]}
                for c in judged.contrasts
            },
        }  # fmt: skip
    return payload


def _text(payload: dict[str, Any]) -> str:
    lines = [f"models of {', '.join(payload['persons'])}: written to {payload['folder']}"]
    if "n_identified" in payload:
        lines.append(
            f"best predicted by the own model: {payload['n_identified']} of "
            f"{len(payload['persons'])} (chance: 1)"
        )
        rows = [
            [name, f"{c['difference']:+.3f}", "{:.3f} to {:.3f}".format(*c["interval"])]
            for name, c in payload["own_against"].items()
        ]
        lines.append(table(["own model against", "difference", "95 % interval"], rows))
    return "\n".join([*lines, f"report: {payload['report']}"])
