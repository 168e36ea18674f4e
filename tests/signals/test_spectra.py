import numpy as np
import pytest
from scipy import signal

from surrobrain.signals.spectra import power_spectrum


@pytest.mark.parametrize("length", [64, 65, 100])
@pytest.mark.parametrize("n_times", [1000, 1001])
def test_agrees_with_scipy(length, n_times):
    values = np.random.default_rng(0).normal(size=(n_times, 3)).cumsum(axis=0)
    ours = power_spectrum(values, sfreq=50.0, window=length / 50.0)
    frequencies, power = signal.welch(
        values, 50.0, nperseg=length, noverlap=length // 2, axis=0, detrend="constant"
    )
    np.testing.assert_allclose(ours.frequencies, frequencies)
    np.testing.assert_allclose(ours.power, power, rtol=1e-9, atol=1e-12)


def test_many_windows_are_averaged_like_few():
    """More windows than are transformed at once."""
    values = np.random.default_rng(0).normal(size=(4000, 2))
    ours = power_spectrum(values, sfreq=1.0, window=32.0)
    _, power = signal.welch(values, 1.0, nperseg=32, axis=0)
    np.testing.assert_allclose(ours.power, power, rtol=1e-9)


def test_power_integrates_to_the_variance():
    values = np.random.default_rng(1).normal(scale=3.0, size=(20_000, 1))
    spectrum = power_spectrum(values, sfreq=10.0, window=10.0)
    total = spectrum.power.sum() * spectrum.frequencies[1]
    assert total == pytest.approx(9.0, rel=5 * np.sqrt(2 / 20_000) + 0.01)  # 0.01: mean removed


def test_gaps_are_left_out_and_not_bridged():
    values = np.random.default_rng(2).normal(size=(200, 2))
    values[100] = np.nan
    both = power_spectrum(values, sfreq=1.0, window=20.0).power
    parts = [power_spectrum(v, sfreq=1.0, window=20.0).power for v in (values[:100], values[101:])]
    n_windows = [(100 - 20) // 10 + 1, (99 - 20) // 10 + 1]
    np.testing.assert_allclose(both, np.average(parts, axis=0, weights=n_windows))


def test_a_constant_has_exactly_no_power():
    spectrum = power_spectrum(np.full((100, 1), 0.1), sfreq=1.0)
    assert (spectrum.power == 0).all()


def test_default_window_is_a_quarter_and_at_most_256_samples():
    values = np.random.default_rng(3).normal(size=(4000, 1))
    assert power_spectrum(values[:100], sfreq=2.0).frequencies[1] == pytest.approx(2.0 / 25)
    assert power_spectrum(values, sfreq=2.0).frequencies[1] == pytest.approx(2.0 / 256)


@pytest.mark.parametrize(
    ("n_times", "window", "message"),
    [(20, None, "windows of 5 samples of 20"), (50, 60.0, "there is none"), (50, -1.0, "above 0")],
)
def test_refuses_what_is_too_short(n_times, window, message):
    values = np.random.default_rng(0).normal(size=(n_times, 2))
    with pytest.raises(ValueError, match=message):
        power_spectrum(values, sfreq=1.0, window=window)
