import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.inverse.losses import multi_step
from surrobrain.learned.architectures import DaleRNN
from surrobrain.training.options import Training

PUBLISHED = 0.898  # E/I network of 50 units on the same input, output and task


def response_r2(model, recording, n_steps=20):
    """R2 of runs that start anew from the observed output every so many samples."""
    y, u, memory = recording.values, recording.inputs, model.memory
    found, real = [], []
    for first in range(memory, recording.n_times - n_steps, n_steps):
        state, block = model.state_from(y[first - memory : first]), slice(first, first + n_steps)
        found.append(model.without_noise().run(n_steps, state=state, drive=u[block]).values)
        real.append(y[block])
    left, real = np.concatenate(real) - np.concatenate(found), np.concatenate(real)
    return float((1 - np.square(left).mean(axis=0) / real.var(axis=0)).mean())


@pytest.fixture(scope="module")
def recording():
    """A network of its own kind, driven by two inputs that no linear map follows."""
    rng, truth = np.random.default_rng(0), DaleRNN(3, n_states=10, n_inputs=2)
    with torch.no_grad():
        truth.magnitude.copy_(torch.as_tensor(rng.gamma(2.0, 0.05, size=(10, 10))))
        truth.keep.fill_(0.7)
        truth.bias.copy_(-truth.weights.sum(dim=1))
        truth.drive.copy_(torch.as_tensor(rng.normal(size=(10, 2))))
        truth.gate.copy_(torch.as_tensor(rng.normal(size=(10, 2))))
        truth.readout.copy_(torch.as_tensor(rng.normal(size=(3, 10))))
        u, state, x = rng.normal(size=(1500, 2)), torch.zeros(1, 10), []
        for row in torch.as_tensor(u, dtype=torch.float32):
            state = truth.step(state, None, row[None])
            x.append(truth.observe(state)[0].numpy())
    return sb.Recording(np.array(x), sfreq=1.0).with_inputs(u)


@pytest.fixture(scope="module")
def fitted(recording):
    start = DaleRNN(3, memory=4, n_inputs=2, n_states=20)
    training = Training(epochs=25, batch=64, rate=1e-2)
    return sb.fit(start, recording.split(0.8)[0], loss=multi_step(8), training=training)


def test_predicts_a_network_of_its_own_kind_better_than_a_linear_map(recording, fitted):
    train, test = recording.split(0.8)
    linear = sb.fit(sb.LinearVAR(3, memory=4, n_inputs=2), train).model
    ours, theirs = (1 - response_r2(m, test) for m in (fitted.model, linear))
    assert ours < 0.6 * theirs


def test_signs_survive_training(fitted):
    architecture = fitted.model.architecture
    assert fitted.stopped_at > 0
    weights = architecture.weights.detach()
    assert (weights[:, :16] >= 0).all()
    assert (weights[:, 16:] <= 0).all()
    slope = torch.func.jacrev(lambda z: architecture.step(z[None])[0] - architecture.keep * z)
    every = slope(torch.linspace(-1, 1, 20))
    assert (every[:, :16] >= 0).all()
    assert (every[:, 16:] <= 0).all()


def test_the_start_holds_signs_and_beats_persistence_on_nearly_persistent_signals():
    rng = np.random.default_rng(0)
    x = np.cumsum(rng.normal(size=(400, 6)), axis=0) * 0.1
    x = 0.9 * x - 0.9 * x.mean(axis=0) + rng.normal(size=x.shape)
    result = sb.fit(
        DaleRNN(6, excitatory=0.8), sb.Recording(x, sfreq=1.0), training=Training(epochs=0)
    )
    assert result.history.validation[0] < result.history.persistence
    assert (result.model.architecture.weights[:, -2:] < 0).all()


def test_a_pair_per_region_starts_as_the_linear_map_with_both_signs():
    rng, x = np.random.default_rng(0), np.zeros((600, 4))
    step = 0.5 * np.eye(4) + 0.3 * np.array([[0, 1, -1, 0], [0, 0, 1, -1], [-1, 0, 0, 1], [1] * 4])
    for t in range(1, len(x)):
        x[t] = 0.8 * step @ x[t - 1] + rng.normal(size=4)
    result = sb.fit(DaleRNN(4), sb.Recording(x, sfreq=1.0), training=Training(epochs=0))
    weights = result.model.architecture.weights.detach()
    assert (weights[:, :4] > 0).all()
    assert (weights[:, 4:] < 0).all()
    assert result.history.one_step < 1.002 * result.history.linear_var


def test_a_perturbed_sample_is_a_perturbed_state(fitted):
    architecture = fitted.model.architecture
    windows = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0))
    more = torch.tensor([[0.3, -0.2, 0.1]])
    state = architecture.step(architecture.encode(windows), more.expand(5, 3))
    quiet = architecture.step(architecture.encode(windows))
    torch.testing.assert_close(architecture.observe(state), architecture.observe(quiet) + more)
    smallest = torch.linalg.pinv(architecture.readout) @ more[0]
    torch.testing.assert_close(state - quiet, smallest.expand(5, -1), atol=1e-5, rtol=1e-4)


def test_units_default_to_one_of_each_sign_per_region():
    assert DaleRNN(80).n_states == 160
    assert int((DaleRNN(80).signs > 0).sum()) == 80
    assert DaleRNN(80, excitatory=0.8).n_states == 100
    assert int((DaleRNN(80, n_states=100).signs > 0).sum()) == 80
    assert int((DaleRNN(10, excitatory=1.0).signs > 0).sum()) == 10


@pytest.mark.slow
def test_reaches_the_published_response_of_a_stimulated_network(shared):
    folder = shared("dynamics/wc_stim")
    values, inputs = np.load(folder / "output.npy"), np.load(folder / "input.npy")
    whole = sb.Recording(values, sfreq=1.0).with_inputs(inputs)
    train, test = whole.crop(200.0, 11200.0), whole.crop(11200.0)
    start = DaleRNN(4, memory=4, n_inputs=4, n_states=50)
    training = Training(epochs=120, batch=128, rate=1e-2, patience=40)
    model = sb.fit(start, train, loss=multi_step(20), training=training).model
    assert response_r2(model, test) >= PUBLISHED
