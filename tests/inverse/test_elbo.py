import numpy as np
import pytest
import torch
from torch.distributions import MultivariateNormal, Normal, kl_divergence

import surrobrain as sb
from surrobrain.inverse.elbo import divergence, elbo, log_density
from surrobrain.learned.architectures import LatentVAE
from surrobrain.learned.batch import Batch
from surrobrain.training.moment import Moment


def drawn(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).double()


@pytest.fixture(scope="module")
def started():
    """A latent model at its start, where its posterior is exact, and the data it knows."""
    rng, x = np.random.default_rng(0), np.zeros((600, 4))
    mixing = rng.normal(size=(4, 2))
    for t in range(1, 600):
        x[t] = 0.7 * x[t - 1] + mixing @ rng.normal(size=2) + 0.5 * rng.normal(size=4)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    windows = np.stack([x[:-3], x[1:-2], x[2:-1]], axis=1)
    model = LatentVAE(4, memory=3, latent=2, lags=2).double()
    model.warm_start(windows, x[3:], seed=0)
    stretches = torch.as_tensor(np.stack([x[k : k + 8] for k in range(0, 400, 50)]))
    return model, Batch(stretches, stretches.new_zeros(8, 5, 0), 3)


def evidence(model: LatentVAE, batch: Batch) -> float:
    """Log density of the linear map's errors under L L' + diag(s^2), per sample and region."""
    loadings, noise = model.show.weight, (2 * model.log_noise).exp()
    law = MultivariateNormal(torch.zeros(4).double(), loadings @ loadings.T + noise.diag())
    windows = batch.windows_at(range(-1, 4)).flatten(0, 1)[:, -2:]
    return law.log_prob(batch.targets.flatten(0, 1) - model.linear(windows)).mean().item() / 4


def bound(model: LatentVAE, batch: Batch, *, draws: int = 400) -> float:
    with torch.no_grad():
        found = [elbo(5)(model, batch, Moment(1.0, (0, k))).item() for k in range(draws)]
    return -float(np.mean(found))


def test_the_bound_is_the_evidence_where_the_encoder_is_exact(started):
    assert bound(*started) == pytest.approx(evidence(*started), abs=0.02)


def test_the_bound_lies_below_the_evidence_where_it_is_not(started):
    model, batch = started
    worse = LatentVAE(**model.config()).double()
    worse.load_state_dict(model.state_dict())
    with torch.no_grad():
        worse.read.bias += 0.7
    assert bound(worse, batch) < evidence(model, batch) - 0.1


def test_divergence_and_density_are_those_of_torch():
    a, b, c, d, x = (0.5 * drawn(3, 4, seed=k) for k in range(5))
    p, q = Normal(a, b.exp()), Normal(c, d.exp())
    torch.testing.assert_close(divergence((a, b), (c, d)), kl_divergence(p, q).sum(dim=-1))
    torch.testing.assert_close(log_density(x, (a, b)), p.log_prob(x).sum(dim=-1))


def test_the_weight_rises_and_stays():
    loss = elbo(3, beta=2.0, ramp=0.5)
    assert [loss.weight(Moment(done)) for done in (0.0, 0.25, 0.5, 1.0)] == [0.0, 1.0, 2.0, 2.0]
    assert elbo(3, ramp=0.0).weight(Moment(0.0)) == 1.0


def test_draws_belong_to_the_batch(started):
    model, batch = started
    once, again, other = (elbo(5)(model, batch, Moment(1.0, (0, k))).item() for k in (1, 1, 2))
    assert once == again != other


def test_a_model_without_latents_is_refused(started):
    with pytest.raises(TypeError, match="LinearVAR has none; use LatentVAE"):
        elbo(5)(sb.LinearVAR(4, memory=3).double(), started[1], Moment())
