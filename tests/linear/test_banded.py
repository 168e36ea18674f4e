import numpy as np
import pytest
from sklearn.linear_model import Ridge

from surrobrain.linear.banded import BandedRidgeCV, solve_banded_ridge

pytestmark = pytest.mark.filterwarnings("ignore:the best penalty")


def bands(n_times=80, seed=0):
    rng = np.random.default_rng(seed)
    return {"few": rng.normal(size=(n_times, 3)), "many": rng.normal(size=(n_times, 100))}


def test_coefficients_are_those_of_a_ridge_on_scaled_features():
    given = bands()
    y = np.random.default_rng(1).normal(size=(80, 2))
    alphas = np.array([[2.0, 30.0], [50.0, 4.0]])
    found = solve_banded_ridge(given, y, alphas=alphas)
    for k in range(2):
        roots = np.repeat(np.sqrt(alphas[:, k]), [3, 100])
        x = np.concatenate(list(given.values()), axis=1) / roots
        expected = Ridge(alpha=1.0, fit_intercept=False).fit(x, y[:, k]).coef_ / roots
        both = np.concatenate([found["few"][:, k], found["many"][:, k]])
        np.testing.assert_allclose(both, expected, atol=1e-8)


def test_every_target_finds_the_space_that_drives_it():
    given, rng = bands(200), np.random.default_rng(2)
    y = np.stack([given["few"] @ np.ones(3), given["many"] @ np.full(100, 0.2)], axis=1)
    y = y / y.std(axis=0) + 0.7 * rng.normal(size=y.shape)
    banded = BandedRidgeCV(n_draws=20, alphas=np.logspace(-1, 5, 13)).fit(given, y)
    assert banded.gamma_[0, 0] > 0.9
    assert banded.gamma_[1, 1] > 0.5
    np.testing.assert_allclose(banded.gamma_.sum(axis=0), 1.0)
    parts = banded.predict_parts(given)
    np.testing.assert_allclose(parts.sum(axis=0) + y.mean(axis=0), banded.predict(given), atol=1e-9)
    found = solve_banded_ridge(
        {name: x - x.mean(axis=0) for name, x in given.items()},
        y - y.mean(axis=0),
        alphas=banded.alpha_ / np.maximum(banded.gamma_, 1e-12),
    )
    np.testing.assert_allclose(banded.coef_["few"], found["few"], atol=1e-6)


def test_a_small_space_is_not_drowned():
    given, rng = bands(150, seed=3), np.random.default_rng(4)
    y = given["few"][:, :1] + 1.5 * rng.normal(size=(150, 1))
    fresh = bands(400, seed=5)
    truth = fresh["few"][:, :1]
    banded = BandedRidgeCV(n_draws=20).fit(given, y)
    alone = BandedRidgeCV(n_draws=0).fit({"all": np.concatenate(list(given.values()), axis=1)}, y)
    apart = np.corrcoef(banded.predict(fresh)[:, 0], truth[:, 0])[0, 1]
    mixed = alone.predict({"all": np.concatenate(list(fresh.values()), axis=1)})
    assert apart > np.corrcoef(mixed[:, 0], truth[:, 0])[0, 1] + 0.1


def test_what_does_not_go_together_is_refused():
    given = bands()
    y = np.zeros((80, 2)) + np.arange(80)[:, None]
    with pytest.raises(ValueError, match="one for each of 2 feature spaces and 2 targets"):
        solve_banded_ridge(given, y, alphas=np.ones((1, 2)))
    fitted = BandedRidgeCV(n_draws=1).fit(given, y)
    with pytest.raises(ValueError, match="has learned few, many, but many arrived"):
        fitted.predict({"many": given["many"]})
