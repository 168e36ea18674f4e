import numpy as np
import pytest

from surrobrain.data.recording import Recording
from surrobrain.evaluation.baselines import (
    fit_linear,
    forecast_windows,
    held_last,
    null_runs,
    self_comparisons,
)
from tests.evaluation.stubs import Linear, coupled

BRAIN = Linear(coupled(4))


def gappy(n_times: int = 30) -> Recording:
    values = np.random.default_rng(0).normal(size=(n_times, 4))
    values[10] = np.nan
    return Recording(values, 2.0, on_bad="mask")


def test_windows_precede_their_rows_and_cross_no_gap():
    recording = gappy()
    windows, rows = forecast_windows(recording, memory=3)
    assert rows.tolist() == [*range(3, 10), *range(14, 30)]
    for window, row in zip(windows, rows, strict=True):
        np.testing.assert_array_equal(window, recording.values[row - 3 : row])


def test_a_recording_shorter_than_the_memory_is_refused():
    with pytest.raises(ValueError, match="needs 31 samples in a row"):
        forecast_windows(gappy(), memory=30)


def test_persistence_holds_the_last_valid_sample():
    values = np.arange(8.0).reshape(4, 2)
    values[3] = np.nan
    held = held_last(Recording(values, 1.0, on_bad="mask"), n_times=3)
    np.testing.assert_array_equal(held, np.tile([4.0, 5.0], (3, 1)))


def test_the_linear_baseline_finds_a_linear_brain():
    train = BRAIN.recording(20_000, seed=1)
    baseline = fit_linear(train, memory=1)
    windows, _ = forecast_windows(BRAIN.recording(50, seed=2), memory=1)
    # a coefficient has a standard error near sqrt(1 / n) / sd(x); inputs are a few sd at most
    np.testing.assert_allclose(baseline.predict(windows), BRAIN.predict(windows), atol=0.15)


def test_runs_of_the_linear_baseline_have_the_covariance_of_the_brain():
    train = BRAIN.recording(20_000, seed=1)
    runs = fit_linear(train, memory=1).runs(n_times=20_000, n_runs=2, seed=0)
    for run in runs:
        np.testing.assert_allclose(np.cov(run.T), np.cov(train.values.T), rtol=0.2, atol=0.3)
    assert not np.allclose(runs[0], runs[1])


def test_nulls_keep_the_spectrum_and_destroy_the_rest():
    train = BRAIN.recording(501, seed=1)
    (null,) = null_runs(train, n_times=501, n_runs=1, seed=0)
    np.testing.assert_allclose(
        np.abs(np.fft.rfft(null, axis=0)), np.abs(np.fft.rfft(train.values, axis=0)), atol=1e-6
    )
    real, found = (np.abs(np.corrcoef(v.T) - np.eye(4)).max() for v in (train.values, null))
    assert found < real / 2


def test_nulls_of_a_short_source_repeat_it():
    (null,) = null_runs(gappy(), n_times=60, n_runs=1, seed=0)
    np.testing.assert_array_equal(null[:29], null[29:58])


def test_the_floor_uses_stretches_of_train_as_long_as_the_test():
    train, test = np.arange(25.0)[:, None], -np.arange(10.0)[:, None]
    pairs = self_comparisons(test, train)
    assert [second[0, 0] for _, second in pairs] == [15.0, 5.0]
    assert all((first == test).all() and len(second) == 10 for first, second in pairs)


@pytest.mark.parametrize("train", [None, np.ones((5, 1))])
def test_the_floor_falls_back_to_half_against_half(train):
    ((first, second),) = self_comparisons(np.arange(11.0)[:, None], train)
    assert len(first) == len(second) == 11  # padded: windows mean the same as for the whole
    np.testing.assert_array_equal(first[:5, 0], np.arange(5.0))
    np.testing.assert_array_equal(second[:5, 0], np.arange(5.0, 10.0))
    assert np.isnan(first[5:]).all()


def test_a_sample_missing_on_one_side_is_missing_on_both():
    train = np.ones((10, 2))
    train[3] = np.nan
    ((first, _),) = self_comparisons(np.zeros((10, 2)), train)
    assert np.isnan(first).any(axis=1).nonzero()[0].tolist() == [3]
