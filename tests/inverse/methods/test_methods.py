import inspect

import numpy as np
import pytest
import torch
from scipy.stats import ttest_1samp

from benchmarks.inverse_calibration import deviations
from surrobrain.catalog import load, names
from surrobrain.errors import NotConverged
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.problem import Problem
from tests.inverse.toys import Curved, Failing, LinearGaussian

METHODS = "surrobrain.inverse.methods"
EXACT = ("laplace", "nuts", "variational")


def drawn(method, problem, *, seed=0, **options):
    return load(METHODS, method)(problem, Inference(method, **options), seed=seed)


def test_toys_and_networks_are_problems():
    assert isinstance(LinearGaussian.drawn(), Problem)
    assert isinstance(Curved(), Problem)


@pytest.mark.parametrize("method", names(METHODS))
def test_every_method_is_a_function_of_problem_options_and_seed(method):
    assert list(inspect.signature(load(METHODS, method)).parameters) == [
        "problem",
        "options",
        "seed",
    ]


@pytest.mark.parametrize("method", EXACT)
def test_a_gaussian_posterior_is_met_within_sampling_error(method):
    toy = LinearGaussian.drawn(3, 5)
    mean, covariance = toy.posterior()
    n_draws = 800 if method == "nuts" else 2000
    found = drawn(method, toy, seed=1, n_draws=n_draws, iterations=60)
    effective = (
        n_draws if method != "nuts" else found.diagnostics["smallest effective sample size"] / 2
    )
    sd = np.sqrt(np.diag(covariance))
    assert np.abs((found.u.mean(axis=0) - mean) / sd).max() < 4.5 / np.sqrt(effective)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    apart = root @ np.cov(found.u.T) @ root.T - np.eye(3)
    assert np.abs(apart).max() < 4.5 * np.sqrt(2 / effective)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        ("smc_abc", {"n_simulations": 8000}),
        ("neural_posterior", {"n_simulations": 1000}),
        pytest.param("neural_posterior", {"rounds": 2, "flow": "nsf"}, marks=pytest.mark.slow),
        pytest.param("neural_posterior", {"embedding": 3}, marks=pytest.mark.slow),
    ],
)
def test_a_gaussian_posterior_is_met_from_simulations_alone(method, options):
    toy = LinearGaussian.drawn()
    mean, covariance = toy.posterior()
    found = drawn(method, toy, **options)
    root = np.linalg.inv(np.linalg.cholesky(covariance))
    assert np.abs(root @ (found.u.mean(axis=0) - mean)).max() < 0.25
    ratios = np.linalg.eigvalsh(root @ np.cov(found.u.T) @ root.T)
    assert 0.6 < ratios.min() < ratios.max() < 1.6
    assert found.warnings == ()
    assert toy.calls <= options.get("n_simulations", 2000) * options.get("rounds", 1)


@pytest.mark.parametrize(
    "method",
    [
        "laplace", "variational", "nuts", "smc_abc",
        pytest.param("neural_posterior", marks=pytest.mark.slow),
    ],
)  # fmt: skip
def test_every_method_meets_a_gaussian_posterior_up_to_chance(method):
    apart = deviations(method)
    p = ttest_1samp(apart, 0.0, axis=0).pvalue
    assert p.min() * p.size > 0.01
    assert np.abs(apart.mean(axis=0)).max() < 0.15


@pytest.mark.parametrize("method", ["smc_abc", "nuts"])
def test_a_skewed_posterior_is_met(method):
    toy = Curved()
    mean, sd = toy.moments()
    found = drawn(method, toy, n_simulations=6000, n_draws=800)
    assert found.u.mean() == pytest.approx(mean, abs=0.15 * sd)
    assert found.u.std() == pytest.approx(sd, rel=0.15)
    laplace = drawn("laplace", toy)
    assert abs(laplace.u.mean() - mean) > 0.3 * sd  # so that this test can tell


def test_variational_finds_the_nearest_gaussian():
    toy = Curved()
    x, w = np.polynomial.hermite_e.hermegauss(60)
    grid = [
        (w @ toy.log_posterior(m + s * x) / w.sum() + np.log(s), m, s)
        for m in np.linspace(-0.5, 1.0, 76)
        for s in np.linspace(0.2, 1.2, 51)
    ]
    _, mean, sd = max(grid)
    found = drawn("variational", toy, n_draws=20_000, iterations=200)
    assert found.u.mean() == pytest.approx(mean, abs=0.05)
    assert found.u.std() == pytest.approx(sd, abs=0.05)
    assert found.diagnostics["lower bound"] > found.diagnostics["lower bound at the start"]


@pytest.mark.parametrize("method", ["laplace", "nuts", "smc_abc", "variational"])
def test_the_seed_decides(method):
    options = {"n_draws": 50, "iterations": 5, "n_chains": 1}
    first, again, other = (
        drawn(method, LinearGaussian.drawn(), seed=s, **options).u for s in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("method", ["smc_abc", "neural_posterior"])
def test_simulations_that_fail_are_counted_and_left_out(method):
    toy = LinearGaussian.drawn()
    failing = Failing(toy.slopes, toy.covariance, toy.slopes @ [-1.5, 0.3], limit=0.4)
    found = drawn(method, failing, n_simulations=600)
    assert found.failed == pytest.approx(0.345, abs=0.08)
    assert any("simulations failed and were left out" in each for each in found.warnings)
    assert found.u[:, 0].mean() == pytest.approx(failing.posterior()[0][0], abs=0.3)


@pytest.mark.parametrize("method", ["smc_abc", "neural_posterior"])
def test_a_simulator_that_fails_nearly_everywhere_is_refused(method):
    toy = LinearGaussian.drawn()
    failing = Failing(toy.slopes, toy.covariance, toy.observed, limit=-1.7)
    with pytest.raises(NotConverged, match=r"9\d% of \d+ simulations failed.*narrow the priors"):
        drawn(method, failing, n_simulations=300)


def test_data_that_the_prior_does_not_produce_are_told():
    toy = LinearGaussian.drawn()
    foreign = LinearGaussian(toy.slopes, toy.covariance, toy.observed + 30.0)
    assert any("unlike what the prior produces" in w for w in drawn("smc_abc", foreign).warnings)


def test_unknowns_without_effect_are_refused():
    class Deaf(LinearGaussian):
        def simulate(self, us, *, seed):
            return np.ones((len(us), 4))

    toy = LinearGaussian.drawn()
    deaf = Deaf(toy.slopes, toy.covariance, toy.observed)
    with pytest.raises(NotConverged, match="what is unknown has no effect"):
        drawn("smc_abc", deaf)


def test_the_random_numbers_of_torch_and_the_folder_are_left_alone(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    before, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    first = drawn("neural_posterior", LinearGaussian.drawn(1, 2), n_simulations=100)
    torch.rand(3)
    again = drawn("neural_posterior", LinearGaussian.drawn(1, 2), n_simulations=100)
    torch.set_rng_state(before)
    third = drawn("neural_posterior", LinearGaussian.drawn(1, 2), n_simulations=100)
    assert np.array_equal(first.u, again.u)
    assert np.array_equal(first.u, third.u)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(np.random.get_state()[1], legacy)  # noqa: NPY002
    assert list(tmp_path.iterdir()) == []
    assert capfd.readouterr().out == ""
