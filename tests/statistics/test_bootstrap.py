import numpy as np
import pytest

from surrobrain.statistics.bootstrap import bootstrap_interval, bootstrap_means


def test_spread_over_items_is_the_standard_error_of_the_mean():
    values = np.random.default_rng(0).normal(size=(400, 1))
    means = bootstrap_means(values, n_draws=4000)
    assert means.mean() == pytest.approx(values.mean(), abs=0.005)
    assert means.std() == pytest.approx(values.std() / 20, rel=0.05)


def test_spread_over_both_adds_that_of_readers():
    rng = np.random.default_rng(1)
    items, readers = rng.normal(size=(200, 1)), 2 * rng.normal(size=(1, 40))
    values = items + readers
    means = bootstrap_means(values, over="both", n_draws=4000)
    expected = items.var() / 200 + readers.var() / 40
    assert means.var() == pytest.approx(expected, rel=0.1)
    assert bootstrap_means(values, n_draws=4000).var() == pytest.approx(items.var() / 200, rel=0.1)


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(2)
    held = 0
    for k in range(300):
        low, high = bootstrap_interval(rng.random((100, 1)) + 0.0, n_draws=400, seed=k)
        held += low <= 0.5 <= high
    assert 0.91 <= held / 300 <= 0.98


def test_missing_entries_are_left_out_of_the_mean():
    values = np.array([[1.0, np.nan], [np.nan, 1.0], [1.0, 1.0]])
    assert (bootstrap_means(values, n_draws=200) == 1.0).all()


def test_the_same_seed_draws_the_same_items():
    values = np.random.default_rng(3).normal(size=(50, 2))
    assert np.allclose(
        bootstrap_means(values, n_draws=50) + 1, bootstrap_means(1 + values, n_draws=50)
    )
