import numpy as np
import pytest

from surrobrain.statistics.false_discovery import false_discovery
from surrobrain.statistics.family_wise import cluster_p, max_p, runs_of


@pytest.mark.parametrize("correct", [max_p, cluster_p])
def test_false_alarms_are_as_rare_as_promised(correct):
    rng = np.random.default_rng(0)
    kernel = np.ones(4) / 2  # neighboring times share noise
    draws = rng.normal(size=(1200, 1, 33))
    smooth = np.apply_along_axis(np.convolve, -1, draws, kernel, "valid")
    null, trials = smooth[:400], smooth[400:]
    alarms = np.mean([correct(trial, null).min() <= 0.05 for trial in trials])
    assert abs(alarms - 0.05) < 0.04  # three standard errors of draws and trials together


def test_a_long_weak_effect_is_found_by_its_mass():
    rng = np.random.default_rng(1)
    null = rng.normal(size=(500, 1, 60))
    observed = np.zeros((1, 60))
    observed[0, 20:32] = 2.2
    assert cluster_p(observed, null)[0, 25] < 0.01 < 0.05 < max_p(observed, null)[0, 25]
    assert cluster_p(observed, null)[0, 10] == 1


def test_runs():
    assert runs_of(np.array([False, False])) == []
    assert runs_of(np.ones(3, bool)) == [(0, 3)]


def test_false_discovery_is_that_of_scipy():
    from scipy.stats import false_discovery_control

    p = np.random.default_rng(2).uniform(size=20) ** 3
    assert np.allclose(false_discovery(p), false_discovery_control(p))
    with_gap = np.append(p, np.nan)
    assert np.allclose(false_discovery(with_gap)[:-1], false_discovery(p))
