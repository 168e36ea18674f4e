"""Patterns over regions, and the moments in which they join."""

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.errors import NotEnough


def signals(n_times: int = 300, n_regions: int = 6, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n_times, n_regions))


def test_spatial_similarity_is_the_mean_correlation_of_maps():
    real, run = signals(), signals(seed=1) + signals()
    expected = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(real, run, strict=True)])
    assert sb.metrics.spatial_similarity(real, run, maps="values") == pytest.approx(expected)
    centered = real - real.mean(axis=0), run - real.mean(axis=0)
    expected = np.mean([np.corrcoef(a, b)[0, 1] for a, b in zip(*centered, strict=True)])
    assert sb.metrics.spatial_similarity(real, run) == pytest.approx(expected)


def test_the_mean_map_is_no_pattern():
    """Regions of different means: of values the mean alone would look like a good forecast."""
    real = signals() + 5.0 * np.arange(6)
    mean = np.tile(real.mean(axis=0), (len(real), 1))
    assert sb.metrics.spatial_similarity(real, mean, maps="values") > 0.9
    assert sb.metrics.spatial_similarity(real, mean) == 0.0


def test_samples_without_a_pattern_are_left_out():
    real, run = signals(), signals() + 0.5 * signals(seed=1)
    flat, kept = real.copy(), np.arange(300) != 7
    flat[7] = 0.25
    expected = sb.metrics.spatial_similarity(real[kept], run[kept], maps="values")
    assert sb.metrics.spatial_similarity(flat, run, maps="values") == pytest.approx(expected)
    assert np.isnan(sb.metrics.spatial_similarity(0 * real, run, maps="values"))


def test_pairs_of_regions_are_too_few():
    real = signals(n_regions=2)
    for name in ("spatial_similarity", "cofluctuation"):
        with pytest.raises(NotEnough, match="not 2"):
            getattr(sb.metrics, name)(real, real)
    with pytest.raises(ValueError, match="did you mean 'values'"):
        sb.metrics.spatial_similarity.__wrapped__.__wrapped__(real, real, maps="value")


def test_cofluctuation_sees_moments_and_not_the_network():
    """Equal functional connectivity on average; in one run it rests on one sample in ten."""
    rng = np.random.default_rng(0)
    drive = rng.normal(size=(4000, 1))
    steady = signals(4000) + drive
    bursts = np.where(rng.random((4000, 1)) < 0.1, np.sqrt(10) * drive, 0.0)
    again, bursting = signals(4000, seed=1) + rng.normal(size=(4000, 1)), signals(4000) + bursts
    assert abs(np.corrcoef(steady.T)[0, 1] - np.corrcoef(bursting.T)[0, 1]) < 0.1
    found = sb.metrics.cofluctuation(steady, bursting)
    assert found > 3 * sb.metrics.cofluctuation(steady, again)


def test_which_regions_join_in_does_not_matter_to_cofluctuation():
    real = signals() @ np.random.default_rng(3).normal(size=(6, 6))
    # sums in another order may swap two samples by rounding
    assert sb.metrics.cofluctuation(real, real[:, ::-1]) <= 2 / len(real)
