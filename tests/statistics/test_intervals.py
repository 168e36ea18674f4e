import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter

from surrobrain.statistics.intervals import jackknife_margin, pooled_margin
from surrobrain.statistics.resampling import leave_out_blocks


def test_the_interval_of_a_slow_mean_covers_it():
    """A mean of AR(1) signals, 30 correlation times in all: 95 % of the intervals hold zero."""
    noise = np.random.default_rng(0).normal(size=(400, 700))
    signals = lfilter([1.0], [1.0, -0.8], noise, axis=1)[:, 400:]
    inside = 0
    for signal in signals:
        left_out = [np.nanmean(part) for part in leave_out_blocks(signal[:, None])]
        inside += abs(signal.mean()) <= jackknife_margin(np.array(left_out))
    assert 0.9 <= inside / 400 <= 0.99


def test_an_interval_needs_half_of_its_replicates():
    replicates = np.arange(8.0)
    replicates[:4] = np.nan
    assert np.isfinite(jackknife_margin(replicates))
    replicates[4] = np.nan
    assert np.isnan(jackknife_margin(replicates))
    assert np.isnan(jackknife_margin(np.empty(0)))


@pytest.mark.parametrize(("m", "n"), [(10, 4), (1, 4), (10, 1), (2, 2)])
def test_the_pooled_test_is_the_t_test(m, n):
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=m), rng.normal(size=n)
    if min(m, n) > 1:
        p_value = stats.ttest_ind(first, second, alternative="greater").pvalue
        assert (first.mean() - second.mean() > pooled_margin(first, second)) == (p_value < 0.05)
    wrong = 0
    for _ in range(1000):
        first, second = rng.normal(size=m), rng.normal(size=n)
        wrong += first.mean() - second.mean() > pooled_margin(first, second)
    assert wrong / 1000 == pytest.approx(0.05, abs=0.025)  # 3.6 standard errors


def test_two_single_draws_cannot_be_told_apart():
    assert np.isnan(pooled_margin(np.ones(1), np.zeros(1)))
    assert np.isnan(pooled_margin(np.ones(3), np.empty(0)))
