"""Rounds, with a regression in place of the flow, which takes seconds to train."""

import sys

import numpy as np
import pytest

from surrobrain.inverse.inference import Inference
from surrobrain.inverse.methods.neural_posterior import neural_posterior
from surrobrain.linear.left_out_ridge import left_out_ridge
from tests.inverse.toys import Failing, LinearGaussian

MODULE = sys.modules["surrobrain.inverse.methods.neural_posterior"]


class Regression:
    """Knows nothing but the linear regression of unknowns on features."""

    foreign = ()

    def __init__(self, numbers, observed, n_unknowns, options):
        self.observed = observed

    def train(self, u, numbers, *, seed):
        self.constant, self.slopes, errors = left_out_ridge(numbers, u)
        self.root = np.linalg.cholesky(np.cov(errors.T))
        return 0.0

    def draw(self, n, *, seed):
        normal = np.random.default_rng(seed).normal(size=(n, len(self.root)))
        return self.constant + self.observed @ self.slopes + normal @ self.root.T


@pytest.fixture
def regression(monkeypatch):
    monkeypatch.setattr(MODULE, "Flow", Regression)


def bent(u):
    return u + 0.3 * u**3


class Bent(LinearGaussian):
    """Curved over the prior and nearly straight near the answer, for every unknown."""

    def simulate(self, us, *, seed):
        return bent(us) + super().simulate(0.0 * us, seed=seed)


def test_rounds_sharpen_what_one_regression_cannot(regression):
    truth = np.linspace(-1.0, 1.0, 8)
    toy = Bent(np.eye(8), 1e-4 * np.eye(8), bent(truth))
    sd = 0.01 / (1 + 0.9 * truth**2)
    once, often = (
        neural_posterior(toy, Inference(n_simulations=1000, rounds=rounds), seed=0)
        for rounds in (1, 7)
    )
    assert np.median(once.u.std(axis=0) / sd) > 20.0
    assert np.median(often.u.std(axis=0) / sd) < 2.0
    z = (often.u.mean(axis=0) - truth) / often.u.std(axis=0)
    assert np.abs(z).max() < 3.0
    assert often.diagnostics["effective draws"] > 1000
    assert toy.calls == 1000 + 7 * 1000


def test_a_gaussian_posterior_stays_what_it_is(regression):
    toy = LinearGaussian.drawn(3, 5)
    mean, covariance = toy.posterior()
    found = neural_posterior(toy, Inference(n_simulations=4000, rounds=3, n_draws=4000), seed=1)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    assert np.abs(root @ (found.u.mean(axis=0) - mean)).max() < 0.12
    ratios = np.linalg.eigvalsh(root @ np.cov(found.u.T) @ root.T)
    assert 0.85 < ratios.min() < ratios.max() < 1.15


def test_every_round_leaves_out_what_failed_and_says_so(regression):
    toy = LinearGaussian.drawn()
    failing = Failing(toy.slopes, toy.covariance, toy.slopes @ [0.2, 0.3], limit=0.6)
    found = neural_posterior(failing, Inference(n_simulations=500, rounds=2), seed=0)
    assert np.isfinite(found.u).all()
    assert 0.1 < found.failed < 0.6
    assert any("simulations failed and were left out" in each for each in found.warnings)


def test_a_posterior_beyond_where_was_simulated_is_told(regression, monkeypatch):
    toy = LinearGaussian.drawn()
    lost = Regression.draw

    def far(self, n, *, seed):
        return lost(self, n, seed=seed) * (1.0 if n == 1000 else 12.0)

    monkeypatch.setattr(Regression, "draw", far)
    found = neural_posterior(toy, Inference(n_simulations=500, rounds=2), seed=0)
    assert any("effective draws remain of the last round" in each for each in found.warnings)
