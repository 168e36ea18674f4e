import numpy as np
import pytest

from surrobrain.linear.autoregression import solve_autoregression
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression

N = 5


def recorded(n_times, memory, n_inputs=0, seed=0):
    """Regions that keep something and hear a common signal, under noise."""
    rng = np.random.default_rng(seed)
    u, x = rng.normal(size=(n_times, n_inputs)), np.zeros((n_times, N))
    step, effect = 0.3 * np.eye(N) + 0.5 / N, rng.normal(size=(N, n_inputs))
    for t in range(1, n_times):
        x[t] = 2.0 + step @ x[t - 1] + effect @ u[t] + rng.normal() + 0.3 * rng.normal(size=N)
    windows = np.stack([x[k : n_times - memory + k] for k in range(memory)], axis=1)
    return windows, x[memory:], u[memory:]


@pytest.mark.parametrize("memory", [1, 3])
def test_it_minimizes_what_it_says(memory):
    """Against one augmented least squares per region: penalized columns get rows of their own."""
    windows, targets, _ = recorded(300, memory)
    found, ridge = solve_leaky_autoregression(windows, targets, ridge=40.0), 40.0
    flat = windows.reshape(len(windows), -1)
    x = np.column_stack([flat, np.ones(len(flat))])
    for i in range(N):
        price = np.full(x.shape[1], np.sqrt(ridge))
        price[i : memory * N : N] = price[-1] = 0.0
        rows = np.vstack([x, np.diag(price)])
        solved = np.linalg.lstsq(rows, np.concatenate([targets[:, i], np.zeros(len(price))]))[0]
        np.testing.assert_allclose(found.coefficients[:, i].ravel(), solved[:-1], atol=1e-9)
        assert found.intercept[i] == pytest.approx(solved[-1], abs=1e-8)


@pytest.mark.parametrize("ridge", [0.0, 1e12])
def test_without_a_penalty_or_with_an_infinite_one_it_is_the_other_regression(ridge):
    windows, targets, _ = recorded(400, 2)
    ours, theirs = (
        solve(windows, targets, ridge=ridge).coefficients
        for solve in (solve_leaky_autoregression, solve_autoregression)
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_inputs_are_free_too():
    windows, targets, drives = recorded(500, 1, n_inputs=2)
    ours, theirs = (
        solve(windows, targets, drives=drives, ridge=0.0)
        for solve in (solve_leaky_autoregression, solve_autoregression)
    )
    np.testing.assert_allclose(ours.drive, theirs.drive, atol=1e-8)
    np.testing.assert_allclose(ours.intercept, theirs.intercept, atol=1e-8)
    shrunk = solve_leaky_autoregression(windows, targets, drives=drives, ridge=50.0)
    np.testing.assert_allclose(shrunk.drive, theirs.drive, atol=0.1)


def test_it_predicts_new_samples_better_where_many_neighbors_share_a_signal():
    """As in BOLD: alone, a region takes the common signal for its own past."""
    rng, n = np.random.default_rng(0), 40
    step, x = 0.2 * np.eye(n) + 0.7 / n, np.zeros((5000, n))
    for t in range(1, len(x)):
        x[t] = step @ x[t - 1] + rng.normal() + 0.5 * rng.normal(size=n)
    windows, targets = x[:-1, None], x[1:]
    errors = [
        np.square(targets[400:] - solve(windows[:400], targets[:400]).predict(windows[400:]))
        for solve in (solve_leaky_autoregression, solve_autoregression)
    ]
    least = np.square(targets[400:] - windows[400:, 0] @ step.T).mean()
    ours, theirs = (each.mean() - least for each in errors)
    assert ours < 0.8 * theirs
