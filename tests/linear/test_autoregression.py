import numpy as np
import pytest
from sklearn.linear_model import Ridge

from surrobrain.linear.autoregression import choose_ridge, solve_autoregression

TRUE = np.array([[0.5, 0.3, 0.0], [0.0, 0.6, -0.2], [0.1, 0.0, 0.4]])


def series(n_times: int, *, seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(size=(n_times, 3))
    x = np.zeros((n_times, 3))
    for t in range(1, n_times):
        x[t] = TRUE @ x[t - 1] + noise[t] + 0.5
    return x


def cut(x: np.ndarray, memory: int) -> tuple[np.ndarray, np.ndarray]:
    windows = np.stack([x[k : len(x) - memory + k] for k in range(memory)], axis=1)
    return windows, x[memory:]


@pytest.mark.parametrize("memory", [1, 3])
def test_without_penalty_it_is_least_squares(memory):
    windows, targets = cut(series(400), memory)
    found = solve_autoregression(windows, targets, ridge=0.0)
    design = np.column_stack([windows.reshape(len(windows), -1), np.ones(len(windows))])
    expected = np.linalg.lstsq(design, targets, rcond=None)[0]
    np.testing.assert_allclose(found.predict(windows), design @ expected, atol=1e-10)
    np.testing.assert_allclose(found.coefficients[-1].T, expected[-4:-1], atol=1e-10)


def test_recovers_a_known_matrix():
    found = solve_autoregression(*cut(series(50_000), 1))
    np.testing.assert_allclose(found.coefficients[0], TRUE, atol=0.02)


def test_penalty_is_ridge_around_each_regions_own_past():
    windows, targets = cut(series(300), 2)
    found = solve_autoregression(windows, targets, ridge=50.0)
    past, future = windows - windows.mean(axis=0), targets - targets.mean(axis=0)
    own = np.column_stack(
        [past[:, :, i] @ np.linalg.lstsq(past[:, :, i], future[:, i])[0] for i in range(3)]
    )
    second = Ridge(alpha=50.0, fit_intercept=False).fit(past.reshape(len(past), -1), future - own)
    expected = own + second.predict(past.reshape(len(past), -1)) + targets.mean(axis=0)
    np.testing.assert_allclose(found.predict(windows), expected, atol=1e-10)


def test_endless_penalty_leaves_regions_alone():
    found = solve_autoregression(*cut(series(300), 1), ridge=1e12)
    off_diagonal = found.coefficients[0][~np.eye(3, dtype=bool)]
    assert abs(off_diagonal).max() < 1e-6
    assert np.diag(found.coefficients[0]).min() > 0.2


def test_more_data_choose_less_penalty_relative_to_their_number():
    short, long = cut(series(40), 1), cut(series(20_000), 1)
    assert choose_ridge(*long) / len(long[0]) < choose_ridge(*short) / len(short[0])


def test_too_few_windows_are_refused():
    with pytest.raises(ValueError, match="at least 10 windows, but 4 arrived"):
        solve_autoregression(*cut(series(5), 1))
