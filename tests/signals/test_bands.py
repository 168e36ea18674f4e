import numpy as np
import pytest
from scipy.signal import welch

import surrobrain as sb
from surrobrain.signals.bands import power_in_bands


def noise(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(2000, 3))


def test_bands_sum_the_welch_spectrum():
    values = noise().cumsum(axis=0)
    frequencies, power = welch(values, 100.0, nperseg=200, axis=0)
    found = power_in_bands(values, sfreq=100.0, bands=[(4.0, 8.0), (8.0, 13.0)], window=2.0)
    for row, (low, high) in zip(found, [(4.0, 8.0), (8.0, 13.0)], strict=True):
        inside = (frequencies >= low) & (frequencies < high)
        np.testing.assert_allclose(row, power[inside].sum(axis=0) * 0.5, rtol=1e-9)


@pytest.mark.parametrize("n_times", [32, 100, 400, 5000])
def test_octaves_hold_all_power_but_that_of_the_mean_and_each_two_frequencies(n_times):
    values = np.random.default_rng(1).normal(size=(n_times, 2))
    window = min(n_times // 4, 256)
    _, power = welch(values, 10.0, nperseg=window, axis=0)
    found = power_in_bands(values, sfreq=10.0)  # refuses bands with fewer than two
    np.testing.assert_allclose(found.sum(axis=0), power[1:].sum(axis=0) * 10.0 / window, rtol=1e-9)


def test_decibels_are_ten_per_factor_of_ten_in_power():
    values = noise()
    found = sb.metrics.band_power(values, values * [1.0, np.sqrt(10), 10.0], sfreq=1.0)
    assert found == pytest.approx((0 + 10 + 20) / 3)


def test_more_and_less_power_do_not_cancel():
    values = noise()
    found = sb.metrics.band_power(values, values * [2.0, 0.5, 1.0], sfreq=1.0)
    assert found == pytest.approx(20 * np.log10(2) * 2 / 3)


def test_a_narrow_band_is_refused():
    with pytest.raises(ValueError, match="holds 1 of the frequencies"):
        power_in_bands(noise(), sfreq=100.0, bands=[(4.0, 4.3)])
