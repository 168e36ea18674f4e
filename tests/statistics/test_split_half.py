import numpy as np
import pytest

from surrobrain.statistics.split_half import spearman_brown, split_half


def test_reliability_is_the_share_of_variance_between_items():
    rng = np.random.default_rng(0)
    items = np.repeat(np.arange(2000), 6)
    outcomes = rng.normal(size=2000)[items] + 2 * rng.normal(size=len(items))
    found = split_half(outcomes, items, n_splits=30)
    assert found.half == pytest.approx(1 / (1 + 4 / 3), abs=0.03)
    assert found.whole == pytest.approx(1 / (1 + 4 / 6), abs=0.03)
    assert found.ceiling == pytest.approx(np.sqrt(found.whole))
    assert found.low < found.half < found.high


def test_the_ceiling_is_what_the_true_values_reach():
    rng = np.random.default_rng(1)
    truth, items = rng.normal(size=3000), np.repeat(np.arange(3000), 4)
    outcomes = truth[items] + 2 * rng.normal(size=len(items))
    means = np.bincount(items, outcomes) / 4
    ceiling = split_half(outcomes, items, n_splits=30).ceiling
    assert np.corrcoef(truth, means)[0, 1] == pytest.approx(ceiling, abs=0.03)


def test_noise_has_no_reliability_and_order_does_not_matter():
    rng = np.random.default_rng(2)
    items = rng.permutation(np.repeat(np.arange(500), 4))
    assert abs(split_half(rng.normal(size=2000), items, n_splits=100).half) < 0.05


def test_items_of_one_trial_are_left_out():
    items = np.array([0, 0, 1, 1, 2, 2, 3])
    outcomes = np.array([0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 9.0])
    found = split_half(outcomes, items, n_splits=3)
    assert found.n_items == 3
    assert found.half == pytest.approx(1.0)
    with pytest.raises(ValueError, match="3 items with two trials"):
        split_half(outcomes[:4], items[:4])


def test_spearman_brown_undoes_itself():
    assert spearman_brown(spearman_brown(0.3), times=0.5) == pytest.approx(0.3)
