"""Sparse codes against scikit-learn's lasso, dictionaries against a planted truth."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from surrobrain.linear.dictionary import SparseDictionary, solve_dictionary
from surrobrain.linear.sparse_codes import solve_codes


def planted(n_times=120, n_atoms=8, n_signals=1500, noise=0.3, seed=0):
    rng = np.random.default_rng(seed)
    atoms = np.cumsum(rng.normal(size=(n_times, n_atoms)), axis=0)
    atoms -= atoms.mean(axis=0)
    atoms, _ = np.linalg.qr(atoms)
    codes = (rng.random((n_atoms, n_signals)) < 0.25) * rng.normal(size=(n_atoms, n_signals))
    x = atoms @ codes + noise / np.sqrt(n_times) * rng.normal(size=(n_times, n_signals))
    x -= x.mean(axis=0)
    return (x / np.linalg.norm(x, axis=0)).astype(np.float32), atoms


def matched(found, truth):
    similar = np.abs(truth.T @ found)
    return similar[linear_sum_assignment(-similar)]


def test_codes_agree_with_the_lasso_of_scikit_learn():
    from sklearn.linear_model import Lasso

    x, atoms = planted(n_signals=20)
    x = x.astype(np.float64)
    lasso = Lasso(alpha=0.05 / len(x), fit_intercept=False, tol=1e-10, max_iter=100_000)
    expected = lasso.fit(atoms, x).coef_.T
    for solver in ("fista", "descent"):
        found = solve_codes(atoms, x, sparsity=0.05, solver=solver, n_steps=2000)
        assert np.abs(found - expected).max() < 1e-3 * 0.05 * 8
    overcomplete = np.random.default_rng(1).normal(size=(30, 50))
    overcomplete /= np.linalg.norm(overcomplete, axis=0)
    y = np.random.default_rng(2).normal(size=(30, 7))
    costs = []
    for solver in ("fista", "descent"):
        c = solve_codes(overcomplete, y, sparsity=0.3, solver=solver, n_steps=3000)
        costs.append(np.square(y - overcomplete @ c).sum() / 2 + 0.3 * np.abs(c).sum())
    lasso = Lasso(alpha=0.3 / 30, fit_intercept=False, tol=1e-10, max_iter=100_000)
    c = lasso.fit(overcomplete, y).coef_.T
    judge = np.square(y - overcomplete @ c).sum() / 2 + 0.3 * np.abs(c).sum()
    assert costs == pytest.approx([judge, judge], rel=1e-5)


@pytest.mark.parametrize("solver", ["fista", "descent"])
def test_planted_atoms_are_found(solver):
    x, truth = planted()
    found = solve_dictionary(x, n_atoms=8, sparsity=0.05, solver=solver, seed=1)
    assert (matched(found.atoms, truth) > 0.95).all()
    assert (np.linalg.norm(found.atoms, axis=0) <= 1 + 1e-5).all()
    recomputed = np.square(x - found.atoms @ found.codes).sum() / 2
    recomputed += 0.05 * np.abs(found.codes).sum()
    assert found.objective == pytest.approx(recomputed / x.shape[1], rel=1e-4)
    assert found.relative_error == pytest.approx(np.square(x - found.atoms @ found.codes).sum()
                                                 / np.square(x).sum(), rel=1e-4)  # fmt: skip
    assert ((found.codes * np.abs(found.codes)).sum(axis=1) >= 0).all()
    energy = np.square(found.codes).sum(axis=1)
    assert (np.diff(energy) <= 1e-6 * energy[0]).all()


def test_each_round_lowers_the_objective_and_the_seed_decides():
    x, _ = planted()
    first = solve_dictionary(x, n_atoms=12, n_rounds=8, tolerance=0.0, seed=3)
    assert all(b <= a * (1 + 1e-6) for a, b in zip(first.history, first.history[1:], strict=False))
    again = solve_dictionary(x, n_atoms=12, n_rounds=8, tolerance=0.0, seed=3)
    assert np.array_equal(first.atoms, again.atoms)
    assert not np.array_equal(first.atoms, solve_dictionary(x, n_atoms=12, seed=4).atoms)


def test_it_is_as_good_as_scikit_learn():
    from sklearn.decomposition import MiniBatchDictionaryLearning

    x, _ = planted(n_signals=600)
    peer = MiniBatchDictionaryLearning(
        8, alpha=0.1, max_iter=10, fit_algorithm="lars", random_state=0
    ).fit(x.T)
    atoms = peer.components_.T.astype(np.float32)
    codes = solve_codes(atoms, x, sparsity=0.1)
    theirs = np.square(x - atoms @ codes).sum() / 2 + 0.1 * np.abs(codes).sum()
    assert solve_dictionary(x, n_atoms=8).objective <= theirs / 600 * 1.001


def test_a_dead_atom_begins_again():
    x, truth = planted()
    x[:, :3] = x[:, :1]  # atoms that begin alike: all but one of them die
    found = solve_dictionary(x, n_atoms=8, sparsity=0.05, seed=2)
    assert (np.square(found.codes).sum(axis=1) > 0).all()
    assert (matched(found.atoms, truth) > 0.9).all()


def test_the_estimator_stores_and_codes_new_signals():
    x, _ = planted()
    learned = SparseDictionary(8, sparsity=0.05).fit(x[:, :1200])
    new = learned.transform(x[:, 1200:])
    assert np.square(x[:, 1200:] - learned.atoms_ @ new).sum() / 300 < 0.3
    assert np.abs(learned.transform(x[:, :1200]) - learned.codes_).max() < 0.02
    assert learned.n_rounds_ <= learned.n_rounds


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"n_atoms": 2000}, "cannot be told apart by 2000 atoms"),
        ({"sparsity": 0.0}, "sparsity must be above 0"),
        ({"solver": "lars"}, "there is no solver 'lars'"),
    ],
)
def test_bad_wishes_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        solve_dictionary(planted()[0], **given)


def test_a_missing_value_is_named():
    x, _ = planted()
    x[3, 4] = np.nan
    with pytest.raises(
        ValueError, match=r"signals must be finite, but nan arrived at index \(3, 4"
    ):
        solve_dictionary(x)
