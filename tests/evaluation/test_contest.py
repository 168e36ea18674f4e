import numpy as np
import pytest

from surrobrain.data.recording import Recording
from surrobrain.evaluation.baselines import self_comparisons
from surrobrain.evaluation.contest import Contest, model_runs, recorded_runs, score
from surrobrain.evaluation.metric import tag_of
from surrobrain.evaluation.metrics import everything
from surrobrain.evaluation.verdict import verdict
from surrobrain.statistics.intervals import jackknife_margin
from surrobrain.statistics.resampling import phase_randomized
from tests.evaluation.stubs import Linear, coupled

METRICS = everything("surrobrain.evaluation.metrics")
CHAOTIC = {"correlation_dimension", "lyapunov"}  # refuse a linear brain: it has no attractor
BRAIN = Linear(coupled(6))


def coverage(name: str, contests: list[Contest]) -> tuple[float, float]:
    """Return how often the interval holds the mean score, and its typical width.

    The width is that of the median interval, in units of the interval that is exactly right.
    """
    scores = [score(METRICS[name], contest, sfreq=2.0) for contest in contests]
    values = np.array([found.values["model"] for found in scores])
    margins = np.array([jackknife_margin(found.replicates["model"]) for found in scores])
    inside = np.abs(values - values.mean()) <= margins
    return float(inside.mean()), float(np.median(margins) / (1.96 * values.std()))


@pytest.mark.parametrize("name", ["r2", "nrmse", "rmse"])
def test_forecast_intervals_cover_other_recordings(name):
    contests = []
    for k in range(150):
        values = BRAIN.recording(300, seed=k).values
        forecast = BRAIN.predict(values[:-1, None])
        contests.append(Contest("forecast", values[1:], {"model": [forecast]}, []))
    covered, width = coverage(name, contests)
    assert 0.9 <= covered <= 0.99
    assert width < 1.5


@pytest.mark.parametrize("name", ["fc", "kl", "wasserstein"])
def test_free_run_intervals_cover_other_recordings_and_other_runs(name):
    """The value is a mean over runs, and so is what its interval is about."""
    contests = []
    for k in range(60):
        runs = model_runs(BRAIN, n_times=300, n_runs=3, seed=k)
        real = BRAIN.recording(300, seed=1000 + k).values
        contests.append(Contest("free_run", real, {"model": runs}, []))
    covered, width = coverage(name, contests)
    assert covered >= 0.88  # at 95 % less has probability 0.01
    assert width < 2.5


@pytest.fixture(scope="module")
def runs_of_models():
    """Recordings of one brain, and runs of good and bad models of it."""
    short = BRAIN.recording(60, seed=3).values
    poor = Linear(np.linalg.lstsq(short[:-1], short[1:], rcond=None)[0].T)
    other = Linear(coupled(6, seed=1))
    found = []
    for k in range(25):
        true, fitted, stranger = (
            model_runs(model, n_times=300, n_runs=4, seed=k) for model in (BRAIN, poor, other)
        )
        noisy = [1.6 * run for run in true]  # the brain is linear: noise of 1.6 times the size
        models = {"true": true, "poor": fitted, "other": stranger, "noisy": noisy}
        found.append((BRAIN.recording(1500, seed=k).values, models))
    return found


@pytest.mark.parametrize(
    ("name", "bad"), [("fc", "poor"), ("fc", "other"), ("kl", "noisy"), ("wasserstein", "noisy")]
)
def test_the_true_brain_is_at_the_floor_and_a_bad_model_is_not(name, bad, runs_of_models):
    at_floor = {"true": 0, bad: 0}
    for values, models in runs_of_models:
        real, learned = values[1200:], values[:1200]
        null = phase_randomized(learned[:300], keep_correlations=False, seed=0)
        rivals = {"persistence": [0 * real], "linear_var": [learned[:300]], "null": [null]}
        for label in at_floor:
            entries = {"model": models[label], **rivals}
            contest = Contest("free_run", real, entries, self_comparisons(real, learned))
            scores = score(METRICS[name], contest, sfreq=2.0)
            at_floor[label] += "at the floor" in verdict(scores, tag_of(METRICS[name]))
    assert at_floor["true"] >= 21  # of 25; at 95 % fewer has probability 0.007
    assert at_floor[bad] <= 12


def test_every_contestant_meets_the_same_stretches():
    values = BRAIN.recording(200, seed=0).values
    entries = {"model": [0.5 * values], "persistence": [0.5 * values]}
    contest = Contest("forecast", values, entries, [])
    found = score(METRICS["rmse"], contest, sfreq=2.0).replicates
    np.testing.assert_array_equal(found["model"], found["persistence"])
    assert found["model"].std() > 0


@pytest.mark.parametrize("name", sorted(METRICS.keys() - CHAOTIC))
def test_missing_samples_of_a_run_are_left_out_and_infinite_ones_are_a_divergence(name):
    real, run = BRAIN.recording(1200, seed=0).values, BRAIN.recording(1200, seed=1).values
    gap = np.zeros((1200, 1), dtype=bool)
    gap[100:110] = True

    def value(real: np.ndarray, run: np.ndarray) -> float:
        contest = Contest("free_run", real, {"model": [run]}, [])
        return score(METRICS[name], contest, sfreq=2.0).values["model"]

    expected = value(np.where(gap, np.nan, real), run)
    assert value(real, np.where(gap, np.nan, run)) == expected
    assert np.isfinite(expected)
    assert np.isnan(value(real, np.where(gap, np.inf, run)))


def test_runs_of_a_recording_are_cut_and_their_bad_samples_missing():
    values = BRAIN.recording(25, seed=0).values.copy()
    values[3, 1] = np.inf
    runs = recorded_runs(Recording(values, 2.0, on_bad="keep"), n_times=10, n_runs=5)
    assert len(runs) == 2
    assert np.isnan(runs[0]).all(axis=1).nonzero()[0].tolist() == [3]
    np.testing.assert_array_equal(runs[1], values[10:20])


def test_the_floor_is_the_mean_over_repeats():
    values = BRAIN.recording(900, seed=0).values
    pairs = self_comparisons(values[600:], values[:600])
    contest = Contest("free_run", values[600:], {"model": [values[:300]]}, pairs)
    expected = np.mean(
        [METRICS["fc"](values[600:], part) for part in (values[:300], values[300:600])]
    )
    assert score(METRICS["fc"], contest, sfreq=2.0).floor == pytest.approx(expected)


def test_runs_meet_the_floor_on_its_own_stretch():
    """Beside a half of the recording, half of a run is compared: equal lengths, equal terms."""
    values, run = BRAIN.recording(200, seed=0).values, BRAIN.recording(200, seed=1).values
    contest = Contest("free_run", values, {"model": [run]}, self_comparisons(values, None))
    found = score(METRICS["wasserstein"], contest, sfreq=2.0)
    assert found.single["model"][0] == METRICS["wasserstein"](values[:100], run[:100])
    assert found.floor == METRICS["wasserstein"](values[:100], values[100:])


def test_what_a_metric_refuses_is_told():
    values = BRAIN.recording(30, seed=0).values
    contest = Contest("free_run", values, {"model": [values]}, [])
    scores = score(METRICS["fcd"], contest, sfreq=2.0)
    assert scores.refusal.endswith("use a longer recording or another window")
    assert np.isnan(scores.floor)
