"""Every learned model, as it comes, on four HCP subjects: BOLD of 80 regions, TR 0.72 s.

Fitted to the first 80 % of each run (1200 samples) and judged on the rest. R2 is that of forecasts
one sample ahead, beside a linear VAR of the same memory; fc and fcd are the means of 32 free runs
as long as the rest, beside the recording against itself (floor). "at the floor" counts the subjects
on whom runs score as other stretches of the recording do, tested at 5 %; "in range" those on whom
their mean is no worse than the worst pair among the five stretches of the whole recording.

The linear VAR, sb.LinearVAR too, is shrunk towards what each region alone makes of its own past.
The other models start from a regression that lets a region keep what it keeps beside the others,
or may choose it: most of their gain is that of a better linear model, not of their nonlinearity.

A free run is driven by the noise with which it varies most like the learned part (run_noise).
It therefore has that part's covariance nearly by construction: fc tests how that lasts, fcd more.

The last rows are no models: Gaussian runs with all spectra and cross-spectra of one part of the
recording. No linear model, however well fitted, can be more like that part than they are; where
even they are not at the floor, a model needs more than the spectra it can learn.
"""

import functools
import itertools
import time
import warnings
from collections.abc import Iterator

import numpy as np

import surrobrain as sb
from benchmarks.outcome import Outcome
from benchmarks.shared import hcp_cortex, hcp_folders
from surrobrain import catalog
from surrobrain.statistics.resampling import phase_randomized

__all__ = ["measure"]

FOLDER = "surrobrain.learned.architectures"
TR, METRICS, RUNS, NULLS = 0.72, ["r2", "fc", "fcd"], 32, 4


def measure() -> Outcome:
    """Fit every architecture of the catalog to every subject."""
    rows = [_row(name) for name in catalog.names(FOLDER)]
    figures = {f"{row['model']}_r2_gain": row["smallest gain"] for row in rows}
    # a thousandth of the variance: where a model keeps its linear start, it differs in the ridge
    targets = dict.fromkeys(figures, ">= -0.001")
    for metric in METRICS[1:]:
        figures[f"least_{metric}_in_range"] = min(row[f"{metric} in range"] for row in rows)
        targets[f"least_{metric}_in_range"] = ">= 4"
    rows += [_own_spectra(part) for part in ("learned", "held out")]
    return Outcome(rows, figures, targets, [__doc__ or ""])


def _people() -> Iterator[tuple[sb.Recording, sb.Recording]]:
    """Yield what is learned of each subject, and the rest."""
    keep, names = hcp_cortex()
    for folder in hcp_folders():
        values = np.load(folder / "bold.npy")[keep].T
        yield sb.Recording(values, 1 / TR, names, "fMRI").split(0.8)


def _row(name: str) -> dict:
    cards, seconds = [], 0.0
    for train, test in _people():
        started = time.process_time()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = sb.fit(catalog.load(FOLDER, name)(train.n_regions), train, seed=0).model
        seconds += time.process_time() - started
        cards.append(
            sb.evaluate(test, model, train=train, metrics=METRICS, n_runs=RUNS, n_null=NULLS)
        )
    gains = [card["r2"].value - card["r2"].linear_var for card in cards]
    forecast = {field: _mean(cards, "r2", field) for field in ("value", "linear_var")}
    return {
        "model": type(model.architecture).__name__, "R2": forecast["value"],
        "linear VAR": forecast["linear_var"], "persistence": _mean(cards, "r2", "persistence"),
        "smallest gain": min(gains), **_free_run(cards), "CPU s per fit": seconds / len(cards),
    }  # fmt: skip


def _own_spectra(part: str) -> dict:
    """Score runs that keep all spectra and cross-spectra of one part of the recording."""
    cards = []
    for train, test in _people():
        source = train if part == "learned" else test
        runs = [
            phase_randomized(source.values, keep_correlations=True, seed=seed)
            for seed in range(-(-RUNS * test.n_times // source.n_times))
        ]
        drawn = sb.Recording(np.concatenate(runs), test.sfreq, test.names, test.modality)
        cards.append(
            sb.evaluate(test, drawn, train=train, metrics=METRICS[1:], n_runs=RUNS, n_null=NULLS)
        )
    return {"model": f"(spectra of the {part} part)", **_free_run(cards)}


def _free_run(cards: list[sb.Scorecard]) -> dict:
    """Return the means of both scores, and on how many subjects they are at the floor."""
    found = {}
    for metric in METRICS[1:]:
        rows = [card[metric] for card in cards]
        reached = [
            row.value >= worst if row.better == "higher" else row.value <= worst
            for row, worst in zip(rows, _worst_retest(metric), strict=True)
        ]
        found |= {
            metric: _mean(cards, metric, "value"),
            f"{metric}, floor": _mean(cards, metric, "floor"),
            f"{metric} at the floor": sum(row.verdict.startswith("at the floor") for row in rows),
            f"{metric} in range": sum(reached),
        }  # fmt: skip
    return found


@functools.cache
def _worst_retest(metric: str) -> list[float]:
    """Return, of every subject, the worst score of two stretches as long as the rest."""
    found = []
    for train, test in _people():
        n, values = test.n_times, np.concatenate([train.values, test.values])
        stretches = [values[end - n : end] for end in range(len(values), n - 1, -n)]
        along = {"sfreq": 1 / TR} if metric == "fcd" else {}
        pairs = itertools.combinations(stretches, 2)
        scores = [getattr(sb.metrics, metric)(*pair, **along) for pair in pairs]
        found.append(min(scores) if metric == "fc" else max(scores))
    return found


def _mean(cards: list[sb.Scorecard], metric: str, field: str) -> float:
    return float(np.mean([getattr(card[metric], field) for card in cards]))
