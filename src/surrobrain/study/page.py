"""The page of a study: what is shown, and in which order."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from surrobrain.data.recording import Recording
from surrobrain.learned.surrogate import Surrogate
from surrobrain.provenance import environment
from surrobrain.reports.figures.ec import ec
from surrobrain.reports.figures.fc import fc
from surrobrain.reports.figures.response import response
from surrobrain.reports.figures.spectra import spectra
from surrobrain.reports.figures.traces import traces
from surrobrain.reports.picture import Picture, Undrawn, drawn
from surrobrain.reports.report import Report
from surrobrain.signals.connectivity import functional_connectivity
from surrobrain.simulation import simulate
from surrobrain.study.findings import Study

__all__ = ["page"]


def page(study: Study, *, inputs: Mapping[str, object]) -> Report:
    """Compose the report of a study.

    Parameters
    ----------
    study : Study
        What was found.
    inputs : mapping
        Where recording and connectome came from, without paths or names.
    """
    shown: list[object] = [study.recording]
    shown += [] if study.connectome is None else [study.connectome]
    shown += [study.result, study.scores, *_behavior(study)]
    if study.truth is None:
        shown += [study.answers.connectivity, study.answers.stimulation, study.answers.lesion]
    else:
        shown += _beside_truth(study)
    return Report(
        "Surrogate brain of a virtual subject" if study.truth else "Surrogate brain",
        shown,
        summary=[f"Compared: {comparison.in_words()}." for comparison in study.comparisons],
        warnings=_limits(study),
        provenance={
            "inputs": dict(inputs),
            "plan": dataclasses.asdict(study.plan),
            "environment": environment(),
        },
    )


def _limits(study: Study) -> list[str]:
    """Say by how much a lesion moved the true regions, since a correlation hides it."""
    if study.truth is None:
        return []
    predicted, true = study.answers.lesion.response, study.truth.lesion.response
    with np.errstate(invalid="ignore"):
        moved, expected = np.nanmedian(true), np.nanmedian(predicted)
    if expected > moved / 2:
        return []
    return [
        f"Removing {study.answers.target} moved the true regions by {moved:.2g} sd and those of "
        f"the surrogate by {expected:.2g} sd (medians). A model learned from fluctuations around "
        "one level does not know what that level rests on: read its lesions as changes of pattern."
    ]


def _behavior(study: Study) -> list[Picture | Undrawn]:
    """Forecast and free run beside the held-out recording."""
    model, test = study.result.model, study.test
    free = simulate(model, duration=test.duration, seed=study.plan.seed)
    forecast = _forecast(model, test)
    later = test.crop(model.memory / test.sfreq)
    measured, simulated = (functional_connectivity(r.values) for r in (test, free))
    labels = ("held-out recording", "free run")
    return [
        drawn("Traces", lambda: traces(later, models={"forecast, one sample ahead": forecast})),
        drawn(
            "Functional connectivity",
            lambda: fc(measured, simulated, names=test.names, labels=labels),
        ),
        drawn("Power spectra", lambda: spectra(test, free, labels=labels)),
    ]


def _forecast(model: Surrogate, test: Recording) -> Recording:
    """One-step forecasts of every held-out sample that has a complete past."""
    values = np.full((test.n_times - model.memory, test.n_regions), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(test.values, model.memory, axis=0)
    windows = windows[:-1].transpose(0, 2, 1)  # (windows, memory, regions)
    complete = np.isfinite(windows).all(axis=(1, 2))
    values[complete] = model.predict(np.ascontiguousarray(windows[complete]))
    return Recording(values, test.sfreq, test.names, test.modality, test.unit, on_bad="keep")


def _beside_truth(study: Study) -> list[Picture | Undrawn]:
    truth, answers = study.truth, study.answers
    assert truth is not None
    weights, names = answers.connectivity.weights, answers.connectivity.names
    return [
        drawn(
            "Effective connectivity",
            lambda: ec(weights, names=names, truth=truth.connectivity.weights),
        ),
        drawn("Stimulation", lambda: response(answers.stimulation, truth=truth.stimulation)),
        drawn("Lesion", lambda: response(answers.lesion, truth=truth.lesion)),
    ]
