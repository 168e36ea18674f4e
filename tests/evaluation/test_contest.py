import numpy as np
import pytest

from surrobrain.evaluation.baselines import self_comparisons
from surrobrain.evaluation.contest import Contest, model_runs, score
from surrobrain.evaluation.metrics import everything
from surrobrain.evaluation.verdict import spread
from surrobrain.statistics.resampling import block_length
from tests.evaluation.stubs import Linear, coupled

METRICS = everything("surrobrain.evaluation.metrics")
BRAIN = Linear(coupled(6))


def test_a_forecast_interval_covers_the_expected_error():
    """Over recordings of one brain the noise, 1, lies in about 95 % of the intervals."""
    inside = 0
    for k in range(40):
        values = BRAIN.recording(200, seed=k).values
        truth, forecast = values[1:], BRAIN.predict(values[:-1, None])
        contest = Contest("forecast", truth, {"model": [forecast]}, [], block_length(truth))
        scores = score(METRICS["rmse"], contest, sfreq=2.0, seed=k)
        inside += abs(scores.values["model"] - 1.0) <= spread(scores.replicates["model"])
    assert inside >= 33  # at 95 % fewer has probability 1e-3


def test_a_free_run_interval_covers_other_recordings_of_the_same_brain():
    """The score of one run against another recording lies in most intervals."""
    runs = model_runs(BRAIN, n_times=300, n_runs=10, seed=0)
    contests = [
        Contest("free_run", BRAIN.recording(300, seed=k).values, {"model": runs}, [], 100)
        for k in range(20)
    ]
    scores = [score(METRICS["fc"], contest, sfreq=2.0, seed=0) for contest in contests]
    values = np.array([found.values["model"] for found in scores])
    margins = np.array([spread(found.replicates["model"]) for found in scores])
    assert (np.abs(values - values.mean()) <= margins).mean() >= 0.9
    assert np.median(margins) < 10 * values.std()  # wide enough, and not absurdly wide


def test_every_contestant_meets_the_same_stretches():
    values = BRAIN.recording(200, seed=0).values
    entries = {"model": [0.5 * values], "persistence": [0.5 * values]}
    contest = Contest("forecast", values, entries, [], 10)
    found = score(METRICS["rmse"], contest, sfreq=2.0, seed=0).replicates
    np.testing.assert_array_equal(found["model"], found["persistence"])
    assert found["model"].std() > 0


def test_the_floor_is_the_mean_over_repeats():
    values = BRAIN.recording(900, seed=0).values
    pairs = self_comparisons(values[600:], values[:600])
    contest = Contest("free_run", values[600:], {"model": [values[:300]]}, pairs, 100)
    expected = np.mean(
        [METRICS["fc"](values[600:], part) for part in (values[:300], values[300:600])]
    )
    assert score(METRICS["fc"], contest, sfreq=2.0, seed=0).floor == pytest.approx(expected)


def test_what_a_metric_refuses_is_told():
    values = BRAIN.recording(30, seed=0).values
    contest = Contest("free_run", values, {"model": [values]}, [], 10)
    scores = score(METRICS["fcd"], contest, sfreq=2.0, seed=0)
    assert scores.refusal.endswith("use a longer recording or another window")
    assert np.isnan(scores.floor)
