import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter

from surrobrain.statistics.resampling import leave_out_blocks, phase_randomized


def slow(n_times: int, memory: float, n_regions: int = 2, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(n_times + 200, n_regions))
    return np.asarray(lfilter([1.0], [1.0, -memory], noise, axis=0))[200:]


@given(st.integers(1, 40), st.integers(1, 12))
def test_every_sample_is_left_out_once_in_stretches_of_equal_length(n_times, n_blocks):
    values = np.random.default_rng(0).normal(size=(n_times, 2))
    parts = leave_out_blocks(values, n_blocks=n_blocks)
    gone = np.array([np.isnan(part).all(axis=1) for part in parts])
    assert len(parts) == min(n_blocks, n_times)
    assert (gone.sum(axis=0) == 1).all()
    assert np.ptp(gone.sum(axis=1)) <= 1
    assert (np.diff(gone.argmax(axis=0)) >= 0).all()  # each is one stretch
    for part, rows in zip(parts, gone, strict=True):
        np.testing.assert_array_equal(part[~rows], values[~rows])


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
