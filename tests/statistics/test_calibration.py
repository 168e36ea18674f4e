import numpy as np
import pytest

from surrobrain.statistics.calibration import expected_coverage, rank_uniformity, ranks

N_TESTS, N_DRAWS = 400, 99


def simulated(*, scale=1.0, shift=0.0):
    """A posterior of known width, right where scale is 1 and shift 0."""
    rng = np.random.default_rng(0)
    truths = rng.normal(size=(N_TESTS, 2))
    measured = truths + rng.normal(size=(N_TESTS, 2))
    mean, sd = measured / 2, np.sqrt(0.5)
    noise = rng.normal(size=(N_TESTS, N_DRAWS, 2))
    return (mean + shift * sd)[:, None] + scale * sd * noise, truths


def test_right_posteriors_have_uniform_ranks_and_cover():
    draws, truths = simulated()
    found = ranks(draws, truths)
    assert found.min() >= 0
    assert found.max() <= N_DRAWS
    assert (rank_uniformity(found, N_DRAWS) > 0.01).all()
    levels = np.array([0.5, 0.9])
    slack = 4 * np.sqrt(levels * (1 - levels) / N_TESTS)[:, None]
    assert (np.abs(expected_coverage(draws, truths, levels) - levels[:, None]) < slack).all()


@pytest.mark.parametrize("wrong", [{"scale": 0.6}, {"scale": 1.6}, {"shift": 0.4}])
def test_wrong_posteriors_do_not(wrong):
    draws, truths = simulated(**wrong)
    assert (rank_uniformity(ranks(draws, truths), N_DRAWS) < 1e-4).all()


def test_narrow_posteriors_cover_less_and_wide_ones_more():
    level = np.array([0.8])
    narrow, wide = (expected_coverage(*simulated(scale=s), level) for s in (0.5, 2.0))
    assert (narrow < 0.6).all()
    assert (wide > 0.95).all()


def test_bins_may_hold_unequal_numbers_of_ranks():
    even = np.repeat(np.arange(8), 50)[:, None]
    assert rank_uniformity(even, 7, n_bins=3)[0] > 0.5


def test_few_tests_are_refused():
    with pytest.raises(ValueError, match="10 tests or more, but 4"):
        rank_uniformity(np.zeros((4, 1), int), 10)
