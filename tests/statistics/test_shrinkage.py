import numpy as np
import pytest

from surrobrain.statistics.shrinkage import shrunk_covariance


def test_many_samples_are_hardly_shrunk_and_few_are():
    rng = np.random.default_rng(0)
    root = rng.normal(size=(6, 6))
    truth = root @ root.T
    many, few = (rng.normal(size=(n, 6)) @ root.T for n in (20_000, 8))
    assert shrunk_covariance(many) == pytest.approx(truth, abs=0.05 * truth.max())
    plain = np.cov(few.T)
    shrunk = shrunk_covariance(few)
    assert np.diag(shrunk) == pytest.approx(np.diag(plain))
    ratio = shrunk[0, 1] / plain[0, 1]
    assert 0 <= ratio < 0.95
    assert np.linalg.cond(shrunk) < np.linalg.cond(plain)


def test_it_is_nearer_to_the_truth_than_the_plain_one():
    rng = np.random.default_rng(1)
    truth = 0.7 * np.eye(30) + 0.3
    root = np.linalg.cholesky(truth)
    errors = np.zeros(2)
    for _ in range(20):
        samples = rng.normal(size=(15, 30)) @ root.T
        found = (shrunk_covariance(samples), np.cov(samples.T))
        errors += [np.linalg.norm(covariance - truth) for covariance in found]
    assert errors[0] < 0.9 * errors[1]


def test_what_never_varies_is_refused():
    with pytest.raises(ValueError, match="5 samples with 1 constant numbers"):
        shrunk_covariance(np.column_stack([np.arange(5.0), np.ones(5)]))
