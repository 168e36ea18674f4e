import numpy as np
import pytest
from sklearn.linear_model import Ridge

from surrobrain.linear.ridge_decoder import _PENALTIES, RidgeDecoder


def data(n_trials: int = 40, n_features: int = 6, noise: float = 1.0):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(n_trials, n_features)) * np.arange(1, n_features + 1)
    values = features @ rng.normal(size=n_features) + 3 + noise * rng.normal(size=n_trials)
    return features, values


@pytest.mark.parametrize("n_features", [6, 80])
def test_values_are_those_of_ridge_regression_at_the_best_penalty(n_features):
    """Against scikit-learn, refitted without each trial in turn."""
    features, values = data(n_features=n_features)
    x = (features - features.mean(axis=0)) / features.std(axis=0)
    errors = []
    for penalty in _PENALTIES * n_features:  # standardized: every feature has mean square 1
        left_out = []
        for k in range(len(x)):
            kept = np.arange(len(x)) != k
            fitted = Ridge(alpha=penalty, solver="svd").fit(x[kept], values[kept])
            left_out.append(values[k] - fitted.predict(x[k : k + 1])[0])
        errors.append(np.square(left_out).sum())
    best = _PENALTIES[int(np.argmin(errors))] * n_features
    expected = Ridge(alpha=best, solver="svd").fit(x, values).predict(x)
    found = RidgeDecoder(classes=False).fit(features, values).predict(features)
    assert found == pytest.approx(expected, abs=1e-8)


def test_classes_count_alike_however_rare():
    rng = np.random.default_rng(0)
    labels = np.array(["rare"] * 20 + ["common"] * 380)
    features = rng.normal(size=(400, 2)) + 1.5 * (labels == "rare")[:, None]
    found = RidgeDecoder(classes=True).fit(features, labels).predict(features)
    assert (found[labels == "rare"] == "rare").mean() > 0.7
    assert (found[labels == "common"] == "common").mean() > 0.7


def test_units_do_not_matter_and_constants_are_harmless():
    features, values = data()
    features = np.hstack([features, np.ones((len(features), 1))])
    one = RidgeDecoder(classes=False).fit(features, values).predict(features)
    other = (
        RidgeDecoder(classes=False).fit(1000 * features - 5, values).predict(1000 * features - 5)
    )
    assert one == pytest.approx(other, rel=1e-9)
    blind = RidgeDecoder(classes=False).fit(np.ones((9, 2)), np.arange(9.0))
    assert blind.predict(np.zeros((2, 2))) == pytest.approx([4.0, 4.0])
