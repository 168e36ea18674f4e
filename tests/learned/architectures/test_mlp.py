import numpy as np
import pytest
import torch
from scipy.linalg import expm

import surrobrain as sb
from surrobrain.learned import linear_map
from surrobrain.linear.autoregression import solve_autoregression
from surrobrain.linear.leaky_autoregression import solve_leaky_autoregression
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck

N = 8


def cut(x: np.ndarray, memory: int = 1) -> tuple[np.ndarray, np.ndarray]:
    windows = np.stack([x[k : len(x) - memory + k] for k in range(memory)], axis=1)
    return windows, x[memory:]


def process(n_times: int) -> np.ndarray:
    """Euler steps of a tenth of a sample, with independent noise."""
    rng = np.random.default_rng(0)
    drift = 0.35 * rng.normal(size=(N, N)) - np.eye(N)
    noise = rng.normal(size=(10 * n_times, N))
    x, fine = np.zeros(N), []
    for kick in noise:
        x = x + 0.1 * drift @ x + np.sqrt(0.1) * kick
        fine.append(x)
    return np.array(fine[::10])


def test_starts_exactly_as_its_linear_part():
    windows, targets = cut(np.random.default_rng(1).normal(size=(300, 3)), memory=2)
    model = sb.MLP(3, memory=2, hidden=7).double()
    model.warm_start(windows, targets, seed=4)
    expected = linear_map.linear_start(windows, targets).predict(windows)
    np.testing.assert_allclose(
        model(torch.as_tensor(windows)).detach().numpy(), expected, atol=1e-12
    )


def test_seed_draws_the_hidden_layer():
    windows, targets = cut(np.random.default_rng(1).normal(size=(100, 3)))
    drawn = []
    for seed in (0, 0, 1):
        model = sb.MLP(3, memory=1)
        model.warm_start(windows, targets, seed=seed)
        drawn.append(model.inner.weight)
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_linear_start_is_the_process_where_noise_is_independent_in_time():
    windows, targets = cut(process(1500))
    found = linear_map.linear_start(windows, targets).coefficients
    expected = solve_ornstein_uhlenbeck(windows, targets).coefficients
    np.testing.assert_array_equal(found, expected)


def test_linear_start_is_the_regression_where_noise_is_correlated_otherwise():
    rng = np.random.default_rng(0)
    step, mixing = expm(0.5 * rng.normal(size=(N, N)) - np.eye(N)), rng.normal(size=(N, N))
    x = np.zeros((1500, N))
    for t in range(1, 1500):
        x[t] = step @ x[t - 1] + mixing @ rng.normal(size=N)
    windows, targets = cut(x)
    found = linear_map.linear_start(windows, targets).coefficients
    np.testing.assert_array_equal(found, better_regression(windows, targets))


def test_linear_start_does_not_try_the_process_on_many_regions(monkeypatch):
    monkeypatch.setattr(linear_map, "_MOST_REGIONS", 7)
    monkeypatch.setattr(linear_map, "solve_ornstein_uhlenbeck", lambda *_: pytest.fail("tried"))
    windows, targets = cut(process(100))
    expected = better_regression(windows, targets)
    np.testing.assert_array_equal(linear_map.linear_start(windows, targets).coefficients, expected)


def better_regression(windows, targets):
    """Coefficients of that ridge regression which predicts the last fifth better."""
    first = len(windows) - len(windows) // 5

    def error(solve):
        predicted = solve(windows[:first], targets[:first]).predict(windows[first:])
        return np.square(targets[first:] - predicted).mean()

    solve = min((solve_autoregression, solve_leaky_autoregression), key=error)
    return solve(windows, targets).coefficients


def test_own_past_and_neighbors_are_solved_together_where_that_predicts_better():
    """Regions that hold on to a common signal: alone, each takes that signal for its own."""
    rng, x = np.random.default_rng(0), np.zeros((600, N))
    step = 0.2 * np.eye(N) + 0.7 / N
    for t in range(1, 600):
        x[t] = step @ x[t - 1] + rng.normal() + 0.2 * rng.normal(size=N)
    windows, targets = cut(x)
    found = linear_map.linear_start(windows, targets).coefficients
    np.testing.assert_array_equal(found, solve_leaky_autoregression(windows, targets).coefficients)


def test_the_network_counts_once_it_acts():
    model = sb.MLP(3, memory=2, hidden=4)
    assert model.n_active == 3 * (2 * 3 + 1)
    with torch.no_grad():
        model.outer.weight[0, 0] = 1.0
    assert model.n_active == sum(p.numel() for p in model.parameters())


def test_linear_start_takes_short_recordings():
    windows, targets = cut(np.random.default_rng(2).normal(size=(16, 10)))
    expected = better_regression(windows, targets)
    np.testing.assert_array_equal(linear_map.linear_start(windows, targets).coefficients, expected)
