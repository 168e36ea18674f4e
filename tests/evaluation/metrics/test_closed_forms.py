"""Distances between laws whose distance is known."""

import numpy as np
import pytest
from scipy import stats
from scipy.signal import lfilter, welch

import surrobrain as sb
from tests.evaluation.review import review_kl

N = 200_000


def normal(mean: float = 0.0, scale: float = 1.0, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, scale, size=(N, 1))


def test_kl_of_shifted_normals_is_one_half():
    # log(p / q) has variance 1 under p; p / q has variance e - 1 under q
    tolerance = 5 * np.sqrt((1 + (np.e - 1)) / N) + 2 / 117  # and the width of a bin, squared
    assert sb.metrics.kl(normal(), normal(mean=1.0, seed=1)) == pytest.approx(0.5, abs=tolerance)


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_kl_of_a_wider_normal(scale):
    exact = np.log(scale) + 1 / (2 * scale**2) - 0.5
    found = sb.metrics.kl(normal(), normal(scale=scale, seed=1))
    assert found == pytest.approx(exact, abs=5 * np.sqrt(2 / N) + 2 / 117)


def test_kl_of_one_law_is_its_bias():
    """Two samples of n in k cells differ by a chi-square: mean (k - 1) / n."""
    n, n_regions = 1000, 400
    real, run = np.random.default_rng(0).uniform(size=(2, n, n_regions))
    cells = round(2 * n ** (1 / 3))
    spread = np.sqrt(2 * cells) / n / np.sqrt(n_regions)
    assert sb.metrics.kl(real, run) == pytest.approx(cells / n, abs=5 * spread + 3 / n)


def test_kl_of_a_narrow_run_stays_readable():
    real = normal()[:1000]
    assert review_kl(real, 0.1 * real) > 10
    assert sb.metrics.kl(real, 0.1 * real) < 4


def test_wasserstein_of_shifted_normals_is_the_shift():
    found = sb.metrics.wasserstein(normal(), normal(mean=1.0, seed=1))
    assert found == pytest.approx(1.0, abs=5 * np.sqrt(2 / N) + 5 / np.sqrt(2 * N))


def test_wasserstein_agrees_with_scipy():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(300, 3)), rng.gumbel(size=(300, 3))
    expected = [
        stats.wasserstein_distance(a, b) / a.std() for a, b in zip(real.T, run.T, strict=True)
    ]
    assert sb.metrics.wasserstein(real, run) == pytest.approx(np.mean(expected), rel=1e-12)


def test_spectral_is_the_hellinger_distance_of_welch_spectra():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(500, 2)), rng.normal(size=(500, 2)).cumsum(axis=0)
    spectra = []
    for values in (real, run):
        frequencies, power = welch(values, 10.0, nperseg=100, axis=0)
        inside = (frequencies >= 1.0) & (frequencies <= 3.0)
        spectra.append(power[inside] / power[inside].sum(axis=0))
    overlap = np.sqrt(spectra[0] * spectra[1]).sum(axis=0)
    expected = (1 - np.sqrt(1 - overlap)).mean()
    found = sb.metrics.spectral(real, run, sfreq=10.0, window=10.0, band=(1.0, 3.0))
    assert found == pytest.approx(expected, rel=1e-9)


def test_spectral_tends_to_the_distance_of_the_true_spectra():
    """White noise and a first-order filter, whose spectra are known."""
    rng = np.random.default_rng(0)
    white = rng.normal(size=(N, 1))
    colored = np.asarray(lfilter([1.0], [1.0, -0.5], rng.normal(size=(N, 1)), axis=0))
    cycles = np.arange(1, 129) / 256
    q = 1 / np.abs(1 - 0.5 * np.exp(-2j * np.pi * cycles)) ** 2
    q, p = q / q.sum(), np.full(128, 1 / 128)
    exact = 1 - np.sqrt(1 - np.sqrt(p * q).sum())
    # each bin has relative error sqrt(1 / number of windows), windows 256 long
    assert sb.metrics.spectral(white, colored, sfreq=1.0) == pytest.approx(exact, abs=0.01)


def test_spectral_does_not_see_power_but_sees_a_peak():
    times = np.arange(4000) / 100.0
    noise = np.random.default_rng(0).normal(size=(4000, 1))
    slow, fast = (np.sin(2 * np.pi * f * times)[:, None] + 0.1 * noise for f in (8.0, 12.0))
    assert sb.metrics.spectral(slow, 5 * slow, sfreq=100.0) == pytest.approx(1.0, abs=1e-9)
    assert sb.metrics.spectral(slow, fast, sfreq=100.0) < 0.3


def test_log_correlation_of_spectra_is_a_correlation_of_decibels():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(500, 2)), rng.normal(size=(500, 2)).cumsum(axis=0)
    spectra = []
    for values in (real, run):
        frequencies, power = welch(values, 10.0, nperseg=100, axis=0)
        spectra.append(10 * np.log10(power[(frequencies >= 1.0) & (frequencies <= 3.0)]))
    expected = np.mean(
        [np.corrcoef(a, b)[0, 1] for a, b in zip(*(s.T for s in spectra), strict=True)]
    )
    settings = {"sfreq": 10.0, "window": 10.0, "band": (1.0, 3.0)}
    found = sb.metrics.spectral(real, run, method="log_correlation", **settings)
    assert found == pytest.approx(expected, rel=1e-9)
    flat = 0 * real
    assert np.isnan(sb.metrics.spectral(real, flat, method="log_correlation", **settings))


def test_spectral_refuses_an_empty_band():
    values = normal()[:400]
    with pytest.raises(ValueError, match="holds 0 of the frequencies"):
        sb.metrics.spectral(values, values, sfreq=1.0, band=(0.9, 1.0))


def test_fc_correlates_regions_and_not_time_points():
    rng = np.random.default_rng(0)
    real, run = rng.normal(size=(2, 90, 5)) @ rng.normal(size=(5, 5))
    upper = np.triu_indices(5, k=1)
    matrices = [np.corrcoef(v, rowvar=False)[upper] for v in (real, run)]
    over_time = [np.corrcoef(v)[np.triu_indices(90, k=1)] for v in (real, run)]
    assert sb.metrics.fc(real, run) == pytest.approx(np.corrcoef(matrices)[0, 1], abs=1e-12)
    assert abs(sb.metrics.fc(real, run) - np.corrcoef(over_time)[0, 1]) > 0.1


def test_fc_needs_three_regions():
    with pytest.raises(ValueError, match="needs 3 regions, not 2"):
        sb.metrics.fc(np.ones((9, 2)), np.ones((9, 2)))


def test_fcd_refuses_a_short_recording():
    values = normal()[:120].reshape(30, 4)
    with pytest.raises(ValueError, match="use a longer recording"):
        sb.metrics.fcd(values, values, sfreq=1.0)


def test_r2_agrees_with_scikit_learn():
    from sklearn.metrics import r2_score

    rng = np.random.default_rng(0)
    real = rng.normal(size=(50, 3)) * [1.0, 10.0, 100.0]
    run = real + rng.normal(size=(50, 3))
    assert sb.metrics.r2(real, run) == pytest.approx(r2_score(real, run), rel=1e-12)
