"""Examples: their truth is what they say."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_discrete_lyapunov
from scipy.stats import normaltest

import surrobrain as sb
from surrobrain.data.examples import linear_network, lorenz, ring, small_world


def test_offered_at_the_top() -> None:
    assert sb.examples.ring(4).n_regions == 4


@settings(max_examples=20, deadline=None)
@given(n=st.integers(3, 40))
def test_ring(n: int) -> None:
    connectome = ring(n)
    assert connectome.symmetric
    assert (connectome.weights.sum(axis=1) == 2).all()
    assert connectome.lengths is not None
    np.testing.assert_allclose(connectome.lengths[connectome.weights == 1], 30.0)
    assert connectome.lengths.max() <= 30.0 / np.sin(np.pi / n) + 1e-9
    np.testing.assert_array_equal(np.diag(connectome.lengths), 0.0)


def test_ring_needs_three() -> None:
    with pytest.raises(ValueError, match="n_regions must be at least 3"):
        ring(2)


@settings(max_examples=20, deadline=None)
@given(half=st.integers(5, 40), density=st.floats(0.1, 1.0), seed=st.integers(0, 9))
def test_small_world(half: int, density: float, seed: int) -> None:
    connectome = small_world(2 * half, density=density, seed=seed)
    assert connectome.density == pytest.approx(density, abs=1 / (2 * half))
    assert connectome.weights.max() == 1.0
    assert (connectome.weights >= 0).all()
    assert (np.diag(connectome.weights) == 0).all()
    assert not connectome.symmetric
    lengths = connectome.lengths
    assert lengths is not None
    np.testing.assert_allclose(lengths, lengths.T)
    assert lengths.max() < 1.2 * 2 * 85.0 * 1.2
    assert lengths[~np.eye(2 * half, dtype=bool)].min() > 0
    connectome.delays(5.0)  # every connection has a length


def test_small_world_looks_like_a_brain() -> None:
    connectome = small_world(60, density=1.0, seed=1)
    weights, lengths = connectome.weights, connectome.lengths
    assert lengths is not None
    pairs = ~np.eye(60, dtype=bool)
    logs = np.log(weights[pairs])
    slope = np.polyfit(lengths[pairs] / 1.2, logs, 1)[0]
    assert -1 / slope == pytest.approx(30.0, rel=0.25)  # reach in mm
    left = slice(0, 30)
    within, across = weights[left, left].sum(), weights[left, 30:].sum()
    assert within > 2 * across  # hemispheres are modules
    strengths = weights.sum(axis=0)
    assert strengths.max() > 2.5 * np.median(strengths)  # hubs
    mirrored = weights[np.arange(30), np.arange(30) + 30]
    assert np.median(mirrored) > 2 * np.median(weights[left, 30:])
    assert connectome.names[29:31] == ("L_30", "R_01")


def test_same_seed_same_numbers() -> None:
    for make in (
        lambda seed: small_world(10, seed=seed).weights,
        lambda seed: linear_network(4, duration=5.0, seed=seed).recording.values,
        lambda seed: lorenz(duration=1.0, seed=seed).values,
    ):
        np.testing.assert_array_equal(make(3), make(3))
        assert not np.array_equal(make(3), make(4))


def test_small_world_needs_two_sides() -> None:
    with pytest.raises(ValueError, match="n_regions must be even"):
        small_world(7)


def test_linear_network_has_the_covariance_of_its_truth() -> None:
    example = linear_network(6, duration=20_000.0, noise=2.0, memory=0.8, seed=0)
    truth = example.effective_connectivity
    expected = solve_discrete_lyapunov(truth, example.noise**2 * np.eye(6))
    values = example.recording.values
    deviation = np.abs(np.cov(values.T) - expected) / np.sqrt(
        np.outer(np.diag(expected), np.diag(expected))
    )
    assert deviation.max() < 0.02


def test_linear_network_is_recovered_by_least_squares() -> None:
    example = linear_network(6, duration=20_000.0, seed=1)
    values = example.recording.values
    fitted = np.linalg.lstsq(values[:-1], values[1:], rcond=None)[0].T
    np.testing.assert_allclose(fitted, example.effective_connectivity, atol=0.01)
    residuals = values[1:] - values[:-1] @ example.effective_connectivity.T
    np.testing.assert_allclose(residuals.std(axis=0), example.noise, rtol=0.02)
    assert normaltest(residuals.ravel()[:5000]).pvalue > 1e-3


def test_linear_network_acts_only_where_wired() -> None:
    example = linear_network(20, duration=10.0, seed=2)
    off = ~np.eye(20, dtype=bool)
    wired = example.connectome.weights > 0
    acting = example.effective_connectivity != 0
    np.testing.assert_array_equal(acting[off], wired[off])
    assert (example.effective_connectivity[off] < 0).any()
    assert example.recording.names == example.connectome.names


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.99])
def test_linear_network_memory_is_its_spectral_radius(memory: float) -> None:
    truth = linear_network(8, duration=5.0, memory=memory, seed=0).effective_connectivity
    assert np.abs(np.linalg.eigvals(truth)).max() == pytest.approx(memory)


@pytest.mark.parametrize("memory", [1.0, -0.1, float("nan")])
def test_linear_network_must_be_stable(memory: float) -> None:
    with pytest.raises(ValueError, match=r"memory must be between 0 and 0\.999"):
        linear_network(memory=memory)


def test_lorenz_stays_on_its_attractor() -> None:
    values = lorenz(duration=60.0, seed=0).values
    np.testing.assert_allclose(values[:, 2].mean(), 23.55, atol=1.0)
    assert np.abs(values[:, 0]).max() < 21
    assert np.abs(values[:, :2].mean()) < 6


def test_lorenz_obeys_its_equation() -> None:
    values = lorenz(duration=10.0, sfreq=500.0).values
    slope = (values[2:] - values[:-2]) * 250.0
    x, y, z = values[1:-1].T
    truth = np.stack([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z], axis=1)
    assert np.abs(slope - truth).max() < 2e-3 * np.abs(truth).max()


def test_lorenz_diverges_at_its_lyapunov_exponent() -> None:
    from surrobrain.data.examples import _runge_kutta

    state = lorenz(duration=0.02, seed=1).values[-1]
    rng = np.random.default_rng(0)
    near = state + 1e-8 * rng.normal(size=3)
    step, total, n_steps = 0.005, 0.0, 12_000
    for _ in range(n_steps):
        state, near = _runge_kutta(state, step), _runge_kutta(near, step)
        distance = float(np.linalg.norm(near - state))
        total += np.log(distance / 1e-8)
        near = state + (near - state) * 1e-8 / distance
    # the first step is counted from the norm of a random offset, 1e-8 on the average
    assert total / (n_steps * step) == pytest.approx(0.9056, abs=0.06)
