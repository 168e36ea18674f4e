import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from surrobrain.errors import NotConverged
from surrobrain.statistics.logistic import fit_logistic, predict_left_out


def cases(n=300, seed=0):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 2))
    chance = 1 / (1 + np.exp(-(features @ [2.0, -1.0] + 0.5)))
    return features, rng.random(n) < chance


@pytest.mark.parametrize("penalty", [1.0, 1e-3])
@pytest.mark.parametrize("intercept", [True, False])
def test_it_agrees_with_scikit_learn(penalty, intercept):
    features, outcome = cases()
    ours = fit_logistic(features, outcome, penalty=penalty, intercept=intercept)
    theirs = LogisticRegression(C=1 / penalty, fit_intercept=intercept, tol=1e-10, max_iter=1000)
    theirs.fit(features, outcome)
    assert ours.weights == pytest.approx(theirs.coef_[0], rel=1e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_[0], rel=1e-4) or not intercept


def test_separable_outcomes_need_a_penalty():
    x = np.linspace(-1, 1, 20)[:, None]
    with pytest.raises(NotConverged, match="larger penalty"):
        fit_logistic(x, x[:, 0] > 0, penalty=0.0)
    assert fit_logistic(x, x[:, 0] > 0, penalty=1.0).weights[0] > 0


def test_left_out_groups_do_not_help_themselves():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(60), 2)
    outcome = (rng.random(60) < 0.5)[groups]
    tags = np.eye(60)[groups]  # a feature per group: in-sample it knows every answer
    inside = fit_logistic(tags, outcome, penalty=0.1).log_odds(tags)
    outside = predict_left_out(tags, outcome, groups=groups, n_folds=10, penalty=0.1)
    assert ((inside > 0) == outcome).all()
    assert ((outside > 0) == outcome).mean() < 0.65


def test_leaving_one_group_out_is_the_default():
    features, outcome = cases(40)
    odds = predict_left_out(features, outcome, groups=np.arange(40))
    fit = fit_logistic(features[1:], outcome[1:])
    assert odds[0] == pytest.approx(fit.log_odds(features[:1])[0])
    with pytest.raises(ValueError, match="there is one"):
        predict_left_out(features, outcome, groups=np.zeros(40))
