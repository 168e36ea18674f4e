import numpy as np
import pytest
from scipy.optimize import minimize

from surrobrain.inverse.shared_prior import shared_prior


def drawn(n_people, sd, seed, n_numbers=4):
    """Linear people: numbers J u + noise."""
    rng = np.random.default_rng(seed)
    n = len(sd)
    truth = rng.normal(size=n) + sd * rng.normal(size=(n_people, n))
    slopes = rng.normal(size=(n_people, n_numbers, n))
    numbers = (slopes @ truth[..., None])[..., 0] + rng.normal(size=(n_people, n_numbers))
    return truth, slopes, numbers


def told(slopes, numbers):
    turned = np.swapaxes(slopes, 1, 2)
    return turned @ slopes, (turned @ numbers[..., None])[..., 0]


def test_the_spread_is_the_best_by_the_marginal_likelihood():
    _, slopes, numbers = drawn(7, np.array([0.2, 0.5]), seed=3)
    found = shared_prior(*told(slopes, numbers), np.ones(2))
    n_people, m, n = slopes.shape
    every = slopes.reshape(-1, n)  # what the mean does to all numbers

    def cost(log_sd):
        own = [J @ np.diag(np.exp(2 * log_sd)) @ J.T for J in slopes]
        covariance = np.eye(n_people * m) + every @ every.T
        for k, block in enumerate(own):
            covariance[k * m : (k + 1) * m, k * m : (k + 1) * m] += block
        y = numbers.reshape(-1)
        fitted = y @ np.linalg.solve(covariance, y) + np.linalg.slogdet(covariance)[1]
        return fitted / 2 - log_sd.sum()

    best = minimize(cost, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-9})
    assert found.settled
    assert (found.sd < 1).all()
    assert np.log(found.sd) == pytest.approx(best.x, abs=1e-3)


def test_people_given_the_spread_are_those_of_one_big_gaussian():
    _, slopes, numbers = drawn(5, np.array([0.5, 1.0]), seed=4)
    found = shared_prior(*told(slopes, numbers), np.ones(2))
    n_people, _, n = slopes.shape
    total = (n_people + 1) * n  # the mean, then everyone
    precision = np.zeros((total, total))
    pull = np.zeros(total)
    inner = np.diag(1 / found.sd**2)
    precision[:n, :n] = np.eye(n) + n_people * inner
    for k in range(n_people):
        own = slice((k + 1) * n, (k + 2) * n)
        precision[own, own] = slopes[k].T @ slopes[k] + inner
        precision[own, :n] = precision[:n, own] = -inner
        pull[own] = slopes[k].T @ numbers[k]
    covariance = np.linalg.inv(precision)
    mean, sd = covariance @ pull, np.sqrt(np.diag(covariance))
    assert found.mean == pytest.approx(mean[:n])
    assert found.mean_error == pytest.approx(sd[:n])
    assert found.u.reshape(-1) == pytest.approx(mean[n:])
    assert found.spread.reshape(-1) == pytest.approx(sd[n:])


def test_shrinkage_helps_and_says_how_sure_it_is():
    errors, z = [], []
    for seed in range(40):
        truth, slopes, numbers = drawn(12, np.array([0.3, 0.3]), seed, n_numbers=3)
        information, pull = told(slopes, numbers)
        found = shared_prior(information, pull, np.ones(2))
        alone = np.linalg.solve(information + np.eye(2), pull[..., None])[..., 0]
        errors.append([np.square(u - truth).mean() for u in (found.u, alone)])
        z.append((found.u - truth) / found.spread)
    group, alone = np.mean(errors, axis=0)
    assert group < 0.6 * alone
    assert np.std(z) == pytest.approx(1.0, abs=0.15)


def test_people_without_data_are_the_typical_person():
    information = np.stack([25.0 * np.eye(1)] * 5 + [np.zeros((1, 1))])
    pull = 25.0 * np.array([[0.8], [0.9], [1.0], [1.1], [1.2], [0.0]])
    found = shared_prior(information, pull, np.ones(1))
    assert found.u[-1] == pytest.approx(found.mean)
    assert found.spread[-1] > found.sd


def test_people_are_not_farther_apart_than_the_prior():
    silent = shared_prior(np.zeros((3, 1, 1)), np.zeros((3, 1)), np.ones(1))
    assert silent.sd == pytest.approx([1.0])
    assert silent.mean_error == pytest.approx([1.0])


def test_one_person_has_no_spread():
    with pytest.raises(ValueError, match="number of people"):
        shared_prior(np.ones((1, 1, 1)), np.ones((1, 1)), np.ones(1))
