import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import surrobrain as sb
from surrobrain.errors import NotEnough
from surrobrain.signals.avalanches import find_avalanches, population_activity
from surrobrain.signals.branching import branching_ratio
from surrobrain.statistics.power_law import fit_power_law


def branching_process(m: float, drive: float, n_times: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    activity = np.empty(n_times)
    now = drive / (1 - m)
    for t in range(n_times):
        now = float(rng.poisson(m * now + drive))
        activity[t] = now
    return activity


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_avalanches_hold_all_events_but_those_at_the_ends(counts):
    activity = np.array(counts, dtype=float)
    found = find_avalanches(activity)
    silent = np.flatnonzero(activity == 0)
    inner = activity[silent[0] : silent[-1]] if len(silent) else activity[:0]
    assert found.sizes.sum() == inner.sum()
    assert found.durations.sum() == (inner > 0).sum()
    assert (found.sizes >= found.durations).all()


def test_a_gap_cuts_an_avalanche_off():
    activity = np.array([0, 2, 1, 0, 1, np.nan, 4, 0, 3, 0])
    np.testing.assert_array_equal(find_avalanches(activity).sizes, [3, 3])


def test_events_are_peaks_or_samples_of_excursions_on_both_sides():
    values = np.zeros((20, 2))
    values[4:7, 0] = 5, 9, 6
    values[9:11, 1] = -7, -8
    peaks = population_activity(values, threshold=1.0)
    samples = population_activity(values, threshold=1.0, events="samples")
    np.testing.assert_array_equal(np.flatnonzero(peaks), [5, 10])
    np.testing.assert_array_equal(np.flatnonzero(samples), [4, 5, 6, 9, 10])


def test_missing_rows_have_no_count_and_constant_regions_no_event():
    values = np.random.default_rng(0).normal(size=(200, 3))
    values[:, 1] = 0.1
    values[50] = np.nan
    found = population_activity(values)
    assert np.isnan(found).nonzero()[0].tolist() == [50]
    alone = population_activity(values[:, [0, 2]])
    np.testing.assert_array_equal(found, alone)


@pytest.mark.parametrize("exponent", [1.5, 2.5, 3.5])
def test_the_exponent_of_a_power_law(exponent):
    """Within three standard errors, and the error is that of repeated samples."""
    rng = np.random.default_rng(0)
    laws = [fit_power_law(rng.zipf(exponent, size=2000)) for _ in range(60)]
    found = np.array([law.exponent for law in laws])
    assert found.mean() == pytest.approx(exponent, abs=3 * found.std() / np.sqrt(60) + 2e-3)
    assert np.mean([law.error for law in laws]) == pytest.approx(found.std(), rel=0.3)
    assert np.median([law.distance for law in laws]) < 0.9 / np.sqrt(2000)


def test_the_distance_tells_another_law():
    other = 1 + np.random.default_rng(0).poisson(20.0, size=2000)
    assert fit_power_law(other).distance > 0.3


def test_critical_branching_has_exponent_three_halves():
    """Total progeny of Poisson(1) branching is Borel: tail x^(-3/2)."""
    rng = np.random.default_rng(0)
    alive, sizes = np.ones(20_000, dtype=np.int64), np.ones(20_000, dtype=np.int64)
    for _ in range(400):  # generations; the few trees that are still alive are cut
        alive = rng.poisson(alive)
        sizes += alive
    law = fit_power_law(sizes[sizes < 10_000], smallest=5)
    assert law.exponent == pytest.approx(1.5, abs=0.05)


def test_a_power_law_refuses_few_values_and_one_size():
    with pytest.raises(NotEnough, match=r"needs 50 values of 1 or more .* 20 arrived"):
        fit_power_law(np.arange(1, 21))
    with pytest.raises(NotEnough, match="99 arrived, all 1"):
        fit_power_law(np.ones(99, dtype=np.int64))


@pytest.mark.parametrize("m", [0.5, 0.9, 0.98])
def test_the_branching_ratio_survives_subsampling(m):
    full = branching_process(m, drive=20 * (1 - m), n_times=100_000)
    seen = np.random.default_rng(1).binomial(full.astype(int), 0.1).astype(float)
    found = branching_ratio(seen)
    assert found.ratio == pytest.approx(m, abs=0.06 if m < 0.9 else 0.02)
    assert found.slopes[0] < 0.75 * m  # what the conventional estimate would say
    assert found.share == pytest.approx(found.slopes[0] / m, rel=0.05)
    assert branching_ratio(full).share == pytest.approx(1.0, abs=0.05)


def test_activity_without_memory_has_no_ratio():
    rng = np.random.default_rng(0)
    ratios = [branching_ratio(rng.poisson(5.0, size=500).astype(float)).ratio for _ in range(60)]
    assert np.isnan(ratios).sum() >= 52  # of 60; at 95 % fewer has probability 0.005
    assert np.isnan(branching_ratio(np.full(500, 3.0)).ratio)


def test_the_branching_ratio_refuses_short_activity():
    with pytest.raises(NotEnough, match="20 lags need 200 pairs"):
        branching_ratio(np.ones(150))
    with pytest.raises(ValueError, match="n_lags must be at least 3"):
        branching_ratio(np.ones(150), n_lags=2)


def test_metrics_refuse_what_is_too_short():
    values = np.random.default_rng(0).normal(size=(100, 4))
    with pytest.raises(NotEnough, match="use a longer recording or another threshold"):
        sb.metrics.avalanche_exponent(values, values, sfreq=1.0)
    with pytest.raises(NotEnough, match="use a longer recording or fewer lags"):
        sb.metrics.branching(values, values, sfreq=1.0)


def test_slower_activity_branches_more():
    from scipy.signal import lfilter

    noise = np.random.default_rng(0).normal(size=(2, 20_000, 5))
    slow, fast = (
        np.asarray(lfilter([1], [1, -a], part, axis=0))
        for a, part in zip((0.95, 0.8), noise, strict=True)
    )
    ratios = [branching_ratio(population_activity(v, events="samples")).ratio for v in (slow, fast)]
    assert ratios[0] > ratios[1] + 0.05
    found = sb.metrics.branching(slow, fast, sfreq=1.0)
    assert found == pytest.approx(ratios[0] - ratios[1], rel=1e-12)
