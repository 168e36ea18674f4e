"""What models over time and their judges become on the page."""

import numpy as np

from surrobrain.clip_hba.specificity import Contrast, Specificity
from surrobrain.clip_hba.three_stages import ThreeStages
from surrobrain.clip_hba.time_model import TimeModel
from surrobrain.reports.figures.dissimilarities import dissimilarities
from surrobrain.reports.figures.generalizing import generalizing
from surrobrain.reports.figures.layer_schedule import layer_schedule
from surrobrain.reports.figures.own_model import own_model
from surrobrain.reports.picture import Picture, drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid
from surrobrain.rsa.generalizing import generalization
from surrobrain.rsa.rdms import RDMs

__all__ = ["section"]


@section.register
def _(item: TimeModel) -> Section:
    history = item.history
    best_a, best_b = history.best
    table = facts(
        {
            "model": item.clip.name,
            "recipe": item.recipe.name,
            "learned from": history.persons,
            "epochs chosen by": history.validation_persons,
            "validation images": len(history.validation_images),
            "validation loss, layer weights": _fallen(history.layers, best_a),
            "validation loss, with adapters": _fallen(history.adapters, best_b),
            "adapter": f"{item.recipe.adapter}, rank {item.recipe.rank}, all vision blocks",
            "seed": item.recipe.seed,
        }
    )
    picture = drawn("Layers over time", lambda: layer_schedule([item.layer_schedule],
                                                               times=item.times))  # fmt: skip
    said = (
        "With adapters, layers themselves have changed: their weights then speak of the tuned "
        "model, not of CLIP.",
    )
    return Section("Model over time", "methods", (table,), (picture,), said if best_b else ())


def _fallen(losses: tuple[float, ...], best: int) -> str:
    if not losses:
        return ""
    return f"{losses[0]:.3f} to {losses[best]:.3f} (epoch {best} of {len(losses) - 1})"


@section.register
def _(item: Specificity) -> Section:
    n = len(item.persons)
    own = np.diagonal(item.values[:n])
    others = (item.values[:n].sum(axis=0) - own) / (n - 1)
    rows = [
        (p, own[k], others[k], *item.values[n:, k], item.reliability[k],
         own[k] / item.reliability[k], item.winners[k])
        for k, p in enumerate(item.persons)
    ]  # fmt: skip
    header = ["person", "own model", "models of others, mean", *item.baselines, "reliability",
              "own over reliability", "best model of"]  # fmt: skip
    columns = grid(header, rows, caption=f"Similarity (spearman) on {item.n_images} new images")
    versus = grid(
        ["own model against", "difference", "95 % interval", "relative to reliability",
         "95 % interval", "better for"],
        [_row(c, r) for c, r in zip(item.contrasts, _relative(item), strict=True)],
        caption=f"What the own model gains, {item.n_draws} resamples of persons and images",
    )  # fmt: skip
    said = (
        f"Of {n} persons, {item.n_identified} are predicted best by their own model among those "
        f"of all persons (chance: 1).",
        *(_in_words(c) for c in item.contrasts),
    )
    text = (
        "Models are compared within a person, never across: persons are measured unequally well. "
        "Reliability is what a perfect model would reach, from two halves of the trials.",
    )
    picture = drawn("Own models against others", lambda: own_model(item))
    return Section("Own models against others", "scores", (columns, versus), (picture,), text, said)


def _relative(item: Specificity) -> tuple[Contrast | None, ...]:
    return item.contrasts_relative or (None,) * len(item.contrasts)


def _row(plain: Contrast, relative: Contrast | None) -> tuple[object, ...]:
    return (
        plain.against, plain.difference, f"{plain.low:.3f} to {plain.high:.3f}",
        None if relative is None else relative.difference,
        None if relative is None else f"{relative.low:.3f} to {relative.high:.3f}",
        f"{plain.n_won} of {plain.n_persons}",
    )  # fmt: skip


def _in_words(item: Contrast) -> str:
    sure = "" if item.low > 0 or item.high < 0 else "; the sign is not certain"
    return (
        f"Own model against {item.against}: {item.difference:+.3f} [{item.low:.3f}, "
        f"{item.high:.3f}]{sure}."
    )


@section.register
def _(item: ThreeStages) -> Section:
    study = item.study
    counted = study.responding
    rows = [
        (name, float(course[counted].mean()), float(course.max()))
        for name, course in zip(item.scores.models, item.scores.mean, strict=True)
    ]
    low, high = "-", "-"
    if item.scores.ceiling is not None:
        low, high = (float(np.asarray(end)[counted].mean()) for end in
                     (item.scores.ceiling.lower, item.scores.ceiling.upper))  # fmt: skip
    span = f"{study.times[counted][0]:g} to {study.times[counted][-1]:g} s"
    table = grid(
        ["model", f"mean, {span}", "largest"],
        [*rows, ("lower noise ceiling", low, None), ("upper noise ceiling", high, None)],
        caption="Similarity with persons whom only their own models have met (spearman)",
    )
    behavior = grid(
        ["model", "judged dissimilarities (spearman)"], list(item.behavior.items()),
        caption="Stage 1 on new pictures",
    )  # fmt: skip
    said = (
        f"Hidden schedule of layers: recovered with a correlation of {item.recovery:.3f} over "
        f"time; the mean layer is off by {item.depth_error:.2f} of "
        f"{study.schedule.shape[1]} layers. Training started from no preference for any layer.",
    )
    text = (
        "The lower ceiling is how well persons predict each other. Persons here differ on purpose, "
        "so that the own model can pass it, and the models of a group cannot.",
    )
    pictures = (
        drawn("Layers over time", lambda: _recovered(item)),
        drawn("Measured", lambda: _at_times(item.measured, "Measured dissimilarities")),
        drawn("Predicted", lambda: _at_times(item.predicted, "Predicted by the own model")),
        drawn("Temporal generalization", lambda: generalizing(
            generalization(item.predicted, item.measured), labels=("own model", "brain"))),
    )  # fmt: skip
    return Section("Three stages", "scores", (table, behavior), pictures, text, said)


def _recovered(item: ThreeStages) -> Picture:
    return layer_schedule(
        [item.study.schedule, item.timed.layer_schedule], times=item.study.times,
        labels=("truth", "recovered"),
    )  # fmt: skip


def _at_times(movie: RDMs, title: str) -> Picture:
    """Draw what is told apart at five times, for twenty images at most."""
    few = movie.pick(movie.conditions[:20])
    rows = np.linspace(0, few.n_rdms - 1, 5).round().astype(int).tolist()
    picture = dissimilarities(few, rows=rows)
    return Picture(picture.figure, title, picture.caption, picture.alt)
