import numpy as np
import pytest
import torch

from surrobrain import rsa
from surrobrain.clip_hba.layer_mixing import (
    Curves,
    curves_of,
    embeddings,
    layer_weights,
    smoother,
)
from surrobrain.clip_hba.rdm_loss import RDMLoss, correlation_rdms, generalization_curve
from surrobrain.seeds import stream

TIMES = np.round(np.arange(-0.02, 0.03, 0.01), 6)


def movie(n_times=5, n_images=6, seed=0):
    rng = np.random.default_rng(seed)
    values = rng.uniform(size=(n_times, n_images * (n_images - 1) // 2))
    return rsa.RDMs(values, [f"i{k}" for k in range(n_images)], times=TIMES[:n_times])


def test_rdms_are_those_of_rsa():
    values = np.random.default_rng(0).normal(size=(3, 7, 11))
    found = correlation_rdms(torch.from_numpy(values)).numpy()
    for k in range(3):
        np.testing.assert_allclose(found[k], rsa.rdm(values[k]).values[0], atol=1e-12)


def test_the_curve_is_the_row_mean_of_the_matrix():
    rows = torch.rand(9, 40, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(generalization_curve(rows), torch.corrcoef(rows).mean(dim=1))


@pytest.mark.parametrize("pooled", [False, True])
def test_loss_follows_its_equation(pooled):
    rng = np.random.default_rng(1)
    a, b = rng.uniform(size=(2, 4, 15))
    pairs = [(a.ravel(), b.ravel())] if pooled else list(zip(a, b, strict=True))
    wanted = [
        1 - np.mean([np.corrcoef(x, y)[0, 1] for x, y in pairs]),
        np.mean((a - b) ** 2),
        1 - np.corrcoef(np.corrcoef(a).mean(axis=1), np.corrcoef(b).mean(axis=1))[0, 1],
    ]
    loss = RDMLoss(pooled=pooled)
    parts = loss.parts(torch.from_numpy(a), torch.from_numpy(b))
    np.testing.assert_allclose(parts.numpy(), wanted, rtol=1e-10)
    initial = torch.tensor([0.5, 2.0, 0.25], dtype=torch.float64)
    total = wanted[0] / 0.5 + 0.1 * wanted[1] / 2 + 0.15 * wanted[2] / 0.25
    assert float(loss.total(parts, initial)) == pytest.approx(total)


def test_texts_first_is_the_loop_in_the_joint_space():
    chance = torch.Generator().manual_seed(0)
    tokens = torch.randn(10, 6, 16, generator=chance).requires_grad_()
    projection, texts = torch.randn(12, 16, generator=chance), torch.randn(8, 12, generator=chance)
    free = torch.randn(20, 6, generator=chance).requires_grad_()
    rows = []
    for t in range(20):
        mixed = sum(free.softmax(dim=1)[t, k] * (tokens[:, k] @ projection.T) for k in range(6))
        rows.append(correlation_rdms((mixed @ texts.T)[None])[0])
    slow = torch.stack(rows)
    fast = correlation_rdms(embeddings(tokens @ (texts @ projection).T, free.softmax(dim=1)))
    torch.testing.assert_close(fast, slow, atol=4e-6, rtol=0)
    weights = torch.rand(slow.shape, generator=chance)
    ours, theirs = (torch.autograd.grad((x * weights).sum(), (tokens, free)) for x in (fast, slow))
    for a, b in zip(ours, theirs, strict=True):
        assert float((a - b).abs().max() / b.abs().max()) < 1e-5


@pytest.mark.parametrize("mixing", ["softmax", "minmax"])
def test_weights_are_shares(mixing):
    window = torch.from_numpy(smoother(TIMES, seconds=0.01, mixing=mixing))
    free = torch.randn(5, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    weights = layer_weights(free, window, mixing=mixing)
    torch.testing.assert_close(weights.sum(dim=1), torch.ones(5, dtype=torch.float64))
    assert (weights >= 0).all()
    assert bool((weights.amin(dim=1) == 0).all()) == (mixing == "minmax")


def test_the_published_window_is_cut_at_the_edges():
    window = smoother(TIMES, seconds=0.01, mixing="minmax")
    np.testing.assert_allclose(window[0], [0.5, 0.5, 0, 0, 0])
    np.testing.assert_allclose(window[2], [0, 1 / 3, 1 / 3, 1 / 3, 0])
    np.testing.assert_array_equal(smoother(TIMES, seconds=0.0, mixing="softmax"), np.eye(5))


def test_curves_are_those_of_the_rdms():
    one = movie()
    curves = curves_of([one])
    beta = np.corrcoef(one.values).mean(axis=1)
    beta = (beta - beta.min()) / (beta.max() - beta.min())
    np.testing.assert_allclose(curves.beta, np.where(TIMES < 0, 0, beta), atol=1e-12)
    assert (curves.scale[TIMES < 0] == 0).all()
    assert curves.scale.max() <= 1
    assert curves.noise.min() == 0
    assert curves.noise.max() == 1


def test_before_onset_the_published_prediction_is_faint_noise():
    curves = Curves(np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.zeros(2))
    reached = torch.rand(30, 3, 40, generator=torch.Generator().manual_seed(0))
    weights = torch.full((2, 3), 1 / 3)
    found = embeddings(reached, weights, curves=curves, rng=stream(0, 1))
    assert float(found[0].min()) > 0
    assert float(found[0].max()) < 2e-5
    rdms = correlation_rdms(found)
    assert float(rdms[0].mean()) == pytest.approx(1.0, abs=0.03)
    quiet = correlation_rdms(embeddings(reached, weights))
    torch.testing.assert_close(rdms[1], quiet[1], atol=1e-3, rtol=0)
    again = embeddings(reached, weights, curves=curves, rng=stream(0, 1))
    assert torch.equal(found, again)
