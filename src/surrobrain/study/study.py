"""The whole way: recording in, surrogate fitted, judged and perturbed, report out."""

import dataclasses
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from surrobrain import catalog
from surrobrain.analysis.effective_connectivity import (
    EffectiveConnectivity,
    effective_connectivity,
)
from surrobrain.checks import indices, same_names
from surrobrain.data.connectome import Connectome
from surrobrain.data.recording import Recording
from surrobrain.evaluation.scorecard import evaluate
from surrobrain.forward import ForwardModel
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.what_if import what_if
from surrobrain.inverse.fit import fit
from surrobrain.models import save_model
from surrobrain.runs import Run
from surrobrain.signals.connectivity import functional_connectivity
from surrobrain.study.findings import Study
from surrobrain.study.page import page
from surrobrain.study.plan import Plan
from surrobrain.study.truth import Answers, Comparison, compare_with_truth, compare_with_wiring
from surrobrain.study.virtual_subject import VirtualSubject

__all__ = ["study"]

_DRIVE = 0.01  # into the true network, where it adds to the coupling; its pattern is compared
_STIMULATION, _LESION = 60, 1000  # samples


def study(
    recording: Recording,
    *,
    folder: str | Path,
    connectome: Connectome | None = None,
    truth: VirtualSubject | None = None,
    plan: Plan | None = None,
    inputs: Mapping[str, object] | None = None,
    tell: Callable[[str], None] = lambda message: None,
) -> Study:
    """Fit a surrogate to one recording, judge it, perturb it, and write everything down.

    Parameters
    ----------
    recording : Recording
        One person's signals.
    folder : str or Path
        Run folder to make. A finished run is never overwritten.
    connectome : Connectome, optional
        Structural wiring of the same regions in the same order.
    truth : VirtualSubject, optional
        The brain behind the recording, where it is known.
    plan : Plan, optional
        Choices; the defaults when absent.
    inputs : mapping, optional
        Where recording and connectome came from, without paths
        (``surrobrain.provenance.source``); kept in the run folder and on the page.
    tell : function, optional
        Called with one line before every step.

    Returns
    -------
    Study
        All results; the report and the run folder are on disk.

    Raises
    ------
    ValueError
        Connectome and recording have different regions, or the plan names unknown parts.
    FileExistsError
        ``folder`` holds a finished run.
    """
    plan = plan or Plan()
    if connectome is not None:
        same_names(recording.names, connectome.names, our="recording", their="connectome")
    architecture, penalties = _parts(plan, recording, connectome)
    train, test = recording.split(plan.train)
    run = Run.create(folder, config=_config(recording, plan, inputs or {}), seed=plan.seed)

    tell(f"fitting {plan.model} to {train.duration:.0f} s, judging on {test.duration:.0f} s")
    result = fit(architecture, train, penalties=penalties, seed=plan.seed)
    run.event("fitted", parameters=result.n_parameters, seconds=round(result.seconds, 2))
    save_model(result.model, run.folder / "model")

    tell("scoring beside baselines, null and floor")
    scores = evaluate(test, result.model, train=train, seed=plan.seed)
    run.metrics(scores.to_dict()["rows"])

    tell("asking what drives what, and what if the strongest driver is driven, or removed")
    connectivity = effective_connectivity(result.model, train)
    target = plan.target or _strongest_driver(connectivity)
    amplitude = plan.amplitude * float(np.nanstd(train.pick([target]).values))
    answers = _ask(result.model, connectivity, target=target, amplitude=amplitude, plan=plan)
    true = None if truth is None else _truth(truth, target, plan)
    run.add("effective_connectivity.npy", connectivity.weights)

    tell("writing the report")
    found = Study(
        plan, recording, connectome, result, scores, target, answers, true,
        _compare(recording, answers, true=true, connectome=connectome, target=target), run.folder,
    )  # fmt: skip
    run.add("report.html", page(found, inputs=inputs or {}).html())
    run.finish()
    return found


def _parts(plan: Plan, recording: Recording, connectome: Connectome | None) -> tuple[Any, list]:
    """Build the architecture and the penalties that a plan names, before anything is written."""
    kind: Any = catalog.load("surrobrain.learned.architectures", plan.model)
    penalties = [_penalty(name, weight, connectome) for name, weight in plan.penalties]
    if plan.target is not None:
        indices([plan.target], recording.names)
    return kind(recording.n_regions, memory=plan.memory), penalties


def _penalty(name: str, weight: float, connectome: Connectome | None) -> Any:
    make: Any = catalog.load("surrobrain.inverse.penalties", name)
    if name != "structure":
        return make(weight)
    if connectome is None:
        raise ValueError("the penalty 'structure' needs a connectome, but none was given")
    return make(connectome, weight)


def _config(recording: Recording, plan: Plan, inputs: Mapping[str, object]) -> dict:
    shape = {"n_times": recording.n_times, "n_regions": recording.n_regions}
    kind = {"sfreq": recording.sfreq, "modality": recording.modality}
    measured = {**shape, **kind, "sha256_of_values": sha256(recording.values.tobytes()).hexdigest()}
    return {"recording": measured, "inputs": dict(inputs), "plan": dataclasses.asdict(plan)}


def _strongest_driver(connectivity: EffectiveConnectivity) -> str:
    others = np.abs(connectivity.weights) * (1 - np.eye(len(connectivity.names)))
    return connectivity.names[int(others.sum(axis=0).argmax())]


def _ask(
    brain: ForwardModel,
    connectivity: EffectiveConnectivity,
    *,
    target: str,
    amplitude: float,
    plan: Plan,
) -> Answers:
    """Put the same questions to any brain, learned or true."""
    pulse = step(
        regions=[target], amplitude=amplitude, onset=6 / brain.sfreq, duration=5 / brain.sfreq
    )
    return Answers(
        connectivity,
        what_if(brain, stimulus=pulse, duration=_STIMULATION / brain.sfreq, seed=plan.seed),
        what_if(brain, lesion=[target], duration=_LESION / brain.sfreq, seed=plan.seed),
    )


def _truth(subject: VirtualSubject, target: str, plan: Plan) -> Answers:
    return _ask(
        subject.network, subject.effective_connectivity, target=target, amplitude=_DRIVE, plan=plan
    )


def _compare(
    recording: Recording,
    answers: Answers,
    *,
    true: Answers | None,
    connectome: Connectome | None,
    target: str,
) -> tuple[Comparison, ...]:
    """Hold the answers against the truth if it is known, else against the wiring."""
    if connectome is None:
        return ()
    functional = functional_connectivity(recording.values)
    beside = {"functional": functional, "structural": connectome.weights}
    if true is None:
        return compare_with_wiring(answers, **beside)
    return compare_with_truth(answers, true, target=indices([target], recording.names)[0], **beside)
