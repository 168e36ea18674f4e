import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.signal import lfilter

import surrobrain as sb
from surrobrain.signals.periodogram import smoothed_periodogram
from surrobrain.statistics.resampling import phase_randomized


def noise(n_times: int = 500, n_regions: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_times, n_regions))


def test_the_definition_step_by_step():
    values = noise().cumsum(axis=0)
    standard = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    power = gaussian_filter1d(np.abs(np.fft.rfft(standard, axis=0)) ** 2, 20, axis=0)
    found = smoothed_periodogram(values, sfreq=10.0, width=20 * 10.0 / 500)
    np.testing.assert_allclose(found.power, power / power.sum(axis=0), rtol=1e-9)
    np.testing.assert_allclose(found.frequencies, np.arange(251) * 10.0 / 500)


def test_the_distance_of_two_known_spectra():
    rng = np.random.default_rng(0)
    white = rng.normal(size=(200_000, 1))
    colored = np.asarray(lfilter([1.0], [1.0, -0.5], rng.normal(size=(200_000, 1)), axis=0))
    cycles = np.arange(1, 2001) / 4000
    q = 1 / np.abs(1 - 0.5 * np.exp(-2j * np.pi * cycles)) ** 2
    exact = np.sqrt(1 - np.sqrt(q / q.sum() / len(q)).sum())
    found = sb.metrics.spectral_hellinger(white, colored, sfreq=1.0, width=5e-4)
    assert found == pytest.approx(exact, abs=5e-3)


@pytest.mark.parametrize(("bins", "floor"), [(0, 0.46), (20, 0.055), (100, 0.021)])
def test_the_floor_of_lorenz_depends_on_the_width(shared, bins, floor):
    folder = shared("dynamics/dsr")
    pair = [np.load(folder / f"lorenz63_dend_{part}.npy") for part in ("test", "train")]
    p, q = (
        smoothed_periodogram(v.astype(np.float64), sfreq=100.0, width=bins * 100.0 / len(v)).power
        for v in pair
    )
    found = np.sqrt(1 - np.sqrt(p * q).sum(axis=0)).mean()
    assert found == pytest.approx(floor, abs=0.0051 if floor > 0.1 else 0.00051)


@pytest.mark.parametrize(
    ("truth", "other", "floor"),
    [
        ("lorenz63_gtf_test", "lorenz63_gtf_train_noisy5pct", 0.070),
        ("lorenz63_dend_test", "lorenz63_dend_train", 0.055),
        ("lorenz63_dend_test", "lorenz63_dend_train_noisy", 0.139),
        ("bursting_neuron_test", "bursting_neuron_train", 0.067),
        ("ecg5_test", "ecg5_train", 0.060),
    ],
)
def test_floors_of_the_benchmark_series(shared, truth, other, floor):
    folder = shared("dynamics/dsr")
    pair = [np.load(folder / f"{name}.npy").astype(np.float64) for name in (truth, other)]
    found = sb.metrics.spectral_hellinger(*pair, sfreq=100.0)
    assert found == pytest.approx(floor, abs=0.00051)


def test_phase_randomized_copies_score_zero():
    values = noise(600).cumsum(axis=0)
    copy = phase_randomized(values, keep_correlations=False, seed=0)
    assert sb.metrics.spectral_hellinger(values, copy, sfreq=1.0) < 1e-7


def test_missing_samples_count_as_the_mean():
    values = noise()
    gappy = values.copy()
    gappy[100:120] = np.nan
    filled = values.copy()
    filled[100:120] = np.nanmean(gappy, axis=0)
    found, expected = (smoothed_periodogram(v, sfreq=1.0, width=0.01) for v in (gappy, filled))
    np.testing.assert_allclose(found.power, expected.power, rtol=1e-9)


def test_a_width_must_be_a_width():
    with pytest.raises(ValueError, match="width must be above 0 Hz"):
        sb.metrics.spectral_hellinger(noise(), noise(), sfreq=1.0, width=-1.0)
