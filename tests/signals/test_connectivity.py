import numpy as np
import pytest

from surrobrain.signals.connectivity import (
    functional_connectivity,
    functional_connectivity_dynamics,
    upper_triangle,
)


def test_regions_are_correlated_and_never_time_points():
    values = np.random.default_rng(0).normal(size=(50, 7))
    ours = functional_connectivity(values)
    assert ours.shape == (7, 7)
    np.testing.assert_allclose(ours, np.corrcoef(values, rowvar=False), atol=1e-12)


def test_missing_samples_are_left_out():
    values = np.random.default_rng(0).normal(size=(50, 3))
    gappy = values.copy()
    gappy[[4, 30]] = np.nan
    kept = np.delete(values, [4, 30], axis=0)
    np.testing.assert_array_equal(functional_connectivity(gappy), functional_connectivity(kept))


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e9 + 0.1])
def test_a_constant_region_has_no_correlation(constant):
    values = np.random.default_rng(0).normal(size=(50, 3))
    values[:, 1] = constant
    found = functional_connectivity(values)
    assert np.isnan(found[1]).all()
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[np.ix_([0, 2], [0, 2])]).all()


def test_dynamics_match_the_definition_window_by_window():
    values = np.random.default_rng(0).normal(size=(400, 5))
    ours = functional_connectivity_dynamics(values, sfreq=2.0, window=20.0, step=5.0)
    starts = range(0, 400 - 40 + 1, 10)
    patterns = [upper_triangle(np.corrcoef(values[s : s + 40], rowvar=False)) for s in starts]
    assert len(ours) == len(patterns) == 37
    np.testing.assert_allclose(ours, np.corrcoef(patterns), atol=1e-12)


@pytest.mark.parametrize(
    ("n_times", "sfreq", "length", "step"),
    [(1200, 1 / 0.72, 83, 14), (240, 1 / 0.72, 40, 7), (600, 10.0, 100, 17)],
)
def test_default_windows_are_60_s_or_a_sixth(n_times, sfreq, length, step):
    values = np.random.default_rng(0).normal(size=(n_times, 3))
    found = functional_connectivity_dynamics(values, sfreq=sfreq)
    assert len(found) == (n_times - length) // step + 1


@pytest.mark.parametrize(("n_times", "n_regions"), [(30, 5), (200, 2)])
def test_dynamics_refuse_what_is_too_small(n_times, n_regions):
    values = np.random.default_rng(0).normal(size=(n_times, n_regions))
    with pytest.raises(ValueError, match="use a longer recording or another window"):
        functional_connectivity_dynamics(values, sfreq=1.0)


def test_dynamics_tell_a_switching_network_from_a_steady_one():
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(900, 6))
    drive = rng.normal(size=(900, 1))
    half = np.arange(6) < 3
    first = (np.arange(900) // 150 % 2 == 0)[:, None]
    switching = noise + 2 * drive * np.where(first, half, ~half)
    steady = noise + 2 * drive * half
    spread = [
        upper_triangle(functional_connectivity_dynamics(v, sfreq=1.0, window=50.0)).std()
        for v in (switching, steady)
    ]
    assert spread[0] > 2 * spread[1]
