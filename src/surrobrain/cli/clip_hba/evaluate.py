"""``surrobrain clip-hba evaluate``: compare a tuned model with people."""

from typing import TYPE_CHECKING, Any

import click

from surrobrain.cli.options import emit, output_options, table

if TYPE_CHECKING:
    from surrobrain.clip_hba.evaluation import BehaviorScores

__all__ = ["evaluate"]


@click.command()
@click.argument("tuned", type=click.Path())
@click.argument("images", type=click.Path())
@click.argument("embedding", type=click.Path())
@click.argument("people", type=click.Path())
@click.option(
    "--model",
    metavar="NAME",
    help="The model that was tuned, where its name in the card does not lead to it.",
)
@click.option("--prompts", metavar="FILE", help="As for 'clip-hba behavior'.")
@click.option(
    "--unit",
    type=float,
    default=0.0275,
    show_default=True,
    help="Factor that brings the embedding into the units of choices.",
)
@click.option(
    "--draws",
    type=click.IntRange(10),
    default=1000,
    show_default=True,
    help="Resamples of the objects.",
)
@click.option("--out", metavar="FILE", help="Also write a page (html) with tables and figures.")
@click.option("--cache", metavar="FOLDER", help="As for 'clip-hba behavior'.")
@output_options
def evaluate(
    tuned: str, images: str, embedding: str, people: str, as_json: bool, **typed: Any
) -> None:
    """Compare the model in folder TUNED with how PEOPLE tell objects apart.

    \b
    TUNED was written by 'clip-hba behavior'. PEOPLE is a file with one RDM (npz, npy,
    mat or csv) whose conditions are names of IMAGES and of rows of EMBEDDING.

    \b
    surrobrain clip-hba evaluate tuned things/ spose66.csv rdm48.npz
    """  # fmt: skip
    import warnings

    from surrobrain.clip_hba.behavior_file import load_behavior
    from surrobrain.clip_hba.embedding import read_embedding
    from surrobrain.clip_hba.evaluation import evaluate as score
    from surrobrain.pretrained.images import find_images
    from surrobrain.rsa import read_rdms

    judged, target = read_rdms(people), read_embedding(embedding, prompts=typed["prompts"])
    pictures = find_images(images)
    model = load_behavior(tuned, model=typed["model"])
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        scores = score(
            model, pictures, target, people=judged, unit=typed["unit"], n_draws=typed["draws"],
            cache=typed["cache"],
        )  # fmt: skip
    if typed["out"] is not None:
        from surrobrain.reports.report import Report

        Report(f"{model.clip.name}, tuned to behavior", [scores, model]).save(typed["out"])
    payload = {**_payload(scores), "warnings": [str(w.message) for w in said]}
    emit(payload, _text(payload), as_json=as_json)


def _payload(scores: "BehaviorScores") -> dict[str, Any]:
    import numpy as np

    rows = []
    for k, name in enumerate(scores.models):
        near, odd = scores.similarity, scores.odd_one_out
        rows.append({
            "model": name,
            "similarity": float(near.scores[k]),
            "similarity_interval": [float(near.low[k]), float(near.high[k])],
            "odd_one_out": float(odd.scores[k]),
            "odd_one_out_interval": [float(odd.low[k]), float(odd.high[k])],
            "odd_one_out_error": float(scores.odd_one_out_error[k]),
            "dimensions": float(np.nanmean(scores.dimensions[k])),
            "dimensions_interval": scores.dimension_interval[k].tolist(),
        })  # fmt: skip
    return {"n_objects": len(scores.objects), "n_seen": len(scores.seen), "rows": rows}


def _text(payload: dict[str, Any]) -> str:
    def cell(row: dict[str, Any], name: str) -> str:
        low, high = row[f"{name}_interval"]
        return f"{row[name]:.3f} ({low:.3f} to {high:.3f})"

    rows = [
        [row["model"], cell(row, "similarity"), cell(row, "odd_one_out"), cell(row, "dimensions")]
        for row in payload["rows"]
    ]
    first = f"{payload['n_objects']} objects; 95 % intervals over objects"
    shown = table(["", "RDM (Spearman)", "odd one out (Spearman)", "mean r of dimensions"], rows)
    return "\n".join([first, shown, *(f"warning: {text}" for text in payload["warnings"])])
