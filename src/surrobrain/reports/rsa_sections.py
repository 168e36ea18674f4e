"""What representational similarity becomes on the page."""

import numpy as np

from surrobrain.reports.figures.dissimilarities import dissimilarities
from surrobrain.reports.figures.generalizing import generalizing
from surrobrain.reports.figures.model_fit import model_fit
from surrobrain.reports.picture import drawn
from surrobrain.reports.section import Section
from surrobrain.reports.sections import section
from surrobrain.reports.tables import facts, grid
from surrobrain.rsa.bootstrapping import Bootstrap
from surrobrain.rsa.ceiling import NoiseCeiling
from surrobrain.rsa.generalizing import Generalization
from surrobrain.rsa.model_scores import ModelScores
from surrobrain.rsa.onsets import Latency
from surrobrain.rsa.rdms import RDMs

__all__ = ["section"]


@section.register
def _(item: RDMs) -> Section:
    table = facts(
        {
            "conditions": item.n_conditions,
            "RDMs" if item.times is None else "times": item.n_rdms,
            "measure": item.measure,
        }
    )
    picture = drawn("Dissimilarities", lambda: dissimilarities(item))
    return Section("Dissimilarities", "figures", (table,), (picture,))


@section.register
def _(item: NoiseCeiling) -> Section:
    return Section("Noise ceiling", "scores", text=(item.in_words(),), summary=(item.in_words(),))


@section.register
def _(item: ModelScores) -> Section:
    best = np.atleast_2d(item.mean.T).max(axis=0)
    relative = np.atleast_2d(item.relative.T)[np.atleast_2d(item.mean.T).argmax(axis=0)]
    rows = [
        (name, best[k], relative[k, k], None if item.times is None else _when(item, k))
        for k, name in enumerate(item.models)
    ]
    table = grid(
        ["model", f"{item.method}, mean over persons", "share of the lower ceiling", "at (s)"],
        rows,
        caption=f"Fit to {len(item.persons)} persons"
        + (", best time" if item.times is not None else ""),
    )
    said = () if item.ceiling is None else (item.ceiling.in_words(),)
    top = item.models[int(best.argmax())]
    first = f"Of {len(item.models)} models {top} fits best ({item.method} {best.max():.3f})."
    picture = drawn("Fit of models", lambda: model_fit(item))
    return Section("Fit of models", "scores", (table,), (picture,), said, (first, *said))


def _when(item: ModelScores, k: int) -> float:
    return float(np.asarray(item.times)[item.mean[k].argmax()])


@section.register
def _(item: Bootstrap) -> Section:
    table = grid(
        ["model", "score", "95 % interval", "p above zero"],
        [
            (name, item.scores[k], f"{item.low[k]:.3f} to {item.high[k]:.3f}", item.p[k])
            for k, name in enumerate(item.models)
        ],
        caption=f"Scores, {item.n_draws} resamples over {_factor(item)}",
    )
    pairs = [
        (a, b, item.scores[i] - item.scores[j], item.difference_p[i, j])
        for i, a in enumerate(item.models)
        for j, b in enumerate(item.models)
        if i < j
    ]
    versus = grid(
        ["model", "other", "difference", "p, adjusted"],
        pairs,
        caption="Differences of models, adjusted for the false discovery rate",
    )
    text = (
        f"The noise ceiling is {item.ceiling[0]:.3f} to {item.ceiling[1]:.3f}. Intervals hold for "
        f"{_factor(item)} other than these.",
    )
    return Section(
        "Comparison of models", "scores", (table, versus) if pairs else (table,), (), text
    )


def _factor(item: Bootstrap) -> str:
    return "persons and conditions" if item.over == "both" else item.over


@section.register
def _(item: Latency) -> Section:
    onset = "no significant onset"
    if np.isfinite(item.onset):
        end = f"{item.onset_high:.3g}" if np.isfinite(item.onset_high) else "no end"
        onset = f"onset at {item.onset:.3g} s [{item.onset_low:.3g}, {end}]"
    said = (
        f"{item.model}: {onset}; peak at {item.peak:.3g} s [{item.peak_low:.3g}, "
        f"{item.peak_high:.3g}] (95 % intervals over persons)."
    )
    return Section("Latency", "scores", text=(said,), summary=(said,))


@section.register
def _(item: Generalization) -> Section:
    picture = drawn("Temporal generalization", lambda: generalizing(item))
    return Section("Temporal generalization", "figures", pictures=(picture,))
