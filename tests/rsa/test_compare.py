import numpy as np
import pytest
import rsatoolbox

from surrobrain import rsa
from surrobrain.rsa import comparison
from surrobrain.rsa.pair_noise import decorrelated, decorrelator

THEIRS = {
    "pearson": "corr",
    "spearman": "spearman",
    "kendall": "tau-a",
    "rho_a": "rho-a",
    "cosine": "cosine",
    "whitened_pearson": "corr_cov",
    "whitened_cosine": "cosine_cov",
}


def drawn(n_rdms: int, *, seed: int, n: int = 14, **more) -> rsa.RDMs:
    values = np.random.default_rng(seed).uniform(size=(n_rdms, n * (n - 1) // 2))
    return rsa.RDMs(values.round(1), [str(k) for k in range(n)], **more)  # with ties


@pytest.mark.parametrize("method", THEIRS)
def test_rsatoolbox_agrees(method):
    first, second = drawn(3, seed=0), drawn(4, seed=1)
    a, b = (rsatoolbox.rdm.RDMs(r.values) for r in (first, second))
    expected = rsatoolbox.rdm.compare(a, b, method=THEIRS[method])
    assert np.allclose(rsa.compare(first, second, method=method), expected, atol=1e-9)


@pytest.mark.parametrize("method", ["whitened_pearson", "whitened_cosine"])
def test_rsatoolbox_agrees_with_noise_that_covaries(method):
    noise = np.random.default_rng(2).normal(size=(40, 14))
    covariance = noise.T @ noise / 40
    first, second = drawn(2, seed=0), drawn(2, seed=1)
    a, b = (rsatoolbox.rdm.RDMs(r.values) for r in (first, second))
    expected = rsatoolbox.rdm.compare(a, b, method=THEIRS[method], sigma_k=covariance)
    found = rsa.compare(first, second, method=method, covariance=covariance)
    assert np.allclose(found, expected, atol=1e-5)  # they solve by conjugate gradients


def test_closed_form_of_the_covariance_of_pairs():
    x, y = drawn(2, seed=3, n=9).values
    plain = decorrelator(np.eye(9))
    assert decorrelated(x) @ decorrelated(y) == pytest.approx(plain(x) @ plain(y))


def test_movies_are_compared_time_by_time():
    times = np.arange(5) / 10
    one, other = drawn(5, seed=0, times=times), drawn(5, seed=1, times=times)
    for method in THEIRS:
        expected = np.diag(comparison.similarities(one, other, method=method))
        assert np.allclose(rsa.compare(one, other, method=method), expected)
    with pytest.raises(ValueError, match=r"5 times from 0 to 0.4 s and the other 3 times"):
        rsa.compare(one, other.at(slice(0, 3)))


def test_blocks_and_scratch_files_change_nothing(monkeypatch):
    first, second = drawn(3, seed=0), drawn(4, seed=1)
    expected = rsa.compare(first, second)
    monkeypatch.setattr("surrobrain.rsa.comparison._BLOCK", 10)
    monkeypatch.setattr("surrobrain.rsa.units._IN_MEMORY", 1)
    assert np.allclose(rsa.compare(first, second), expected, atol=1e-6)


def test_a_constant_rdm_is_refused_by_name():
    flat = rsa.RDMs(np.full((1, 91), 0.3), [str(k) for k in range(14)], names=["flat model"])
    with pytest.raises(ValueError, match="RDM flat model is the same for all pairs"):
        rsa.compare(drawn(1, seed=0), flat)
