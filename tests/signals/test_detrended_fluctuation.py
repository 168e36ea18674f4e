import numpy as np
import pytest

from surrobrain.errors import NotEnough
from surrobrain.signals.detrended_fluctuation import detrended_fluctuation


def noises(n: int = 2**16) -> np.ndarray:
    """White, pink and brown noise."""
    rng = np.random.default_rng(0)
    white = rng.normal(size=n)
    waves, cycles = np.fft.rfft(rng.normal(size=n)), np.fft.rfftfreq(n)
    pink = np.fft.irfft(waves / np.sqrt(np.where(cycles > 0, cycles, 1.0)), n)
    return np.stack([white, pink, rng.normal(size=n).cumsum()], axis=1)


def literal(x: np.ndarray, size: int) -> float:
    """Peng's own recipe: one running sum, then a line per window."""
    profile = np.cumsum(x - x.mean())
    squares = []
    for first in range(0, len(x) - size + 1, size):
        piece, t = profile[first : first + size], np.arange(size)
        squares.append(np.square(piece - np.polyval(np.polyfit(t, piece, 1), t)).mean())
    return float(np.sqrt(np.mean(squares)))


def test_white_pink_and_brown():
    assert detrended_fluctuation(noises()) == pytest.approx([0.5, 1.0, 1.5], abs=0.04)


def test_agrees_with_the_original_recipe():
    values = noises(4000)
    sizes = np.unique(np.geomspace(10, 200, 16).round().astype(int))
    for k in range(3):
        logs = np.log([literal(values[:, k], s) for s in sizes])
        expected = np.polyfit(np.log(sizes), logs, 1)[0]
        found = detrended_fluctuation(values, shortest=10, longest=200)[k]
        assert found == pytest.approx(expected, abs=1e-9)


def test_trend_and_unit_do_not_matter_and_no_window_crosses_a_gap():
    values = noises(8000)
    expected = detrended_fluctuation(values, longest=200)
    assert detrended_fluctuation(3 - 7 * values, longest=200) == pytest.approx(expected)
    torn = np.insert(values, 4000, np.full((50, 3), np.nan), axis=0)
    torn[4050:] += 1e6
    # windows after the gap begin elsewhere; across it the jump would outweigh everything
    assert detrended_fluctuation(torn, longest=200) == pytest.approx(expected, abs=0.02)


def test_a_constant_has_none_and_a_short_signal_is_refused():
    values = noises(500)
    values[:, 1] = 4.0
    assert np.isnan(detrended_fluctuation(values)).tolist() == [False, True, False]
    with pytest.raises(NotEnough, match="need 4 windows of 16 samples"):
        detrended_fluctuation(values[:100])
