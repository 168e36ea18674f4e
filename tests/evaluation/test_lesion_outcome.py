import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu

from surrobrain.errors import NotEnough
from surrobrain.evaluation.lesion_outcome import lesion_outcome


def draw(n: int, n_resected: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    resected = np.zeros(n, dtype=bool)
    resected[rng.choice(n, n_resected, replace=False)] = True
    return rng.normal(size=n) + resected, resected


def test_area_and_probability_agree_with_scipy():
    scores, resected = draw(40, 9)
    expected = mannwhitneyu(
        scores[resected], scores[~resected], alternative="greater", method="exact"
    )
    found = lesion_outcome(scores, resected)
    assert found.auc == pytest.approx(expected.statistic / (9 * 31), rel=1e-12)
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-9)


@given(st.lists(st.integers(0, 3), min_size=3, max_size=8), st.data())
def test_the_probability_with_ties_counts_all_choices(scores, data):
    k = data.draw(st.integers(1, len(scores) - 1))
    values = np.array(scores, dtype=float)
    resected = np.arange(len(values)) < k
    areas = []
    for chosen in itertools.combinations(range(len(values)), k):
        inside = np.isin(np.arange(len(values)), chosen)
        pairs = np.sign(values[inside][:, None] - values[~inside]) / 2 + 0.5
        areas.append(pairs.mean())
    found = lesion_outcome(values, resected)
    assert found.p_value == pytest.approx(np.mean(np.array(areas) >= found.auc - 1e-12))


def test_the_interval_holds_the_true_area_as_often_as_it_says():
    true = 0.7602  # normal scores, one standard deviation apart: Phi(1 / sqrt 2)
    held = 0
    for seed in range(300):
        found = lesion_outcome(*draw(50, 20, seed=seed))
        held += found.low <= true <= found.high
    assert 0.9 <= held / 300 <= 0.98


def test_zones_and_overlap_by_hand():
    scores = np.array([9.0, 8.0, 7.0, 6.0, 5.0, 4.0])
    resected = np.array([True, False, True, False, False, True])
    found = lesion_outcome(scores, resected, n_predicted=2)
    assert found.sensitivity == pytest.approx(1 / 3)
    assert found.specificity == pytest.approx(2 / 3)
    assert found.dice == pytest.approx(2 * 1 / (2 + 3))
    assert found.jaccard == pytest.approx(1 / 4)
    assert (found.threshold, found.n_predicted, found.n_resected) == (8.0, 2, 3)


def test_ties_with_the_last_belong_to_the_zone():
    found = lesion_outcome(np.array([2.0, 1.0, 1.0, 0.0]), np.array([True, True, False, False]))
    assert found.n_predicted == 3
    assert found.sensitivity == 1.0


@given(scale=st.floats(0.01, 100), offset=st.floats(-10, 10))
def test_only_the_order_of_scores_matters(scale, offset):
    scores, resected = draw(20, 5)
    one, other = lesion_outcome(scores, resected), lesion_outcome(scale * scores + offset, resected)
    assert (one.auc, one.p_value, one.dice) == (other.auc, other.p_value, other.dice)


def test_perfect_and_useless_scores():
    resected = np.arange(30) < 6
    perfect = lesion_outcome(resected.astype(float), resected)
    assert (perfect.auc, perfect.dice, perfect.low, perfect.high) == (1.0, 1.0, 1.0, 1.0)
    assert perfect.p_value == pytest.approx(1 / 593775)  # 30 choose 6
    flat = lesion_outcome(np.zeros(30), resected)
    assert (flat.auc, flat.p_value) == (0.5, 1.0)


def test_many_regions_are_counted_exactly():
    scores, resected = draw(200, 160)
    found = lesion_outcome(scores, resected)
    normal = mannwhitneyu(
        scores[resected], scores[~resected], alternative="greater", method="asymptotic"
    )
    assert np.log(found.p_value) == pytest.approx(np.log(normal.pvalue), rel=0.1)


def test_one_region_on_a_side_has_no_interval():
    found = lesion_outcome(np.array([3.0, 2.0, 1.0]), np.array([True, False, False]))
    assert found.auc == 1.0
    assert np.isnan(found.low)
    assert np.isnan(found.high)


@pytest.mark.parametrize("resected", [np.zeros(4, dtype=bool), np.ones(4, dtype=bool)])
def test_refuses_nothing_and_everything(resected):
    with pytest.raises(NotEnough, match="of 4 regions are resected"):
        lesion_outcome(np.arange(4.0), resected)


def test_refuses_bad_scores():
    some = np.array([True, False, False])
    with pytest.raises(ValueError, match="scores must be finite"):
        lesion_outcome(np.array([1.0, np.nan, 2.0]), some)
    with pytest.raises(ValueError, match="n_predicted must be at least 1"):
        lesion_outcome(np.arange(3.0), some, n_predicted=0)
