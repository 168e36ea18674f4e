import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

import surrobrain as sb
from surrobrain.inverse.losses import generalized_teacher_forcing, multi_step
from surrobrain.learned.architectures import LowRankRNN
from surrobrain.learned.windows import training_windows
from surrobrain.training.options import Training

N, KEEP = 12, 0.7


@pytest.fixture(scope="module")
def truth():
    """Two patterns that turn into each other: the noisy rest is a limit cycle."""
    rng = np.random.default_rng(0)
    outer = np.linalg.qr(rng.normal(size=(N, 2)))[0]
    turn = np.array([[0.5, -0.6], [0.6, 0.5]])
    return outer, 0.7 * outer @ turn.T


@pytest.fixture(scope="module")
def recording(truth):
    outer, inner = truth
    rng, z = np.random.default_rng(1), np.zeros((3000, N))
    for t in range(1, len(z)):
        z[t] = KEEP * z[t - 1] + outer @ inner.T @ np.tanh(z[t - 1]) + 0.3 * rng.normal(size=N)
    return sb.Recording(z, sfreq=1.0)


def test_recovers_patterns_of_its_own_kind(recording, truth):
    outer, inner = truth
    fitted = sb.fit(LowRankRNN(N, rank=2), recording)
    architecture, scale = fitted.model.architecture, fitted.model.scale
    writes = architecture.outer.detach().numpy() * scale[:, None]
    assert np.rad2deg(subspace_angles(writes, outer)).max() < 5
    slopes = (1 - np.tanh(recording.values) ** 2).mean(axis=0)
    found = sb.effective_connectivity(fitted.model, recording).weights
    off = ~np.eye(N, dtype=bool)  # what a region does to itself, keep may take over
    assert np.corrcoef(found[off], (outer @ inner.T * slopes)[off])[0, 1] > 0.95
    assert architecture.keep.detach().numpy() == pytest.approx(KEEP, abs=0.1)
    assert fitted.history.one_step <= 1.001 * fitted.history.linear_var


def test_its_connections_have_the_rank_that_was_asked():
    model = LowRankRNN(6, rank=2).double()
    x = np.random.default_rng(0).normal(size=(300, 6))
    model.warm_start(*pair(x), seed=0)
    slope = torch.func.jacrev(lambda s: model(s[None])[0])(torch.zeros(6).double())
    assert torch.linalg.matrix_rank(slope) == 2


def test_full_rank_starts_as_good_as_the_regression():
    """Small signals: tanh is then the identity, and nothing is lost."""
    rng, x = np.random.default_rng(0), np.zeros((2000, 4))
    mixing = 0.5 * np.eye(4) + 0.2 * rng.normal(size=(4, 4))
    for t in range(1, len(x)):
        x[t] = mixing @ x[t - 1] + 0.02 * rng.normal(size=4)
    model = LowRankRNN(4, rank=4).double()
    model.warm_start(*pair(x), seed=0)
    slope = torch.func.jacrev(lambda s: model.step(s[None])[0])(torch.zeros(4).double())
    np.testing.assert_allclose(slope.detach().numpy(), mixing, atol=0.1)


def test_hidden_units_begin_by_listening_alone(recording):
    windows, targets = training_windows([recording], memory=3)
    small, large = LowRankRNN(N, rank=2), LowRankRNN(N, memory=3, n_states=20, rank=2)
    for model in (small, large):
        model.warm_start(windows[:, -model.memory :], targets[:, 0], seed=0)
    seen = torch.as_tensor(windows, dtype=torch.float32)
    ours, theirs = (m.observe(m.step(m.encode(seen[:, -m.memory :]))) for m in (large, small))
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize(
    "loss", [multi_step(5), generalized_teacher_forcing(20)], ids=["free", "forced"]
)
def test_hidden_units_learn_along_stretches(recording, loss):
    training = Training(epochs=3, batch=256, rate=3e-3)
    start = LowRankRNN(N, memory=2, n_states=16, rank=2)
    result = sb.fit(start, recording.crop(0.0, 600.0), loss=loss, training=training)
    assert result.history.train[-1] < result.history.train[0]


def test_hidden_units_learn_a_second_order_process():
    """An oscillation seen in one of its two variables: the other one is the hidden unit's."""
    t = np.arange(1000)
    wave = np.sin(0.3 * t) + 0.05 * np.random.default_rng(0).normal(size=1000)
    start = LowRankRNN(1, memory=4, n_states=6, rank=1)
    result = sb.fit(
        start, sb.Recording(wave[:, None], sfreq=1.0), training=Training(epochs=40, rate=1e-2)
    )
    assert result.model.architecture.inner[1:].abs().max() > 0
    assert result.history.one_step < 0.5 * result.history.validation[0]


def test_a_memory_that_nothing_reads_is_refused():
    with pytest.raises(ValueError, match="memory=2 arrived; use memory=1, or give more states"):
        LowRankRNN(3, memory=2)


def pair(x):
    return x[:-1, None], x[1:]
