import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from surrobrain.statistics.agreement import correlation, frobenius_similarity, kolmogorov_smirnov

numbers = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30).map(np.array)


@given(numbers, numbers)
def test_kolmogorov_smirnov_agrees_with_scipy_ties_included(first, second):
    expected = stats.ks_2samp(first, second, method="asymp").statistic
    assert kolmogorov_smirnov(first, second) == pytest.approx(expected, abs=1e-12)


def test_correlation_agrees_with_numpy():
    x, y = np.random.default_rng(0).normal(size=(2, 100))
    assert correlation(x, y) == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-12)


@pytest.mark.parametrize("bad", [np.ones(5), np.array([1.0, 2.0, np.nan, 4.0, 5.0])])
def test_correlation_with_something_constant_or_missing_is_undefined(bad):
    good = np.arange(5.0)
    assert np.isnan(correlation(bad, good))
    assert np.isnan(correlation(good, bad))


def test_kolmogorov_smirnov_of_missing_values_is_undefined():
    assert np.isnan(kolmogorov_smirnov(np.array([np.nan, 1.0]), np.arange(3.0)))


def test_published_similarities_of_two_connectivity_matrices(shared):
    folder = shared("dynamics/review_fig4")
    real, simulated = np.load(folder / "fc_real.npy"), np.load(folder / "fc_pred.npy")
    upper = np.triu_indices(len(real), k=1)
    assert correlation(real[upper], simulated[upper]) == pytest.approx(0.8343, abs=5e-5)
    assert frobenius_similarity(real, simulated) == pytest.approx(0.7389, abs=5e-5)
