import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from surrobrain.linear.folds import contiguous_folds
from surrobrain.linear.held_out import losses_of_features, losses_of_kernel
from surrobrain.linear.ridge import RidgeCV, both, kernel_of, solve_ridge

ALPHAS = np.logspace(-1, 5, 19)


def data(n_times, n_features, n_targets, *, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_times, n_features)) + 1.0
    weights = rng.normal(size=(n_features, n_targets)) * rng.uniform(0, 0.3, n_targets)
    y = x @ weights + rng.normal(size=(n_times, n_targets)) - 2.0
    return x.astype(dtype), y.astype(dtype)


def by_the_book(x, y, folds, *, intercept):
    losses = np.zeros((len(ALPHAS), y.shape[1]))
    for fold in folds:
        for k, alpha in enumerate(ALPHAS):
            fitted = Ridge(alpha=alpha, fit_intercept=intercept).fit(x[fold.train], y[fold.train])
            wrong = fitted.predict(x[fold.test]) - y[fold.test]
            losses[k] += (wrong**2).mean(axis=0) / len(folds)
    return losses


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize(("n_times", "n_features"), [(60, 12), (40, 90)], ids=["long", "wide"])
@pytest.mark.parametrize("device", [None, "cpu"], ids=["numpy", "torch"])
def test_errors_of_all_penalties_are_those_of_one_fit_after_the_other(
    n_times, n_features, intercept, device
):
    x, y = data(n_times, n_features, 7)
    folds = contiguous_folds(n_times, 4, gap=2)
    asked = {"folds": folds, "center": intercept, "device": device}
    if n_times > n_features:
        found = losses_of_features(x, y, ALPHAS, **asked)
    else:
        import torch

        kernel = kernel_of(x)
        kernel = kernel if device is None else torch.as_tensor(kernel)
        found = losses_of_kernel(kernel, y, ALPHAS, **asked)
    expected = by_the_book(x, y, folds, intercept=intercept)
    assert np.abs(found / expected - 1).max() < 2e-3  # what the basis leaves
    assert np.median(np.abs(found / expected - 1)) < 1e-4


@pytest.mark.filterwarnings("ignore:the best penalty")
@pytest.mark.parametrize("shape", [(60, 12), (40, 90)], ids=["long", "wide"])
def test_choices_and_coefficients_are_those_of_scikit_learn(shape):
    x, y = data(*shape, 600)
    ridge = RidgeCV(alphas=ALPHAS, n_folds=4, gap=2).fit(x, y)
    losses = by_the_book(x, y, contiguous_folds(len(x), 4, gap=2), intercept=True)
    assert (ridge.alpha_ == ALPHAS[losses.argmin(axis=0)]).mean() > 0.98
    for k in range(5):
        fitted = Ridge(alpha=ridge.alpha_[k]).fit(x, y[:, k])
        np.testing.assert_allclose(ridge.coef_[:, k], fitted.coef_, atol=1e-5)
        np.testing.assert_allclose(ridge.intercept_[k], fitted.intercept_, atol=1e-5)
        np.testing.assert_allclose(ridge.predict(x)[:, k], fitted.predict(x), atol=1e-5)


@pytest.mark.filterwarnings("ignore:the best penalty")
def test_single_precision_chooses_alike_and_stays_single():
    x, y = data(80, 120, 300)
    double = RidgeCV(alphas=ALPHAS).fit(x, y)
    single = RidgeCV(alphas=ALPHAS).fit(x.astype(np.float32), y.astype(np.float32))
    assert single.coef_.dtype == np.float32
    assert (single.alpha_ == double.alpha_).mean() > 0.98


@pytest.mark.filterwarnings("ignore:the best penalty")
def test_threads_change_nothing():
    from threadpoolctl import threadpool_limits

    x, y = data(40, 60, 1500)
    with threadpool_limits(2, "blas"):
        two = RidgeCV(alphas=ALPHAS).fit(x, y)
    with threadpool_limits(1, "blas"):
        one = RidgeCV(alphas=ALPHAS).fit(x, y)
    assert (one.alpha_ == two.alpha_).all()
    np.testing.assert_allclose(one.coef_, two.coef_, rtol=1e-10)


def test_held_out_r2_is_about_zero_where_there_is_nothing_to_find():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 20)), rng.normal(size=(200, 50))
    ridge = RidgeCV().fit(x, y)  # on the largest penalty, where it belongs: no warning
    assert -0.05 < ridge.held_out_r2_.mean() < 0.01


def test_a_grid_that_is_too_narrow_is_told():
    x, _ = data(60, 5, 3)
    with pytest.warns(UserWarning, match="of 100% of the targets lies below the grid"):
        RidgeCV(alphas=np.logspace(1, 6, 4)).fit(x, x[:, :3])
    noise = np.random.default_rng(1).normal(size=(60, 3))
    with pytest.warns(UserWarning, match="of the targets lies above the grid"):
        RidgeCV(alphas=np.logspace(-3, -2, 4)).fit(x, noise)  # too small for what is not there


def test_a_constant_target_has_no_r2_and_does_not_warn():
    x, _ = data(60, 5, 2)
    y = x[:, :2] + np.random.default_rng(1).normal(size=(60, 2))
    y[:, 1] = 3.0
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ridge = RidgeCV(alphas=np.logspace(-2, 3, 9)).fit(x, y)
    assert np.isnan(ridge.held_out_r2_[1])
    np.testing.assert_allclose(ridge.predict(x)[:, 1], 3.0)


def test_what_cannot_be_solved_is_refused():
    x, y = data(20, 30, 2)
    with pytest.raises(ValueError, match="30 features of 20 samples do not decide"):
        solve_ridge(x, y, alpha=0.0)
    with pytest.raises(ValueError, match="must not be negative"):
        solve_ridge(x, y, alpha=-1.0)
    with pytest.raises(ValueError, match="ascending numbers above 0"):
        RidgeCV(alphas=np.array([0.0, 1.0])).fit(x, y)
    with pytest.raises(ValueError, match="with the same samples"):
        both(x, y[:10])
    x[3, 4] = np.nan
    with pytest.raises(ValueError, match="features"):
        RidgeCV().fit(x, y)


def test_without_a_penalty_it_is_least_squares():
    x, y = data(50, 4, 3)
    expected = np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(solve_ridge(x, y, alpha=0.0), expected, atol=1e-10)


def test_folds_leave_gaps_and_cover_everything():
    folds = contiguous_folds(103, 5, gap=4)
    np.testing.assert_array_equal(np.concatenate([f.test for f in folds]), np.arange(103))
    for fold in folds:
        assert np.abs(fold.train[:, None] - fold.test).min() == 5
    runs = contiguous_folds(50, gap=4, runs=[20, 30])
    assert [len(f.test) for f in runs] == [20, 30]
    assert [len(f.train) for f in runs] == [30, 20]
    with pytest.raises(ValueError, match="do not add up"):
        contiguous_folds(50, runs=[20, 20])
    with pytest.raises(ValueError, match="leave nothing to learn from"):
        contiguous_folds(6, 3, gap=5)
