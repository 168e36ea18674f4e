import numpy as np
import torch

import surrobrain as sb
from surrobrain.inverse.elbo import elbo
from surrobrain.learned.architectures import LatentVAE
from surrobrain.learned.architectures.latent_vae import factors
from surrobrain.training.options import Training


def hidden_rhythm(n_times: int) -> sb.Recording:
    """Six regions that show one hidden damped rhythm through noise of their own."""
    rng = np.random.default_rng(0)
    turn = 0.98 * np.array([[np.cos(0.5), -np.sin(0.5)], [np.sin(0.5), np.cos(0.5)]])
    z, shown = np.zeros((n_times, 2)), rng.normal(size=(6, 2))
    for t in range(1, n_times):
        z[t] = turn @ z[t - 1] + 0.3 * rng.normal(size=2)
    return sb.Recording(z @ shown.T + rng.normal(size=(n_times, 6)), sfreq=10.0)


def test_factor_analysis_recovers_loadings_and_noise():
    rng = np.random.default_rng(0)
    loadings, noise = rng.normal(size=(8, 2)), rng.uniform(0.2, 1.0, size=8)
    x = rng.normal(size=(40_000, 2)) @ loadings.T + np.sqrt(noise) * rng.normal(size=(40_000, 8))
    found, left = factors(x, 2)
    np.testing.assert_allclose(found @ found.T, loadings @ loadings.T, atol=0.12)
    np.testing.assert_allclose(left, noise, atol=0.05)
    among = (found / left[:, None]).T @ found
    np.testing.assert_allclose(among, np.diag(np.diag(among)), atol=1e-8)


def test_a_single_region_has_no_factor():
    loadings, noise = factors(np.random.default_rng(0).normal(size=(500, 1)), 0)
    assert loadings.shape == (1, 0)
    assert noise.shape == (1,)


def test_training_explains_more_and_its_intervals_hold():
    train, test = hidden_rhythm(2400).split(0.75)
    model = LatentVAE(6, memory=8, latent=3, hidden=16, lags=1)
    training = Training(epochs=12, rate=5e-3)
    result = sb.fit(model, train, loss=elbo(5), training=training, seed=0)
    assert (
        result.history.validation[result.stopped_at] < result.history.validation[0] - 0.005
    )  # nats
    surrogate = result.model
    values = torch.as_tensor((test.values - surrogate.center) / surrogate.scale)
    windows, following = values.unfold(0, 8, 1).transpose(1, 2)[:-1], values[8:]
    draws = surrogate.architecture.sample_next(windows, 400, seed=0)
    low, high = (torch.quantile(draws, q, dim=0) for q in (0.05, 0.95))
    covered = ((following > low) & (following < high)).double().mean().item()
    assert abs(covered - 0.9) < 0.03
    wide = (high - low).mean().item()
    assert wide < 3.29 * 0.97  # the interval of who knows no more than mean and variance


def test_the_latent_carries_what_the_linear_map_forgets():
    model = LatentVAE(6, memory=8, latent=3, hidden=16, lags=1)
    training = Training(epochs=12, rate=5e-3)
    history = sb.fit(model, hidden_rhythm(1800), training=training).history
    assert history.one_step < 0.92 * history.validation[0]


def test_samples_follow_from_the_seed_and_center_on_the_step():
    train = hidden_rhythm(400)
    model = sb.fit(LatentVAE(6, latent=2), train, training=Training(epochs=0)).model.architecture
    windows = torch.randn(3, 10, 6, generator=torch.Generator().manual_seed(0)).double()
    draws, again = (model.sample_next(windows, 2000, seed=1) for _ in range(2))
    assert torch.equal(draws, again)
    assert not torch.equal(draws, model.sample_next(windows, 2000, seed=2))
    expected = model.observe(model.step(model.encode(windows)))
    torch.testing.assert_close(draws.mean(dim=0), expected, rtol=0, atol=0.1)


def test_the_start_has_the_correlated_noise_of_its_errors():
    train = hidden_rhythm(1500)
    fitted = sb.fit(LatentVAE(6, latent=2, lags=1), train, training=Training(epochs=0)).model
    draws = fitted.architecture.sample_next(torch.zeros(20_000, 10, 6).double(), 1, seed=0)[0]
    noise = fitted.noise_factor / fitted.scale[:, None]
    np.testing.assert_allclose(np.cov(draws.numpy().T), noise @ noise.T, atol=0.1)
