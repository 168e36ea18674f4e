"""The shallow network on systems whose dynamics are known."""

import numpy as np
import pytest

import surrobrain as sb


def test_bounded_where_its_leaks_are_below_one():
    rng = np.random.default_rng(0)
    model = sb.architectures.ShallowPLRNN(2, hidden=20).double()
    import torch

    with torch.no_grad():
        for p in model.parameters():
            p.copy_(torch.as_tensor(rng.normal(size=tuple(p.shape))))
        model.leak.copy_(torch.tensor([0.9, -0.8]))
        state = torch.full((1, 2), 1e6, dtype=torch.float64)
        values, _ = model.unroll(state, 2000)
    assert values[0, -100:].abs().max() < 1e4


def test_a_limit_cycle_is_learned_from_noisy_samples():
    rng = np.random.default_rng(0)
    angle = 2 * np.pi * np.arange(6000) / 25
    circle = np.stack([np.cos(angle), np.sin(angle) + 0.3 * np.cos(2 * angle)], axis=1)
    noisy = sb.Recording(circle + 0.05 * rng.normal(size=circle.shape), sfreq=25.0)
    fast = sb.Training(epochs=40, batch=16, steps=30, optimizer="radam", rate=1e-2, clip=10.0,
                       schedule="exponential", patience=40)  # fmt: skip
    model = sb.fit(sb.architectures.ShallowPLRNN(2, hidden=40), noisy, training=fast).model
    run = model.without_noise().run(2500, state=model.state_from(circle[:1])).values[500:]
    spectrum = np.abs(np.fft.rfft(run[:, 0] - run[:, 0].mean()))
    assert spectrum.argmax() == 2000 / 25  # its frequency, after 20 periods without data
    assert run.std(axis=0) == pytest.approx(circle.std(axis=0), rel=0.1)


def seen_by(sensors: int, *, noise: float) -> sb.Recording:
    """Return three states that decay and turn, mixed into many sensors."""
    rng = np.random.default_rng(0)
    step, x = np.array([[0.9, 0.2, 0.0], [-0.2, 0.9, 0.0], [0.1, 0.0, 0.7]]), np.zeros((2000, 3))
    for t in range(1, len(x)):
        x[t] = step @ x[t - 1] + rng.normal(size=3)
    mixed = x @ rng.normal(size=(3, sensors))
    return sb.Recording(5.0 + mixed + noise * rng.normal(size=mixed.shape), sfreq=1.0)


def test_components_stand_for_many_regions():
    recording = seen_by(12, noise=0.01)
    fast = sb.Training(epochs=0)
    result = sb.fit(sb.architectures.ShallowPLRNN(12, components=3), recording, training=fast)
    inside = result.model.architecture
    assert inside.n_states == 3
    assert result.history.one_step == pytest.approx(result.history.linear_var, rel=0.01)
    import torch

    window = torch.as_tensor((recording.values[:50] - result.model.center) / result.model.scale)
    states = inside.encode(window[:, None])
    torch.testing.assert_close(inside.encode(inside.observe(states)[:, None]), states)
    torch.testing.assert_close(inside.observe(states), window, rtol=0, atol=0.02)


def test_components_are_saved_with_the_model(tmp_path):
    recording = seen_by(6, noise=0.1)
    fast = sb.Training(epochs=1, batch=64)
    model = sb.fit(sb.architectures.ShallowPLRNN(6, hidden=8, components=2), recording,
                   training=fast).model  # fmt: skip
    sb.save_model(model, tmp_path / "model")
    again = sb.load_model(tmp_path / "model")
    np.testing.assert_array_equal(again.run(20, seed=1).values, model.run(20, seed=1).values)


def test_more_components_than_regions_are_refused():
    with pytest.raises(ValueError, match="components=4 are more than the 3 regions"):
        sb.architectures.ShallowPLRNN(3, components=4)


@pytest.mark.slow
def test_lorenz_is_learned_from_noisy_samples(shared):
    folder = shared("dynamics/dsr")
    noisy = np.load(folder / "lorenz63_gtf_train_noisy5pct.npy")
    clean = np.load(folder / "lorenz63_gtf_test.npy")
    train, test = (sb.Recording(x, 100.0, ["x", "y", "z"]) for x in (noisy, clean))
    model = sb.fit(sb.architectures.ShallowPLRNN(3), train, seed=0).model.without_noise()
    run = model.run(125_000, state=model.state_from(clean[:1])).values[25_000:]
    assert sb.metrics.state_space_divergence(clean, run) <= 0.5
    assert sb.metrics.spectral_hellinger(clean, run, sfreq=100.0) <= 0.09
    assert sb.prediction_error(model, test, n_steps=20).squared["model"][-1] <= 1.5e-3
    found = sb.lyapunov_spectrum(model, duration=200.0, n_exponents=1, n_runs=32)
    assert found.exponents[0] == pytest.approx(0.9056, abs=0.06)


def test_a_longer_memory_is_refused():
    with pytest.raises(ValueError, match="memory 1, its sample being its state, but 3 arrived"):
        sb.architectures.ShallowPLRNN(3, memory=3)
