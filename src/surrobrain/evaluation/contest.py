"""One protocol, one recording, several contestants: every metric is asked of all of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.data.recording import Recording
from surrobrain.errors import Diverged, MissingDependency
from surrobrain.evaluation.baselines import (
    LinearBaseline,
    forecast_windows,
    held_last,
    self_comparisons,
)
from surrobrain.evaluation.metric import tag_of
from surrobrain.forward import ForwardModel, Predictor
from surrobrain.seeds import Seed, generator
from surrobrain.statistics.resampling import leave_out_blocks

__all__ = ["Contest", "Scores", "forecasts", "free_runs", "model_runs", "recorded_runs", "score"]

Values = Float[np.ndarray, "times regions"]


@dataclass(frozen=True, eq=False)
class Contest:
    """What is compared under one protocol.

    Parameters
    ----------
    protocol : {"forecast", "free_run"}
        See `Tag`.
    real : array, shape (n_times, n_regions)
        The truth.
    entries : mapping of str to sequence of array
        "model", "persistence", "linear_var" and "null": one or more runs of the shape of
        ``real``. NaN is a missing sample, left out of both sides; infinity a run that diverged.
    repeats : sequence of (array, array)
        Pairs of true stretches; empty where a recording cannot repeat itself.
    """

    protocol: Literal["forecast", "free_run"]
    real: Values
    entries: Mapping[str, Sequence[Values]]
    repeats: Sequence[tuple[Values, Values]]


@dataclass(frozen=True, eq=False)
class Scores:
    """What one metric says of every contestant.

    Parameters
    ----------
    values : mapping of str to float
        Mean over the runs of each contestant; NaN when one of them diverged.
    replicates : mapping of str to array, shape (n_blocks,)
        The same means with one eighth of time left out after the other, the same for all.
    repeats : array, shape (n_pairs,)
        The recording against itself, pair by pair; the floor is their mean.
    single : mapping of str to array, shape (n_runs,)
        Every run of a contestant against the true stretch of one of those pairs.
    refusal : str
        Why the metric cannot be computed here: too few data, or an optional package is absent.
        Empty when it can.
    """

    values: Mapping[str, float]
    replicates: Mapping[str, Float[np.ndarray, "blocks"]]
    repeats: Float[np.ndarray, "pairs"]
    single: Mapping[str, Float[np.ndarray, "runs"]]
    refusal: str

    @property
    def floor(self) -> float:
        """The recording against itself; NaN where it cannot be."""
        return float(self.repeats.mean()) if len(self.repeats) else math.nan


def forecasts(
    real: Recording, model: Predictor, *, linear: LinearBaseline, nulls: Sequence[Values]
) -> Contest:
    """Let everyone forecast every sample of a recording from the true samples before it."""
    windows, rows = forecast_windows(real, memory=model.memory)
    dtype = real.values.dtype  # a model may refuse another precision than its recordings have
    truth = real.values[rows].astype(np.float64)
    drives = None if real.inputs is None else real.inputs[rows]
    told = {"drive": drives} if getattr(model, "n_inputs", 0) else {}
    entries = {
        "model": [_or_diverged(model.predict(windows.astype(dtype), **told))],
        "persistence": [windows[:, -1]],
        "linear_var": [linear.predict(windows, drives)],
        "null": [null[rows] for null in nulls],
    }
    return Contest("forecast", truth, entries, [])


def free_runs(
    real: Recording,
    runs: Sequence[Values],
    *,
    train: Recording | None,
    linear_runs: Sequence[Values],
    nulls: Sequence[Values],
) -> Contest:
    """Compare runs that saw no data with a recording of the same length."""
    n_times = real.n_times
    truth = real.values.astype(np.float64)
    learned = None if train is None else train.values.astype(np.float64)
    entries = {
        "model": runs,
        "persistence": [held_last(train or real, n_times=n_times)],
        "linear_var": [_or_diverged(run) for run in linear_runs],
        "null": nulls,
    }
    return Contest("free_run", truth, entries, self_comparisons(truth, learned))


def model_runs(
    model: ForwardModel,
    *,
    n_times: int,
    n_runs: int,
    seed: Seed,
    inputs: Float[np.ndarray, "times inputs"] | None = None,
) -> list[Values]:
    """Run a model freely several times; a run that is refused as diverged is infinite.

    A model that has learned what external input does is given that of the recording.
    """
    runs = []
    told = {"drive": inputs} if getattr(model, "n_inputs", 0) else {}
    for child in generator(seed).integers(2**31, size=n_runs):
        try:
            values = model.run(n_times, seed=int(child), **told).values
        except Diverged:
            values = np.full((n_times, len(model.names)), np.inf)
        runs.append(_or_diverged(values))
    return runs


def recorded_runs(simulated: Recording, *, n_times: int, n_runs: int) -> list[Values]:
    """Cut a recording into runs, what is left over at the end dropped; bad samples are missing."""
    values = np.where(simulated.valid[:, None], simulated.values.astype(np.float64), np.nan)
    ends = range(n_times, simulated.n_times + 1, n_times)
    return [values[end - n_times : end] for end in ends][:n_runs]


def score(metric: Callable[..., float], contest: Contest, *, sfreq: float) -> Scores:
    """Ask one metric of all contestants, with and without each eighth of the recording."""
    settings = {"sfreq": sfreq} if tag_of(metric).needs_sfreq else {}

    def ask(real: Values, run: Values) -> float:
        missing = np.asarray(np.isnan(run).any(axis=1))
        return metric(
            np.where(missing[:, None], np.nan, real) if missing.any() else real, run, **settings
        )

    def attempt(real: Values, run: Values) -> float:
        try:
            return ask(real, run)
        except ValueError:
            return math.nan

    def means(real: Values) -> dict[str, float]:
        return {
            name: float(np.mean([attempt(real, run) for run in runs]))
            for name, runs in contest.entries.items()
        }

    try:
        for run in contest.entries["model"]:
            ask(contest.real, run)
    except (ValueError, MissingDependency) as error:
        return Scores({}, {}, np.empty(0), {}, str(error))
    left_out = [means(real) for real in leave_out_blocks(contest.real)]
    pairs = contest.repeats
    return Scores(
        values=means(contest.real),
        replicates={name: np.array([m[name] for m in left_out]) for name in contest.entries},
        repeats=np.array([attempt(*pair) for pair in pairs]),
        single={
            name: np.array([attempt(pairs[k % len(pairs)][0], run) for k, run in enumerate(runs)])
            for name, runs in contest.entries.items()
            if pairs
        },
        refusal="",
    )


def _or_diverged(values: Float[np.ndarray, "times regions"]) -> Values:
    return np.where(np.isfinite(values), values, np.inf).astype(np.float64)
