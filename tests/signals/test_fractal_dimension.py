import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from surrobrain.errors import NotEnough
from surrobrain.signals.fractal_dimension import fractal_dimension


def literal(x: np.ndarray, longest: int) -> float:
    """Higuchi's own recipe, phase by phase."""
    n, lengths = len(x), []
    for k in range(1, longest + 1):
        phases = []
        for m in range(k):
            path = x[m::k]
            phases.append(np.abs(np.diff(path)).sum() * (n - 1) / ((len(path) - 1) * k) / k)
        lengths.append(np.mean(phases))
    return float(-np.polyfit(np.log(np.arange(1, longest + 1)), np.log(lengths), 1)[0])


def test_line_brownian_motion_and_white_noise():
    noise = np.random.default_rng(0).normal(size=(100_000, 1))
    line = np.linspace(0, 1, len(noise))[:, None]
    found = fractal_dimension(np.hstack([line, noise.cumsum(axis=0), noise]))
    assert found == pytest.approx([1.0, 1.5, 2.0], abs=0.01)


@given(seed=st.integers(0, 100), longest=st.integers(2, 12))
def test_agrees_with_the_original_recipe(seed, longest):
    x = np.random.default_rng(seed).normal(size=2000).cumsum()
    expected = literal(x, longest)
    found = fractal_dimension(x[:, None], longest=longest)[0]
    assert found == pytest.approx(expected, abs=2e-3)


def test_no_step_crosses_a_gap():
    walk = np.random.default_rng(0).normal(size=(4000, 1)).cumsum(axis=0)
    whole = fractal_dimension(walk)[0]
    torn = walk + np.where(np.arange(4000)[:, None] < 2000, 0.0, 1e6)
    assert fractal_dimension(torn)[0] < whole - 0.3  # the jump is a feature, unless it is a gap
    torn[1999] = np.nan
    torn = np.insert(torn, 2000, np.full((8, 1), np.nan), axis=0)
    assert fractal_dimension(torn)[0] == pytest.approx(whole, abs=0.01)


def test_a_constant_has_none_and_a_short_signal_is_refused():
    values = np.random.default_rng(0).normal(size=(100, 2))
    values[:, 0] = 3.0
    found = fractal_dimension(values)
    assert np.isnan(found).tolist() == [True, False]
    with pytest.raises(NotEnough, match="needs 18 samples in a row, but 12 arrived"):
        fractal_dimension(values[:12])
