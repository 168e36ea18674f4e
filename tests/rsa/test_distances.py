import numpy as np
import pytest
import rsatoolbox
from scipy.spatial.distance import pdist

from surrobrain import rsa


@pytest.fixture(scope="module")
def patterns() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(12, 20, 9)) + np.arange(9)


@pytest.fixture(scope="module")
def precision() -> np.ndarray:
    noise = np.random.default_rng(1).normal(size=(40, 9))
    return np.linalg.inv(noise.T @ noise / 40)


def theirs(patterns: np.ndarray, **options) -> np.ndarray:
    flat = patterns.reshape(-1, patterns.shape[-1])
    described = {
        "condition": np.tile(np.arange(float(patterns.shape[-2])), len(flat) // patterns.shape[-2]),
        "fold": np.repeat(np.arange(float(len(flat) // patterns.shape[-2])), patterns.shape[-2]),
    }
    dataset = rsatoolbox.data.Dataset(flat, obs_descriptors=described)
    return rsatoolbox.rdm.calc_rdm(dataset, descriptor="condition", **options).dissimilarities


@pytest.mark.parametrize("method", ["correlation", "euclidean", "mahalanobis", "crossnobis"])
def test_rsatoolbox_agrees(patterns, precision, method):
    crossed = method == "crossnobis"
    noise = {} if method in ("correlation", "euclidean") else {"noise": precision}
    used = patterns if crossed else patterns[0]
    folds = {"cv_descriptor": "fold"} if crossed else {}
    expected = theirs(used, method=method, **noise, **folds)
    found = rsa.rdm(used, method=method, precision=noise.get("noise"))
    assert np.allclose(found.values, expected, atol=1e-10)
    single = rsa.rdm(used.astype(np.float32), method=method, precision=noise.get("noise"))
    assert single.values.dtype == np.float32
    assert np.allclose(single.values, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(("method", "scipy"), [("correlation",) * 2, ("cosine",) * 2])
def test_scipy_agrees(patterns, method, scipy):
    assert np.allclose(rsa.rdm(patterns[0], method=method).values[0], pdist(patterns[0], scipy))


def test_several_rdms_at_once(patterns):
    movie = rsa.rdm(patterns, times=np.arange(12) / 100)
    assert movie.n_rdms == 12
    assert np.allclose(movie.values[3], rsa.rdm(patterns[3]).values[0])


def test_crossnobis_is_unbiased_where_nothing_differs():
    noise = np.random.default_rng(2).normal(size=(200, 4, 8, 10))  # 200 experiments of 4 folds
    found = rsa.rdm(noise, method="crossnobis").values.mean(axis=1)
    assert abs(found.mean()) < 4 * found.std() / np.sqrt(200)
    biased = rsa.rdm(noise.mean(axis=1), method="euclidean").values
    assert biased.mean() == pytest.approx(0.5, abs=0.02)  # 2 sigma^2 / 4


@pytest.mark.parametrize("unit", [1.0, 1e-13], ids=["volt", "tesla"])
def test_large_data_lose_nothing_that_counts(patterns, precision, unit, monkeypatch):
    options = {"method": "crossnobis", "precision": precision / unit**2}
    expected = rsa.rdm(unit * patterns, **options).values
    monkeypatch.setattr("surrobrain.rsa.distances.crossnobis._LARGE", 1)
    found = rsa.rdm(unit * patterns, **options).values
    assert np.abs(found - expected).max() < 1e-6  # of the variance of the noise
    plain = rsa.rdm(unit * patterns, method="crossnobis").values / unit**2
    assert np.allclose(
        plain, theirs(patterns, method="crossnobis", cv_descriptor="fold"), atol=1e-6
    )


def test_discriminants_are_those_of_scikit_learn():
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    rng = np.random.default_rng(3)
    patterns = rng.normal(size=(5, 6, 4)) + 0.7 * rng.normal(size=(6, 4))
    found = rsa.rdm(patterns, method="discriminant").square()[0]
    for i, j in zip(*np.triu_indices(6, 1), strict=True):
        right = []
        for fold in range(5):
            train = np.delete(patterns, fold, axis=0)[:, [i, j]]
            # identity covariance: the patterns count as whitened
            rule = LinearDiscriminantAnalysis(
                solver="lsqr", covariance_estimator=Identity(), priors=[0.5, 0.5]
            ).fit(train.reshape(-1, 4), np.tile([0, 1], 4))
            right.append(rule.score(patterns[fold, [i, j]], [0, 1]))
        assert found[i, j] == pytest.approx(np.mean(right)), (i, j)


class Identity:
    def fit(self, features):
        self.covariance_ = np.eye(features.shape[1])
        return self


def test_a_tie_is_chance():
    assert (rsa.rdm(np.zeros((3, 4, 2)), method="discriminant").values == 0.5).all()


def test_triplets_are_counted_one_by_one():
    x = np.random.default_rng(4).uniform(size=(6, 3))
    s = x @ x.T
    found = rsa.rdm(x, method="triplet").square()[0]
    kept = [
        np.exp(s[1, 4]) / (np.exp(s[1, 4]) + np.exp(s[1, k]) + np.exp(s[4, k]))
        for k in (0, 2, 3, 5)
    ]
    assert found[1, 4] == pytest.approx(1 - np.mean(kept))
    assert np.isfinite(rsa.rdm(1e3 * x, method="triplet").values).all()


def test_patterns_that_cannot_be_compared_are_refused_by_name(patterns):
    flat = patterns[0].copy()
    flat[2] = 7.0
    names = [f"object {k}" for k in range(20)]
    with pytest.raises(ValueError, match="pattern of object 2 is the same in every channel"):
        rsa.rdm(flat, conditions=names)
    flat[3, 1] = np.inf
    with pytest.raises(ValueError, match="pattern of object 3 holds a value that is not finite"):
        rsa.rdm(flat, method="euclidean", conditions=names)
    with pytest.raises(ValueError, match="mahalanobis needs the precision"):
        rsa.rdm(patterns[0], method="mahalanobis")
    with pytest.raises(ValueError, match="crossnobis needs patterns of shape"):
        rsa.rdm(patterns[0], method="crossnobis")
    with pytest.raises(ValueError, match="at least 2 folds, but 1 arrived"):
        rsa.rdm(patterns[:1], method="crossnobis")
    with pytest.raises(ValueError, match="positive definite"):
        rsa.rdm(patterns[0], method="mahalanobis", precision=-np.eye(9))
