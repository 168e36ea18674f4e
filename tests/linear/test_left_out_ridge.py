import numpy as np
import pytest

from surrobrain.linear.left_out_ridge import left_out_ridge


def test_left_out_errors_are_those_of_fits_without_the_point():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))
    errors = left_out_ridge(x, y)[2]
    # a second fit with the same penalty, found by matching the coefficients
    slopes = left_out_ridge(x, y)[1]
    middle, level = x.mean(axis=0), y.mean(axis=0)

    def fit(x, y, strength):
        a, b = x - x.mean(axis=0), y - y.mean(axis=0)
        return np.linalg.solve(a.T @ a + strength * np.eye(3), a.T @ b)

    strengths = 12 * np.logspace(-4, 4, 17)
    strength = min(strengths, key=lambda s: np.abs(fit(x, y, s) - slopes).max())
    assert fit(x, y, strength) == pytest.approx(slopes)
    design = np.column_stack([np.ones(12), x - middle])
    penalty = np.diag([0.0, *[strength] * 3])
    for k in range(12):
        kept = np.arange(12) != k
        a, b = design[kept], y[kept] - level
        found = np.linalg.solve(a.T @ a + penalty, a.T @ b)
        assert errors[k] == pytest.approx(y[k] - level - design[k] @ found)


def test_noise_is_shrunk_away_and_signal_is_kept():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(60, 40))
    assert np.abs(left_out_ridge(x, rng.normal(size=(60, 1)))[1]).max() < 0.05
    constant, slopes, errors = left_out_ridge(x, x[:, :1] * 3 + 2)
    assert slopes[0, 0] == pytest.approx(3, abs=0.01)
    assert constant == pytest.approx([2], abs=0.01)
    assert np.abs(errors).max() < 0.1
