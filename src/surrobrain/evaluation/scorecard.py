"""One table that says whether a model behaves like the recording, and compared with what."""

import csv
import dataclasses
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from surrobrain import catalog
from surrobrain.checks import choice, same_names, whole
from surrobrain.data.recording import Recording
from surrobrain.evaluation.baselines import fit_linear, null_runs
from surrobrain.evaluation.contest import (
    Contest,
    Scores,
    forecasts,
    free_runs,
    model_runs,
    recorded_runs,
    score,
)
from surrobrain.evaluation.metric import Tag, tag_of
from surrobrain.evaluation.verdict import BASELINES, verdict
from surrobrain.forward import ForwardModel, Predictor
from surrobrain.seeds import stream
from surrobrain.statistics.intervals import jackknife_margin

__all__ = ["ScoreRow", "Scorecard", "evaluate"]

_FOLDER = "surrobrain.evaluation.metrics"


@dataclass(frozen=True)
class ScoreRow:
    """One metric: its value, and everything needed to read it.

    Parameters
    ----------
    name, protocol, unit, better, perfect
        What was measured; see `Tag`.
    value : float
        Score of the model. NaN when a run diverged or is constant where that has no meaning.
    low, high : float
        95 % interval of the value.
    persistence, linear_var, null, floor : float
        The same metric for the last sample held, a linear vector autoregression, phase-randomized
        copies, and the recording against itself. NaN where it is not defined.
    verdict : str
        The row in plain words, the interval taken into account.
    """

    name: str
    protocol: Literal["forecast", "free_run"]
    unit: str
    better: Literal["lower", "higher"]
    perfect: float
    value: float
    low: float
    high: float
    persistence: float
    linear_var: float
    null: float
    floor: float
    verdict: str


@dataclass(frozen=True)
class Scorecard:
    """What `evaluate` found: one row per metric.

    Parameters
    ----------
    rows : tuple of ScoreRow
        Forecasts first, then free runs.
    notes : tuple of str
        What a reader must know: what was compared, what is missing and why.

    Examples
    --------
    >>> values = np.random.default_rng(0).normal(size=(300, 4))
    >>> train, test = Recording(values, sfreq=1.0).split(0.5)
    >>> card = evaluate(test, train, train=train, metrics=["fc", "kl", "lyapunov"], n_null=3)
    >>> [row.name for row in card.rows]
    ['fc', 'kl']
    >>> card.notes[-1][:50]
    'lyapunov left out: a Lyapunov exponent needs 500 s'
    >>> card["fc"].verdict.split("; ")[0]  # noise has no connectivity to repeat
    'the recording does not repeat itself on this score'
    """

    rows: tuple[ScoreRow, ...]
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> ScoreRow:
        """Return the row of one metric.

        Raises
        ------
        ValueError
            There is no such row; where the metric was left out, the message says why.
        """
        rows = {row.name: row for row in self.rows}
        for note in self.notes:
            if name not in rows and note.startswith(f"{name} left out: "):
                raise ValueError(f"there is no row {name!r}: {note}")
        return rows[choice(name, rows, "row")]

    def __str__(self) -> str:
        """Return the table and the notes as text."""
        header = ["metric", "better", "value", "95 % interval", "persistence", "linear VAR",
                  "null", "floor", "verdict"]  # fmt: skip
        lines = [header] + [_cells(row) for row in self.rows]
        widths = [max(len(line[k]) for line in lines) for k in range(len(header))]
        table = [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        ]
        return "\n".join([*table, "", *(f"- {note}" for note in self.notes)])

    def to_dict(self) -> dict:
        """Return rows and notes, ready for JSON; what is not a number becomes None."""
        rows = [
            {key: _or_none(value) for key, value in dataclasses.asdict(row).items()}
            for row in self.rows
        ]
        return {"rows": rows, "notes": list(self.notes)}

    def to_csv(self) -> str:
        """Return the rows as comma-separated text; what is not a number stays empty."""
        stream = io.StringIO()
        names = [field.name for field in dataclasses.fields(ScoreRow)]
        writer = csv.DictWriter(stream, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.to_dict()["rows"])
        return stream.getvalue()


