"""What each kind of result becomes on the page."""

import dataclasses
import functools

import numpy as np

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.evaluation.scorecard import Scorecard, ScoreRow
from surrobrain.evaluation.verdict import BASELINES
from surrobrain.intervention.what_if import Effect
from surrobrain.inverse.fit import FitResult
from surrobrain.reports.figures.ec import ec
from surrobrain.reports.figures.fc import fc
from surrobrain.reports.figures.learning import learning
from surrobrain.reports.figures.response import response
from surrobrain.reports.figures.scores import scores
from surrobrain.reports.picture import Picture
from surrobrain.reports.section import Section
from surrobrain.reports.tables import bullets, facts, grid

__all__ = ["section"]

_TOP = 10
_PROTOCOLS = {"forecast": "one-step forecast", "free_run": "free run"}


@functools.singledispatch
def section(item: object) -> Section:
    """Return the part of a report that shows an item.

    Raises
    ------
    TypeError
        Nothing here knows how to show it; the message lists what can be shown.
    """
    takes = sorted(kind.__name__ for kind in section.registry if kind is not object)
    raise TypeError(
        f"a report takes {', '.join(takes)}, but {type(item).__name__} arrived; "
        "draw it and wrap it as Picture(figure, title, caption, alt)"
    )


@section.register
def _(item: Picture) -> Section:
    return Section(item.title, "figures", pictures=(item,))


@section.register
def _(item: dict) -> Section:
    return Section("Details", "methods", tables=(facts(item),))


@section.register
def _(item: Recording) -> Section:
    missing = item.n_times - int(item.valid.sum())
    table = facts(
        {
            "modality": item.modality,
            "regions": item.n_regions,
            "samples": item.n_times,
            "samples missing": missing,
            "rate (Hz)": item.sfreq,
            "length (s)": item.duration,
            "unit": item.unit,
            "names": item.names,
        }
    )
    said = (
        f"The recording ({item.modality}) holds {item.n_regions} regions over "
        f"{item.duration:.4g} s, {item.n_times} samples at {item.sfreq:.3g} Hz."
    )
    warned = (f"{missing} of {item.n_times} samples are missing and were left out.",)
    return Section(
        "Recording", "methods", (table,), summary=(said,), warnings=warned if missing else ()
    )


@section.register
def _(item: Connectome) -> Section:
    table = facts(
        {
            "regions": item.n_regions,
            "density": item.density,
            "symmetric": item.symmetric,
            "tract lengths known": item.lengths is not None,
        }
    )
    return Section("Structural connectome", "methods", (table,))


@section.register
def _(item: FitResult) -> Section:
    kind, history = type(item.model.architecture).__name__, item.history
    error = history.validation[item.stopped_at]
    table = facts(
        {
            "model": kind,
            "memory (samples)": item.model.memory,
            "trained numbers": item.n_parameters,
            "epochs": len(history.train),
            "epoch kept": item.stopped_at,
            "held-out error (sd²)": error,
            "held-out error of persistence (sd²)": history.persistence,
            "held-out error of the linear model (sd²)": history.linear_var,
            "seed": item.seed,
            "seconds": item.seconds,
        }
    )
    said = (
        f"A surrogate ({kind}, {item.n_parameters} trained numbers) was fitted. Its error in "
        f"predicting the next sample of held-out data is {error:.3g} sd², against "
        f"{history.persistence:.3g} when the last sample is repeated and {history.linear_var:.3g} "
        "for a linear model."
    )
    beaten = {"persistence": history.persistence, "linear model": history.linear_var}
    pictures = ()
    if history.train:
        drawn = learning(
            history.train,
            validation=history.validation,
            baselines=beaten,
            loss="mean squared error (sd²)",
        )
        pictures = (drawn,)
    return Section("Fit", "methods", (table,), pictures, summary=(said,), warnings=item.warnings)


