import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import surrobrain as sb
from surrobrain.errors import NotEnough
from surrobrain.signals.lags import lagged_correlation


def noise(n_times: int = 300, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_times, 3))


@given(lag=st.integers(-6, 6))
def test_a_shift_is_found_with_its_sign(lag):
    values = noise()
    shifted = np.roll(values, lag, axis=0)
    found = lagged_correlation(values, shifted, max_lag=6)
    assert (found.argmax(axis=0) - 6 == lag).all()
    np.testing.assert_allclose(found.max(axis=0), 1.0)


def test_every_lag_is_a_pearson_correlation_of_what_is_valid():
    first, second = noise(), noise(seed=1)
    first[40] = np.nan
    found = lagged_correlation(first, second, max_lag=2)
    x, y = first[:-2, 1], second[2:, 1]
    both = np.isfinite(x)
    assert found[4, 1] == pytest.approx(np.corrcoef(x[both], y[both])[0, 1], rel=1e-12)


def test_a_late_forecast_is_forgiven_within_the_lag():
    values = noise()
    late = np.roll(values, 2, axis=0)
    assert abs(sb.metrics.temporal_similarity(values, late, sfreq=10.0)) < 0.2
    assert sb.metrics.temporal_similarity(values, late, sfreq=10.0, max_lag=0.2) > 0.99
    assert sb.metrics.temporal_similarity(values, late, sfreq=10.0, max_lag=0.1) < 0.3


def test_constant_forecasts_follow_nothing_and_constant_regions_have_no_course():
    values = noise()
    assert sb.metrics.temporal_similarity(values, 0 * values + 0.1, sfreq=1.0) == 0.0
    values[:, 1] = 0.1
    assert np.isnan(sb.metrics.temporal_similarity(values, noise(seed=1), sfreq=1.0))


def test_too_long_a_lag_is_refused():
    with pytest.raises(NotEnough, match="leaves 5 pairs"):
        lagged_correlation(noise(10), noise(10), max_lag=5)