def evaluate(
    real: Recording,
    simulated: ForwardModel | Recording,
    *,
    train: Recording | None = None,
    metrics: Sequence[str] | None = None,
    seed: int = 0,
    n_runs: int = 10,
    n_null: int = 10,
) -> Scorecard:
    """Judge a model by a recording it has not seen, beside baselines, a null and a floor.

    Parameters
    ----------
    real : Recording
        The held-out part.
    simulated : ForwardModel or Recording
        A model that predicts from data is asked for one-step forecasts of all of ``real`` and for
        free runs; any other model for free runs only. A recording is a free run you already have;
        a longer one counts as several, a shorter one cuts ``real``. Samples that are missing on
        one side are left out of both.
    train : Recording, optional
        The part the model was fitted to: what the baselines learn from. Without it they learn
        from ``real``, which flatters them.
    metrics : sequence of str, optional
        Names of the metrics to compute, any of the catalog; by default those whose tag says so.
    seed : int
        Decides every draw.
    n_runs, n_null : int
        Free runs of the model and of the linear VAR, and phase-randomized copies.

    Returns
    -------
    Scorecard
        Every metric in one row, with what it must be read beside. A metric that refuses these data
        has no row but a note: "name left out", and why.

    Raises
    ------
    ValueError
        Regions or sampling rates differ, there is no such metric, or ``real`` is too short to be
        forecast.

    Notes
    -----
    *Persistence* holds the last sample. The *linear VAR* sees as many past samples as the model
    (`fit_linear`). The *null* keeps the power spectrum of every region and destroys correlations
    and timing (`null_runs`). The *floor* is the recording against itself: ``real`` beside every
    stretch of ``train`` that is as long, or half against half (`self_comparisons`); forecasts
    have none, because a recording does not repeat sample by sample.

    Values are means over runs. Their intervals say how far they would move with another recording
    and other runs: one eighth of time after the other is left out, of all contestants at once
    (`jackknife_margin`); an eighth must outlast the memory of the signals. A difference from a
    baseline counts when its own interval, from the same eighths, excludes zero.

    *At the floor*: the runs of the model and the other stretches of the recording are held against
    the same ``real``; for the law that made the recording both scores have one distribution, and
    Student's test at 5 % (`pooled_margin`) calls that law "at the floor" 95 times in 100. With few
    stretches a small fault can stay unseen. A score between regions on which the recording does no
    better than the null has no floor to reach, and the verdict says so.

    Examples
    --------
    >>> import surrobrain as sb
    >>> brain = sb.examples.linear_network(6, duration=600.0, seed=0)
    >>> train, test = brain.recording.split(0.7)
    >>> model = sb.fit(sb.LinearVAR(6), train).model
    >>> evaluate(test, model, train=train, metrics=["nrmse"], n_runs=3, n_null=3)["nrmse"].verdict
    'no better than the linear VAR'
    """
    whole(n_runs, "n_runs", low=1)
    whole(n_null, "n_null", low=1)
    asked = _asked(metrics)
    for other, label in ((simulated, "simulated"), (train, "train")):
        if other is not None:
            _same_kind(real, other, label)
    if isinstance(simulated, Recording):
        n_times = min(real.n_times, simulated.n_times)
        real = real.crop(stop=n_times / real.sfreq)
        runs = recorded_runs(simulated, n_times=n_times, n_runs=n_runs)
    else:
        runs = model_runs(
            simulated, n_times=real.n_times, n_runs=n_runs, seed=stream(seed, 1), inputs=real.inputs
        )
    predictor = simulated if isinstance(simulated, Predictor) else None
    source = real if train is None else train
    linear = fit_linear(source, memory=predictor.memory if predictor else 1)
    nulls = null_runs(source, n_times=real.n_times, n_runs=n_null, seed=stream(seed, 2))
    linear_runs = linear.runs(
        n_times=real.n_times, n_runs=n_runs, seed=stream(seed, 3), drives=real.inputs
    )
    contests = [free_runs(real, runs, train=train, linear_runs=linear_runs, nulls=nulls)]
    if predictor:
        contests.insert(0, forecasts(real, predictor, linear=linear, nulls=nulls))
    notes = [*_notes(real, simulated, train=train, contests=contests), *_unasked(metrics)]
    return _card(asked, contests, notes, real.sfreq)