@section.register
def _(item: Scorecard) -> Section:
    table = grid(
        ["score", "model", "95 % interval", "persistence", "linear model", "null", "floor",
         "verdict"],
        [
            (_labeled(row), row.value, _interval(row.low, row.high), row.persistence,
             row.linear_var, row.null, row.floor, row.verdict)
            for row in item.rows
        ],
        caption="Scores on held-out data",
    )  # fmt: skip
    text = (
        "Persistence repeats the last sample. The linear model is a vector autoregression. The "
        "null keeps each region's spectrum and destroys everything else. The floor compares the "
        "recording with itself at another time: no model can be expected to do better.",
    )
    names: dict[str, list[str]] = {}
    for row in item.rows:
        names.setdefault(row.verdict, []).append(row.name)
    said = tuple(f"Score {', '.join(same)}: {verdict}." for verdict, same in names.items())
    rivals = [row for row in item.rows if np.isfinite(row.linear_var)]
    plain = rivals and all(BASELINES["linear_var"] in row.verdict for row in rivals)
    warned = (
        "On no score is the model better than a linear one. What it predicts below is worth as "
        "much as a linear model's prediction, and no more.",
    )
    return Section(
        "Scores",
        "scores",
        (table, bullets(item.notes)),
        (scores(item.rows),),
        text,
        said,
        warned if plain else (),
    )


@section.register
def _(item: EffectiveConnectivity) -> Section:
    away = np.where(np.eye(len(item.names), dtype=bool), 0.0, item.weights)
    order = np.argsort(-np.abs(away), axis=None)[:_TOP]
    rows = [
        (item.names[j], item.names[i], away[i, j], 1.96 * item.error[i, j])
        for i, j in zip(*np.unravel_index(order, away.shape), strict=True)
    ]
    table = grid(
        ["from", "to", "influence", "± 95 % over states"],
        rows,
        caption=f"The {len(rows)} strongest influences",
    )
    driver = item.names[int(np.abs(away).sum(axis=0).argmax())]
    said = (
        f"In the surrogate, {driver} drives the other regions most; the strongest single "
        f"influence runs from {rows[0][0]} to {rows[0][1]}."
    )
    title = f"Effective connectivity ({item.method}, lag {item.lag})"
    text = (
        "Influence is the change of the target per unit of change of the source, "
        f"{item.lag} sample{'s' if item.lag > 1 else ''} later, averaged over states of the model. "
        "Where the model is linear it is the same in every state, and its interval is zero.",
    )
    drawn = ec(item.weights, names=item.names)
    return Section(title, "figures", (table,), (drawn,), text, (said,))


@section.register
def _(item: Effect) -> Section:
    found = [item.names.index(name) for name in item.strongest(_TOP)]
    rows = [
        (item.names[k], item.response[k], _interval(item.response_low[k], item.response_high[k]))
        for k in found
    ]
    table = grid(
        ["region", "mean size of change (sd)", "95 % interval"],
        rows,
        caption=f"The {len(rows)} most changed regions, over {item.n_seeds} pairs of runs",
    )
    said = (
        f"What if ({item.description}): the model predicts the largest change in "
        f"{', '.join(f'{name} ({size:.2g} sd)' for name, size, _ in rows[:3])}."
    )
    dose = () if item.dose is None else (f"Dose: {item.dose.in_words()}; u is the input unit.",)
    connectivity = fc(item.fc_before, item.fc_after, names=item.names, labels=("without", "with"))
    changed = dataclasses.replace(
        connectivity,
        caption="Which regions rise and fall together without and with the intervention. Dots off "
        "the gray line are pairs of regions whose correlation it changes.",
    )
    pictures = (response(item), changed)
    title = f"What if: {item.description}"
    return Section(title, "figures", (table,), pictures, dose, (said,))


def _interval(low: float, high: float) -> str:
    if not np.isfinite([low, high]).all():
        return "-"
    return f"{low:.3g} to {high:.3g}"


def _labeled(row: ScoreRow) -> str:
    said = [f"{row.better} is better", _PROTOCOLS[row.protocol], row.unit]
    return f"{row.name} ({', '.join(part for part in said if part)})"
