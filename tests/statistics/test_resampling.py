import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from surrobrain.statistics.resampling import block_length, block_rows, phase_randomized


def slow(n_times: int, memory: float, n_regions: int = 2, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(n_times + 200, n_regions))
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=0))[200:]


@given(st.integers(1, 80), st.integers(1, 100), st.integers(0, 5))
def test_rows_are_whole_blocks_inside_the_recording(n_times, length, seed):
    rows = block_rows(n_times, length=length, seed=seed)
    assert len(rows) == n_times
    assert ((rows >= 0) & (rows < n_times)).all()
    inside = np.arange(1, n_times) % min(length, n_times) != 0
    assert (np.diff(rows)[inside] == 1).all()


def test_blocks_give_the_standard_error_of_a_slow_mean():
    """An AR(1) mean has standard error sigma / ((1 - a) sqrt(n)); single rows miss most of it."""
    a, n_times = 0.8, 4000
    values = slow(n_times, a, n_regions=1)
    exact = 1 / ((1 - a) * np.sqrt(n_times))

    def error(length: int) -> float:
        rng = np.random.default_rng(1)
        draws = [values[block_rows(n_times, length=length, seed=rng)].mean() for _ in range(400)]
        return float(np.std(draws))

    # block length 60 loses the lags beyond it, about 1 / (60 (1 - a)) of the variance; the
    # estimate from 4000 / 60 blocks and 400 draws has a relative error near 10 %
    assert error(60) == pytest.approx(exact, rel=0.3)
    assert error(1) < 0.5 * exact


def test_blocks_are_longer_for_slower_signals():
    fast, slower = block_length(slow(2000, 0.0)), block_length(slow(2000, 0.95))
    assert fast == round(2000 ** (1 / 3))
    assert slower == pytest.approx(2 / 0.05, rel=0.5)  # 1 / e after 1 / 0.05 samples
    assert block_length(np.cumsum(np.ones((50, 1)), axis=0)) <= 10
    assert block_length(np.zeros((1000, 1))) == 200  # never decorrelates: a fifth


@pytest.mark.parametrize("n_times", [128, 129])
@pytest.mark.parametrize("keep_correlations", [True, False])
def test_surrogates_keep_mean_and_spectrum(n_times, keep_correlations):
    values = slow(n_times, 0.7, n_regions=3) + 5.0
    null = phase_randomized(values, keep_correlations=keep_correlations, seed=0)
    power = [np.abs(np.fft.rfft(v, axis=0)) for v in (values, null)]
    np.testing.assert_allclose(power[1], power[0], atol=1e-9)
    np.testing.assert_allclose(null.mean(axis=0), values.mean(axis=0))
    assert not np.allclose(null, values)


def test_surrogates_keep_or_destroy_correlations():
    common = slow(3000, 0.5, n_regions=1)
    values = common + slow(3000, 0.5, n_regions=3, seed=1)
    kept = phase_randomized(values, keep_correlations=True, seed=0)
    broken = phase_randomized(values, keep_correlations=False, seed=0)
    np.testing.assert_allclose(np.corrcoef(kept.T), np.corrcoef(values.T), atol=1e-9)
    # correlation time of the product of two AR(1) signals: (1 + a^2) / (1 - a^2) samples
    bound = 5 * np.sqrt((1 + 0.25) / (1 - 0.25) / 3000)
    assert np.abs(np.corrcoef(broken.T)[np.triu_indices(3, k=1)]).max() < bound


def test_the_seed_decides():
    values = slow(64, 0.5)
    one, same, other = (
        phase_randomized(values, keep_correlations=False, seed=s) for s in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, same)
    assert not np.allclose(one, other)
