"""One protocol, one recording, several contestants: every metric is asked of all of them."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float

from surrobrain.data.recording import Recording
from surrobrain.errors import Diverged
from surrobrain.evaluation.baselines import (
    LinearBaseline,
    forecast_windows,
    held_last,
    self_comparisons,
)
from surrobrain.evaluation.metric import tag_of
from surrobrain.forward import ForwardModel, Predictor
from surrobrain.seeds import Seed, generator, stream
from surrobrain.statistics.resampling import block_length, block_rows

__all__ = ["Contest", "Scores", "forecasts", "free_runs", "model_runs", "score"]

Values = Float[np.ndarray, "times regions"]

_REPLICATES = {"forecast": 100, "free_run": 50}


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
        ``real``.
    repeats : sequence of (array, array)
        Pairs of true stretches; empty where a recording cannot repeat itself.
    block : int
        Samples per block when the recording is resampled.
    """

    protocol: Literal["forecast", "free_run"]
    real: Values
    entries: Mapping[str, Sequence[Values]]
    repeats: Sequence[tuple[Values, Values]]
    block: int


@dataclass(frozen=True, eq=False)
class Scores:
    """What one metric says of every contestant.

    Parameters
    ----------
    values : mapping of str to float
        Mean over the runs of each contestant; NaN when one of them diverged.
    replicates : mapping of str to array, shape (n_replicates,)
        One run of each contestant against resampled stretches of the recording, the same
        stretches for all.
    floor : float
        The recording against itself.
    refusal : str
        Why the metric cannot be computed on this recording; empty when it can.
    """

    values: Mapping[str, float]
    replicates: Mapping[str, Float[np.ndarray, "replicates"]]
    floor: float
    refusal: str


def forecasts(
    real: Recording, model: Predictor, *, linear: LinearBaseline, nulls: Sequence[Values]
) -> Contest:
    """Let everyone forecast every sample of a recording from the true samples before it."""
    windows, rows = forecast_windows(real, memory=model.memory)
    dtype = real.values.dtype  # a model may refuse another precision than its recordings have
    truth = real.values[rows].astype(np.float64)
    entries = {
        "model": [np.asarray(model.predict(windows.astype(dtype)), dtype=np.float64)],
        "persistence": [windows[:, -1]],
        "linear_var": [linear.predict(windows)],
        "null": [null[rows] for null in nulls],
    }
    return Contest("forecast", truth, entries, [], block_length(truth))


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
        "linear_var": linear_runs,
        "null": nulls,
    }
    # a third still holds the longest default window, a quarter, when a seam takes its first sample
    return Contest("free_run", truth, entries, self_comparisons(truth, learned), n_times // 3)


def model_runs(model: ForwardModel, *, n_times: int, n_runs: int, seed: Seed) -> list[Values]:
    """Run a model freely several times; a run that is refused as diverged is all NaN."""
    runs = []
    for child in generator(seed).integers(2**31, size=n_runs):
        try:
            values = model.run(n_times, seed=int(child)).values
        except Diverged:
            values = np.full((n_times, model.n_regions), np.nan)
        runs.append(np.asarray(values, dtype=np.float64))
    return runs


def score(metric: Callable[..., float], contest: Contest, *, sfreq: float, seed: int) -> Scores:
    """Ask one metric of all contestants, on the recording and on resamplings of it."""
    settings = {"sfreq": sfreq} if tag_of(metric).needs_sfreq else {}

    def attempt(real: Values, simulated: Values) -> float:
        try:
            return metric(real, simulated, **settings)
        except ValueError:
            return float("nan")

    try:
        metric(contest.real, contest.real, **settings)
    except ValueError as error:
        return Scores({}, {}, float("nan"), str(error))
    values = {
        name: float(np.mean([attempt(contest.real, run) for run in runs]))
        for name, runs in contest.entries.items()
    }
    floor = float(np.mean([attempt(*pair) for pair in contest.repeats] or [np.nan]))
    replicates: dict[str, list[float]] = {
        name: [] for name, value in values.items() if not math.isnan(value)
    }
    for k in range(_REPLICATES[contest.protocol]):
        rows = block_rows(len(contest.real), length=contest.block, seed=stream(seed, 4, k))
        real = contest.real[rows]
        if contest.protocol == "free_run":
            real[contest.block :: contest.block] = np.nan  # no window may cross a seam
        for name, found in replicates.items():
            run = contest.entries[name][k % len(contest.entries[name])]
            found.append(attempt(real, run[rows] if contest.protocol == "forecast" else run))
    return Scores(values, {name: np.array(found) for name, found in replicates.items()}, floor, "")
