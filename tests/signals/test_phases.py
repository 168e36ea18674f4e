import numpy as np
import pytest
from scipy.signal import hilbert

import surrobrain as sb
from surrobrain.errors import NotEnough
from surrobrain.signals.phases import kuramoto_order, phasors

TIMES = np.arange(2000) / 100.0


def test_all_frequencies_are_the_hilbert_transform():
    values = np.random.default_rng(0).normal(size=(501, 3))
    expected = np.angle(hilbert(values - values.mean(axis=0), axis=0))
    # scipy keeps the highest frequency of an even number of samples once; 501 has none
    np.testing.assert_allclose(np.angle(phasors(values, sfreq=1.0)), expected, atol=1e-9)


def test_a_band_isolates_its_rhythm():
    wave = np.cos(2 * np.pi * 10 * TIMES + 0.5)[:, None]
    found = phasors(
        wave + 3 * np.sin(2 * np.pi * 2 * TIMES)[:, None], sfreq=100.0, band=(8.0, 13.0)
    )
    np.testing.assert_allclose(found[:, 0], np.exp(1j * (2 * np.pi * 10 * TIMES + 0.5)), atol=1e-9)


def test_regions_a_third_of_a_cycle_apart_cancel():
    shifts = 2 * np.pi * np.arange(3) / 3
    together = np.cos(2 * np.pi * 5 * TIMES[:, None] + 0 * shifts)
    apart = np.cos(2 * np.pi * 5 * TIMES[:, None] + shifts)
    np.testing.assert_allclose(kuramoto_order(phasors(together, sfreq=100.0)), 1.0)
    np.testing.assert_allclose(kuramoto_order(phasors(apart, sfreq=100.0)), 0.0, atol=1e-9)


def test_independent_phases_have_the_mean_and_spread_of_a_random_walk():
    """|sum of n unit steps| / n is Rayleigh: mean sqrt(pi / 4 n), sd sqrt((1 - pi / 4) / n)."""
    n_regions = 100
    values = np.random.default_rng(0).normal(size=(20_000, n_regions))
    order = kuramoto_order(phasors(values, sfreq=1.0))
    assert order.mean() == pytest.approx(np.sqrt(np.pi / 4 / n_regions), rel=0.03)
    assert order.std() == pytest.approx(np.sqrt((1 - np.pi / 4) / n_regions), rel=0.03)


def test_metastability_tells_coming_and_going_from_staying():
    """Groups that drift in and out of phase, against groups that keep it: sd of |cos|, and 0."""
    drifting = np.stack([np.cos(2 * np.pi * f * TIMES) for f in (5.0, 5.0, 5.2, 5.2)], axis=1)
    locked = np.stack([np.cos(2 * np.pi * 5 * TIMES)] * 4, axis=1)
    found = sb.metrics.metastability(locked, drifting, sfreq=100.0, band=(4.0, 6.0))
    assert found == pytest.approx(np.sqrt(1 / 2 - 4 / np.pi**2), rel=0.01)


def test_stretches_are_taken_by_themselves():
    values = np.random.default_rng(0).normal(size=(300, 3))
    gappy = values.copy()
    gappy[100] = np.nan
    gappy[290] = np.nan
    found = phasors(gappy, sfreq=1.0)
    np.testing.assert_allclose(found[:100], phasors(values[:100], sfreq=1.0))
    np.testing.assert_allclose(found[101:290], phasors(values[101:290], sfreq=1.0))
    assert np.isnan(found[290:]).all()  # nine samples are too few


def test_refuses_what_has_no_phase():
    values = np.random.default_rng(0).normal(size=(100, 3))
    for band in ((5.0, 2.0), (1.0, 6.0), (-1.0, 2.0)):
        with pytest.raises(ValueError, match="must lie between 0 and 5 Hz"):
            phasors(values, sfreq=10.0, band=band)
    with pytest.raises(NotEnough, match="a stretch of 200 samples"):
        phasors(values, sfreq=10.0, band=(0.05, 0.1))
    with pytest.raises(NotEnough, match="not 2"):
        sb.metrics.metastability(values[:, :2], values[:, :2], sfreq=10.0)
