"""What each kind of result becomes on the page."""

import dataclasses
import functools
from collections.abc import Sequence

import numpy as np

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.evaluation.scorecard import Scorecard, ScoreRow
from surrobrain.evaluation.verdict import BASELINES
from surrobrain.intervention.what_if import Effect
from surrobrain.inverse.fit_learned import FitResult
from surrobrain.reports.figures.before_after import before_after
from surrobrain.reports.figures.ec import ec
from surrobrain.reports.figures.fc import fc
from surrobrain.reports.figures.learning import learning
from surrobrain.reports.figures.response import response
from surrobrain.reports.figures.scores import scores
from surrobrain.reports.picture import Picture, Undrawn, drawn
from surrobrain.reports.section import Section
from surrobrain.reports.tables import bullets, facts, grid

__all__ = ["section"]

_TOP = 10
_ROUNDING = 1e-5  # of the largest influence
_PROTOCOLS = {"forecast": "one-step forecast", "free_run": "free run"}


@functools.singledispatch
def section(item: object) -> Section:
    """Return the part of a report that shows an item.

    Raises
    ------
    TypeError
        Nothing here knows how to show it; the message lists what can be shown.
    """
    takes = sorted(kind.__name__ for kind in section.registry if kind not in (object, Undrawn))
    raise TypeError(
        f"a report takes {', '.join(takes)}, but {type(item).__name__} arrived; "
        "draw it and wrap it as Picture(figure, title, caption, alt)"
    )


@section.register
def _(item: Picture | Undrawn) -> Section:
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
    table = facts(
        {
            "model": kind,
            "memory (samples)": item.model.memory,
            "numbers in use": item.n_parameters,
            "epochs": len(history.train),
            "epoch kept": item.stopped_at,
            "validation error (sd²)": history.one_step,
            "validation error of persistence (sd²)": history.persistence,
            "validation error of the linear model (sd²)": history.linear_var,
            "seed": item.seed,
            "seconds": item.seconds,
        }
    )
    said = (
        f"A surrogate ({kind}, {item.n_parameters} numbers in use) was fitted. Its error in "
        f"predicting the next sample of the validation part of the training data is "
        f"{history.one_step:.3g} sd², against {history.persistence:.3g} when the last sample is "
        f"repeated and {history.linear_var:.3g} for a linear model."
    )
    pictures = (drawn("Learning", lambda: _learning(item)),) if history.train else ()
    return Section("Fit", "methods", (table,), pictures, summary=(said,), warnings=item.warnings)


def _learning(item: FitResult) -> Picture:
    history = item.history
    trivial = {"persistence": history.persistence, "linear model": history.linear_var}
    # A loss with penalties, or of several samples, is another quantity than a one-step error.
    same = np.isclose(history.validation[item.stopped_at], history.one_step, rtol=1e-3)
    return learning(
        history.train,
        validation=history.validation,
        baselines=trivial if same else None,
        loss="mean squared error (sd²)" if same else "loss, penalties included",
    )


@section.register
def _(item: Scorecard) -> Section:
    table = grid(
        ["score", "model", "95 % interval", "persistence", "linear model", "null", "floor",
         "verdict", "blind to"],
        [
            (_labeled(row), row.value, _interval(row.low, row.high), row.persistence,
             row.linear_var, row.null, row.floor, row.verdict, row.blind)
            for row in item.rows
        ],
        caption="Scores on held-out data",
    )  # fmt: skip
    text = (
        "Persistence repeats the last sample. The linear model is a vector autoregression. The "
        "null keeps each region's spectrum and destroys everything else. The floor compares the "
        "recording with itself at another time: a model that reaches it is as close to the "
        "recording as another stretch of the same recording.",
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
        (drawn("Scores", lambda: scores(item.rows)),),
        text,
        said,
        warned if plain else (),
    )


@section.register
def _(item: EffectiveConnectivity) -> Section:
    others = ~np.eye(len(item.names), dtype=bool)
    away, pairs = np.where(others, item.weights, 0.0), np.argwhere(others)
    order = np.argsort(-np.abs(away[others]), kind="stable")[:_TOP]
    rows = [(item.names[j], item.names[i], away[i, j], item.error[i, j]) for i, j in pairs[order]]
    header = ["from", "to", "influence", "spread over states (standard error)"]
    varies = item.error.max() > _ROUNDING * np.abs(item.weights).max()
    table = grid(
        header if varies else header[:-1],
        rows if varies else [row[:-1] for row in rows],
        caption=f"The {len(rows)} strongest influences",
    )
    said = _largest(rows, driver=item.names[int(np.abs(away).sum(axis=0).argmax())])
    title = f"Effective connectivity ({item.method}, lag {item.lag})"
    text = (
        "Influence is the change of the target per unit of change of the source, "
        f"{item.lag} sample{'s' if item.lag > 1 else ''} later, averaged over states of the model"
        + (
            ". The spread over states says nothing about how well the fit is known."
            if varies
            else "; in this model it is the same in every state."
        ),
    )
    picture = drawn("Effective connectivity", lambda: ec(item.weights, names=item.names))
    return Section(title, "figures", (table,), (picture,), text, said)


def _largest(rows: Sequence[tuple], *, driver: str) -> tuple[str, ...]:
    """Name what is largest without calling it a finding; nothing where there is one region."""
    if not rows:
        return ()
    source, target = rows[0][:2]
    return (
        f"Largest in the model: the single influence from {source} to {target}, and the influence "
        f"of {driver} on all others together. Neither is tested against chance.",
    )


@section.register
def _(item: Effect) -> Section:
    strongest = [item.names.index(name) for name in item.strongest(_TOP)]
    found = [k for k in strongest if np.isfinite(item.response[k])]
    rows = [
        (item.names[k], item.response[k], _interval(item.response_low[k], item.response_high[k]))
        for k in found
    ]
    table = grid(
        ["region", "mean size of change (sd)", "95 % interval over noise seeds"],
        rows,
        caption=f"The {len(rows)} most changed regions, over {item.n_seeds} pairs of runs",
    )
    largest = ", ".join(f"{name} ({size:.2g} sd)" for name, size, _ in rows[:3])
    said = f"What if ({item.description}): the model predicts " + (
        f"the largest change in {largest}." if rows else "no change that could be measured."
    )
    text = (
        "Intervals are over noise seeds, the fit taken as exact: how well the model is known adds "
        "to them. A hyphen means that the change is the same for every seed.",
    )
    if item.dose is not None:
        text += (f"Dose: {item.dose.in_words()}; u is the input unit.",)
    pictures = (
        drawn("Response", lambda: response(item)),
        *(() if item.example is None else (drawn("Before and after", lambda: before_after(item)),)),
        drawn("Functional connectivity", lambda: _changed_connectivity(item)),
    )
    title = f"What if: {item.description}"
    return Section(title, "figures", (table,), pictures, text, (said,))


def _changed_connectivity(item: Effect) -> Picture:
    picture = fc(item.fc_before, item.fc_after, names=item.names, labels=("without", "with"))
    return dataclasses.replace(
        picture,
        caption="Which regions rise and fall together without and with the intervention. Dots off "
        "the gray line are pairs of regions whose correlation it changes.",
    )


def _interval(lowest: float, highest: float) -> str:
    low, high = f"{lowest:.3g}", f"{highest:.3g}"
    degenerate = low == high or not np.isfinite([lowest, highest]).all()
    return "-" if degenerate else f"{low} to {high}"


def _labeled(row: ScoreRow) -> str:
    said = [f"{row.better} is better", _PROTOCOLS[row.protocol], row.unit]
    return f"{row.name} ({', '.join(part for part in said if part)})"
