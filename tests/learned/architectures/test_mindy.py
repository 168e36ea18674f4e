import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.learned.architectures import MINDy, mindy

N = 12
OFF = ~np.eye(N, dtype=bool)


@pytest.fixture(scope="module")
def truth():
    """W, D and a of a network whose regions vary by about one, as the model assumes."""
    rng = np.random.default_rng(0)
    weights = np.where(rng.random((N, N)) < 0.25, 0.25 * rng.normal(size=(N, N)), 0.0)
    weights += 0.05 * rng.normal(size=(N, 1)) @ rng.normal(size=(1, N))
    np.fill_diagonal(weights, 0.3)
    return weights, rng.uniform(0.4, 0.7, N), rng.uniform(2.0, 6.0, N)


@pytest.fixture(scope="module")
def recording(truth):
    weights, decay, curvature = truth
    kicks, size = np.random.default_rng(1).normal(size=(4000, N)), np.full(N, 0.6)
    x = np.zeros((4000, N))
    for _ in range(6):  # until every region varies by one
        for t in range(1, len(x)):
            sent = weights @ psi(x[t - 1], curvature)
            x[t] = x[t - 1] + sent - decay * x[t - 1] + size * kicks[t]
        size = size / np.clip(x.std(axis=0), 0.5, 2.0)
    return sb.Recording(x, sfreq=1.0)


def psi(x, a):
    steep = 20 / 3 * x
    return np.sqrt(a**2 + (steep + 0.5) ** 2) - np.sqrt(a**2 + (steep - 0.5) ** 2)


@pytest.fixture(scope="module")
def fitted(recording):
    return sb.fit(MINDy(N, penalties=(0.003, 0.0, 0.003)), recording)


def test_recovers_weights_and_decay(truth, fitted):
    weights, decay, _ = truth
    architecture = fitted.model.architecture
    found = architecture.weights.detach().numpy() * fitted.model.scale[:, None]
    slow = 0.1 + architecture.decay.detach().numpy() ** 2
    assert np.corrcoef(found[OFF], weights[OFF])[0, 1] > 0.95  # 0.97
    assert np.corrcoef(slow, decay)[0, 1] > 0.7  # 0.82
    assert slow.mean() == pytest.approx(decay.mean(), abs=0.1)


def test_predicts_its_own_kind_better_than_a_linear_map(fitted):
    assert fitted.history.one_step < 0.99 * fitted.history.linear_var


def test_the_response_is_that_of_the_paper():
    x, a = np.linspace(-2, 2, 9), 3.0
    model = MINDy(9).double()
    with torch.no_grad():
        model.curvature.fill_(a)
    np.testing.assert_allclose(
        model.psi(torch.as_tensor(x)[None])[0].detach(), psi(x, a), rtol=1e-6
    )


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(mindy, "_STEPS", 200)
    monkeypatch.setattr(mindy, "_ROUGH", 20)


def test_a_higher_price_leaves_fewer_connections(recording, short):
    def small(price: float) -> float:
        model = MINDy(N, penalties=(price, price, price))
        x = recording.values.copy()
        model.warm_start(x[:-1, None], x[1:], seed=0)
        weights = model.sparse.detach().numpy()
        return float((np.abs(weights) < 0.01).mean())

    assert small(0.1) > small(0.003) + 0.2


def test_rescaling_undoes_what_the_penalties_shrank(recording, short):
    model = MINDy(N, penalties=(0.1, 0.1, 0.1)).double()
    x = recording.values / recording.values.std(axis=0)
    model.warm_start(x[:-1, None], x[1:], seed=0)
    with torch.no_grad():
        before = torch.as_tensor(x[:-1])
        change = (torch.as_tensor(x[1:]) - before).flatten()
        sent = (model.psi(before) @ model.weights.T).flatten()
        kept = (-(0.1 + model.decay.square()) * before).flatten()
        both = torch.linalg.lstsq(torch.stack([sent, kept], dim=1), change[:, None]).solution
    np.testing.assert_allclose(both.numpy(), 1.0, atol=1e-6)


def test_seed_decides(short):
    recording = sb.Recording(np.random.default_rng(0).normal(size=(60, 3)), sfreq=1.0)
    first, same, other = (sb.fit(MINDy(3), recording, seed=s).model for s in (0, 0, 1))
    np.testing.assert_array_equal(first.run(5).values, same.run(5).values)
    assert (first.run(5).values != other.run(5).values).any()


def test_penalties_and_memory_are_checked():
    with pytest.raises(ValueError, match="three numbers, for the sparse part, its diagonal"):
        MINDy(3, penalties=(0.1, 0.1))
    with pytest.raises(ValueError, match="memory 1, its sample being its state, but 2 arrived"):
        MINDy(3, memory=2)
