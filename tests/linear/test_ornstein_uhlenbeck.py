import numpy as np
import pytest
from scipy.linalg import expm, solve_continuous_lyapunov
from scipy.optimize import check_grad

from surrobrain.errors import NotConverged
from surrobrain.linear import ornstein_uhlenbeck as module
from surrobrain.linear.autoregression import solve_autoregression
from surrobrain.linear.ornstein_uhlenbeck import solve_ornstein_uhlenbeck

N = 6


@pytest.fixture(scope="module")
def drift():
    return 0.35 * np.random.default_rng(1).normal(size=(N, N)) - np.eye(N)


def process(drift: np.ndarray, *, seed: int) -> np.ndarray:
    """Sample the process exactly; its covariance comes from the Lyapunov equation."""
    step = expm(drift)
    settled = solve_continuous_lyapunov(drift, -np.diag([1.0, 1, 1, 4, 4, 4]))
    covariance = settled - step @ settled @ step.T
    noise = np.random.default_rng(seed).normal(size=(2000, N)) @ np.linalg.cholesky(covariance).T
    x = np.zeros((2000, N))
    for t in range(1, 2000):
        x[t] = step @ x[t - 1] + noise[t]
    return x[100:]


@pytest.fixture(scope="module")
def samples(drift):
    return process(drift, seed=0)


def test_gradient_is_exact(samples):
    past, future = samples[:-1], samples[1:]
    moments = tuple(
        a.T @ b / len(past) for a, b in ((past, past), (future, past), (future, future))
    )
    start = module._start(*moments)

    def value(p):
        return module._negative_log_likelihood(p, *moments)[0]

    def gradient(p):
        return module._negative_log_likelihood(p, *moments)[1]

    assert check_grad(value, gradient, start) < 1e-4 * np.linalg.norm(gradient(start))


def test_is_closer_to_the_truth_than_least_squares(drift):
    squares = np.zeros(2)
    for seed in range(5):
        x = process(drift, seed=seed)
        likely = solve_ornstein_uhlenbeck(x[:-1, None], x[1:])
        least = solve_autoregression(x[:-1, None], x[1:], ridge=0.0)
        squares += [np.square(m.coefficients[0] - expm(drift)).sum() for m in (likely, least)]
    assert squares[0] < 0.85 * squares[1]
    assert np.sqrt(squares[0] / 5) / N < 0.05


def test_older_samples_do_not_act(samples):
    windows = np.stack([samples[:-2], samples[1:-1]], axis=1)
    assert not solve_ornstein_uhlenbeck(windows, samples[2:]).coefficients[0].any()


def test_too_few_windows_are_refused():
    x = np.random.default_rng(0).normal(size=(20, 10))
    with pytest.raises(NotConverged, match=r"10 regions need at least 20 windows .* 19 arrived"):
        solve_ornstein_uhlenbeck(x[:-1, None], x[1:])


def test_a_line_search_that_goes_too_far_is_silent(monkeypatch):
    monkeypatch.setattr(module, "_start", lambda *moments: np.full(N * N + N, 60.0))
    x = np.random.default_rng(0).normal(size=(100, N))
    with pytest.raises(NotConverged):  # warnings are errors in these tests
        solve_ornstein_uhlenbeck(x[:-1, None], x[1:])
