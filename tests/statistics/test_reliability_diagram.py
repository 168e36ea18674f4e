import numpy as np
import pytest

from surrobrain.statistics.reliability_diagram import (
    equal_count_bins,
    expected_calibration_error,
    perfect_calibration_error,
)


def forecasts(n, seed=0):
    rng = np.random.default_rng(seed)
    said = rng.uniform(0.5, 1.0, size=n)
    return said, rng.random(n) < said


def test_a_calibrated_forecaster_lies_on_the_diagonal():
    said, right = forecasts(20_000)
    bins = equal_count_bins(said, right)
    assert np.abs(bins.accuracy - bins.confidence).max() < 0.03
    assert ((bins.low < bins.confidence) & (bins.confidence < bins.high)).sum() >= 8
    assert expected_calibration_error(said, right) < 0.015


def test_an_overconfident_one_is_off_by_the_excess():
    said, right = forecasts(20_000)
    assert expected_calibration_error(said + 0.2, right) == pytest.approx(0.2, abs=0.01)


def test_bins_hold_every_case_once():
    said, right = forecasts(203)
    bins = equal_count_bins(said, right, n_bins=20)
    assert bins.counts.sum() == 203
    assert set(bins.counts) == {10, 11}
    assert (np.diff(bins.confidence) > 0).all()
    assert bins.counts @ bins.accuracy == pytest.approx(right.sum())


def test_a_perfect_forecaster_shows_the_error_of_chance():
    said, rng = forecasts(200)[0], np.random.default_rng(9)
    errors = [expected_calibration_error(said, rng.random(200) < said) for _ in range(400)]
    assert perfect_calibration_error(said) == pytest.approx(np.mean(errors), rel=0.05)
