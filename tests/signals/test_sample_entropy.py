import math

import numpy as np
import pytest

from surrobrain.errors import NotEnough
from surrobrain.signals.sample_entropy import sample_entropy


def literal(x: np.ndarray, length: int, tolerance: float) -> float:
    """Pair by pair, as Richman and Moorman have it."""
    radius, n = tolerance * x.std(), len(x) - length
    counts = []
    for m in (length, length + 1):
        patterns = np.stack([x[k : k + m] for k in range(n)])
        apart = np.abs(patterns[:, None] - patterns).max(axis=2)
        counts.append((apart <= radius).sum() - n)
    return float(-np.log(counts[1] / counts[0]))


def test_white_noise():
    noise = np.random.default_rng(0).normal(size=(10_000, 1))
    assert sample_entropy(noise)[0] == pytest.approx(-math.log(math.erf(0.1)), abs=0.03)


@pytest.mark.parametrize(("length", "tolerance"), [(1, 0.3), (2, 0.2), (3, 0.5)])
def test_agrees_with_the_original_recipe(length, tolerance):
    x = np.random.default_rng(1).normal(size=(400, 2)).cumsum(axis=0)
    expected = [literal(column, length, tolerance) for column in x.T]
    assert sample_entropy(x, length=length, tolerance=tolerance) == pytest.approx(expected)


def test_a_repetition_is_nothing_new_and_units_do_not_matter():
    wave = np.tile([0.0, 3.0, 7.0, 12.0], 150)[:, None]
    assert sample_entropy(wave)[0] == 0.0
    noise = np.random.default_rng(0).normal(size=(500, 1))
    assert sample_entropy(5 - 100 * noise) == pytest.approx(sample_entropy(noise))


def test_no_pattern_crosses_a_gap():
    x = np.random.default_rng(0).normal(size=(600, 1))
    gappy = np.insert(x, 300, np.full((1, 1), np.nan), axis=0)
    assert sample_entropy(gappy) == pytest.approx(sample_entropy(x), abs=0.05)
    gappy[301:] += 1e-9
    assert np.isfinite(sample_entropy(gappy)).all()


def test_constant_and_short_signals():
    x = np.random.default_rng(0).normal(size=(300, 2))
    x[:, 0] = 2.0
    assert np.isnan(sample_entropy(x)).tolist() == [True, False]
    with pytest.raises(NotEnough, match="needs 200 patterns of 3 samples, but the 150"):
        sample_entropy(x[:150])
