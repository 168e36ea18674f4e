"""The whole way: recording in, surrogate fitted, judged and perturbed, report out."""

import dataclasses
import functools
import inspect
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
from surrobrain.intervention.what_if import Effect, what_if
from surrobrain.inverse.fit import fit
from surrobrain.learned.architectures.linear_var import LinearVAR
from surrobrain.learned.surrogate import Surrogate
from surrobrain.models import save_model
from surrobrain.runs import Run
from surrobrain.signals.connectivity import functional_connectivity
from surrobrain.study.findings import Study
from surrobrain.study.page import page
from surrobrain.study.plan import Plan
from surrobrain.study.truth import Answers, Comparison, compare_with_truth, compare_with_wiring
from surrobrain.study.virtual_subject import VirtualSubject
from surrobrain.training.options import Training

__all__ = ["study"]

_PROBE = 0.01  # drive that finds out how far the true network moves
_STIMULATION, _LONGEST_LESION = 60, 1000  # samples
_FEWEST_REGIONS = 4  # for a correlation over regions to mean anything


def study(
    recording: Recording,
    *,
    folder: str | Path,
    connectome: Connectome | None = None,
    truth: VirtualSubject | None = None,
    plan: Plan | None = None,
    inputs: Mapping[str, object] | None = None,
    tell: Callable[[str], None] | None = None,
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
        Called with one line before every step; without it nothing is shown.

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
    plan, say = plan or Plan(), tell or (lambda message: None)
    if connectome is not None:
        same_names(recording.names, connectome.names, our="recording", their="connectome")
    architecture, penalties = _parts(plan, recording, connectome)
    train, test = recording.split(plan.train)
    run = Run.create(folder, config=_config(recording, plan, inputs or {}), seed=plan.seed)

    say(f"fitting {plan.model} to {train.duration:.0f} s, judging on {test.duration:.0f} s")
    checkpoint = run.folder / "fit.checkpoint"
    result = fit(
        architecture, train, penalties=penalties, seed=plan.seed, checkpoint=checkpoint,
        training=Training(progress=tell is not None),
    )  # fmt: skip
    run.event("fitted", parameters=result.n_parameters, seconds=round(result.seconds, 2))
    save_model(result.model, run.folder / "model")

    say("scoring beside baselines, null and floor")
    scores = evaluate(test, result.model, train=train, seed=plan.seed)
    run.metrics(scores.to_dict()["rows"])

    say("asking what drives what, and what if the strongest driver is driven, or removed")
    answers, simpler, true = _answers(result.model, train, truth, plan)
    run.add("effective_connectivity.npy", answers.connectivity.weights)

    say("writing the report")
    comparisons = _compare(recording, answers, simpler=simpler, true=true, connectome=connectome)
    found = Study(
        plan, recording, connectome, result, scores, answers, true, comparisons, run.folder
    )
    run.add("report.html", page(found, inputs=inputs or {}).html())
    checkpoint.unlink(missing_ok=True)
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
    if "connectome" not in inspect.signature(make).parameters:
        return make(weight)
    if connectome is None:
        raise ValueError(f"the penalty {name!r} needs a connectome, but none was given")
    return make(connectome, weight)


def _config(recording: Recording, plan: Plan, inputs: Mapping[str, object]) -> dict:
    shape = {"n_times": recording.n_times, "n_regions": recording.n_regions}
    kind = {"sfreq": recording.sfreq, "modality": recording.modality}
    measured = {**shape, **kind, "sha256_of_values": sha256(recording.values.tobytes()).hexdigest()}
    return {"recording": measured, "inputs": dict(inputs), "plan": dataclasses.asdict(plan)}


def _answers(
    model: Surrogate, train: Recording, truth: VirtualSubject | None, plan: Plan
) -> tuple[Answers, dict[str, Answers], Answers | None]:
    """Put the same questions to the surrogate, to a linear one, and to the truth if it is known."""
    connectivity = effective_connectivity(model, train)
    target = plan.target or _strongest_driver(connectivity)
    where = indices([target], train.names)[0]
    ask = functools.partial(
        _ask, target=target, plan=plan,
        duration=min(_LONGEST_LESION, train.n_times) / train.sfreq,
    )  # fmt: skip
    amplitude = plan.amplitude * float(np.nanstd(train.values[:, where]))
    answers = ask(model, connectivity, amplitude=amplitude)
    linear = fit(LinearVAR(train.n_regions), train, seed=plan.seed).model
    influence = effective_connectivity(linear, train)
    simpler = {"linear autoregression": ask(linear, influence, amplitude=amplitude)}
    if truth is None:
        return answers, simpler, None
    # A network takes its drive in units of its own: as much as moves the target as far.
    probe = _stimulated(truth.network, target, _PROBE, plan)
    reach, moved = (np.abs(e.difference[:, where]).max() for e in (answers.stimulation, probe))
    drive = _PROBE * float(reach / moved)
    return answers, simpler, ask(truth.network, truth.effective_connectivity, amplitude=drive)


def _strongest_driver(connectivity: EffectiveConnectivity) -> str:
    others = np.abs(connectivity.weights) * (1 - np.eye(len(connectivity.names)))
    return connectivity.names[int(others.sum(axis=0).argmax())]


def _ask(
    brain: ForwardModel,
    connectivity: EffectiveConnectivity,
    *,
    target: str,
    amplitude: float,
    duration: float,
    plan: Plan,
) -> Answers:
    """Ask one brain; its lesion is watched for ``duration`` seconds."""
    return Answers(
        target,
        connectivity,
        _stimulated(brain, target, amplitude, plan),
        what_if(brain, lesion=[target], duration=duration, seed=plan.seed),
    )


def _stimulated(brain: ForwardModel, target: str, amplitude: float, plan: Plan) -> Effect:
    """Drive the target for five samples after a tenth of the run."""
    pulse = step(
        regions=[target], amplitude=amplitude, onset=6 / brain.sfreq, duration=5 / brain.sfreq
    )
    return what_if(brain, stimulus=pulse, duration=_STIMULATION / brain.sfreq, seed=plan.seed)


def _compare(
    recording: Recording,
    answers: Answers,
    *,
    simpler: Mapping[str, Answers],
    true: Answers | None,
    connectome: Connectome | None,
) -> tuple[Comparison, ...]:
    """Hold the answers against the truth if it is known, else against the wiring."""
    if connectome is None or recording.n_regions < _FEWEST_REGIONS:
        return ()
    functional = functional_connectivity(recording.values)
    if true is None:
        return compare_with_wiring(
            answers, simpler=simpler, functional=functional, structural=connectome.weights
        )
    target = indices([answers.target], recording.names)[0]
    raw = {
        "functional connectivity": functional,
        "structural connectivity": connectome.weights,
    }
    return compare_with_truth(answers, true, target=target, simpler=simpler, raw=raw)