def _asked(metrics: Sequence[str] | None) -> dict[str, Callable[..., float]]:
    """Return the metrics of these names, in the order of the catalog."""
    known = _known()
    if metrics is None:
        return {name: metric for name, metric in known.items() if tag_of(metric).default}
    wanted = {choice(name, known, "metric") for name in metrics}
    return {name: metric for name, metric in known.items() if name in wanted}


def _unasked(metrics: Sequence[str] | None) -> list[str]:
    """Say which metrics are computed only when they are named."""
    unasked = sorted(_known().keys() - _asked(metrics)) if metrics is None else []
    return [f"only when named in metrics=[...]: {', '.join(unasked)}"] if unasked else []


def _known() -> dict[str, Callable[..., float]]:
    return cast(dict[str, Callable[..., float]], catalog.everything(_FOLDER))


def _card(
    asked: dict[str, Callable[..., float]], contests: list[Contest], notes: list[str], sfreq: float
) -> Scorecard:
    """Ask every metric of every contest of its kind; one that refuses becomes a note."""
    found = {
        name: score(metric, contest, sfreq=sfreq)
        for contest in contests
        for name, metric in asked.items()
        if tag_of(metric).protocol == contest.protocol
    }
    rows = [_row(name, tag_of(asked[name]), s) for name, s in found.items() if not s.refusal]
    left_out = [f"{name} left out: {s.refusal}" for name, s in found.items() if s.refusal]
    return Scorecard(tuple(rows), (*notes, *left_out))


def _row(name: str, tag: Tag, scores: Scores) -> ScoreRow:
    value = scores.values["model"]
    margin = jackknife_margin(scores.replicates["model"])
    low, high = value - margin, value + margin
    # no interval reaches beyond perfect, unless an unbiased estimate itself lies there
    if tag.better == "lower":
        low = float(np.minimum(np.maximum(low, tag.perfect), value))
    else:
        high = float(np.maximum(np.minimum(high, tag.perfect), value))
    return ScoreRow(
        name=name,
        protocol=tag.protocol,
        unit=tag.unit,
        better=tag.better,
        perfect=tag.perfect,
        value=value,
        low=low,
        high=high,
        **{other: scores.values[other] for other in BASELINES},
        floor=scores.floor,
        verdict=verdict(scores, tag),
    )


def _notes(
    real: Recording,
    simulated: ForwardModel | Recording,
    *,
    train: Recording | None,
    contests: list[Contest],
) -> list[str]:
    runs = contests[-1].entries["model"]
    notes = []
    if len(contests) == 2:
        notes.append(f"forecast: one sample ahead from true samples, {len(contests[0].real)} times")
    else:
        what = "a recording" if isinstance(simulated, Recording) else "this model"
        notes.append(f"no forecast rows: {what} does not predict from data, so it cannot be asked")
    notes.append(f"free run: {len(runs)} of {real.duration:g} s each, without any data")
    diverged = sum(bool(np.isinf(run).any()) for run in runs)
    if diverged:
        notes.append(f"{diverged} of {len(runs)} runs left the finite range: their rows are nan")
    if train is None:
        notes.append(
            "the baselines learned from the recording they are judged on, which flatters them; "
            "give train=..."
        )
    notes.append("null: keeps the power spectrum of every region, destroys correlations and timing")
    n_repeats = len(contests[-1].repeats)
    floor = (
        f"the recording beside {n_repeats} stretches of train as long"
        if train is not None and train.n_times >= real.n_times
        else "one half of the recording beside the other; the halves are shorter, runs cut alike"
    )
    at_floor = "at the floor: no worse than another stretch of the recording, tested at 5 %"
    return [*notes, f"floor: {floor}; forecasts have none", at_floor]


def _same_kind(real: Recording, other: ForwardModel | Recording, label: str) -> None:
    same_names(real.names, other.names, our="real", their=label)
    if not math.isclose(real.sfreq, other.sfreq, rel_tol=1e-6):
        raise ValueError(
            f"real has {real.sfreq:g} samples per second but {label} has {other.sfreq:g}; "
            "bring both to one rate"
        )


def _cells(row: ScoreRow) -> list[str]:
    numbers = [row.persistence, row.linear_var, row.null, row.floor]
    return [
        row.name, row.better, f"{row.value:.3g}", f"[{row.low:.3g}, {row.high:.3g}]",
        *("-" if math.isnan(number) else f"{number:.3g}" for number in numbers), row.verdict,
    ]  # fmt: skip


def _or_none(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
