import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform

from surrobrain import rsa
from surrobrain.rsa.condensed import condensed, n_conditions_of, pair_of, positions, square

NAMES = ["cat", "dog", "car", "bus"]


def some(n_rdms: int = 2, *, seed: int = 0, **more) -> rsa.RDMs:
    values = np.random.default_rng(seed).uniform(size=(n_rdms, 6))
    return rsa.RDMs(values, NAMES, **more)


@given(st.integers(2, 12))
@settings(max_examples=8, deadline=None)
def test_the_order_of_pairs_is_that_of_scipy(n):
    points = np.random.default_rng(n).normal(size=(n, 3))
    distances = pdist(points)
    assert np.array_equal(square(distances), squareform(distances))
    assert np.array_equal(condensed(squareform(distances)), distances)
    order = np.random.default_rng(n).permutation(n)
    assert np.allclose(distances[positions(order, n_conditions=n)], pdist(points[order]))
    pairs = [pair_of(k, n_conditions=n) for k in range(len(distances))]
    assert pairs == list(zip(*(i.tolist() for i in np.triu_indices(n, 1)), strict=True))


def test_a_number_that_is_no_number_of_pairs_is_refused():
    with pytest.raises(ValueError, match="but 7 numbers arrived"):
        n_conditions_of(7)


def test_conditions_are_picked_by_name_in_the_order_asked_for():
    rdms = some(names=["IT", "EVC"])
    picked = rdms.pick(["bus", "cat", "dog"])
    full = rdms.square()
    assert np.array_equal(picked.square(), full[:, [3, 0, 1]][:, :, [3, 0, 1]])
    assert picked.names == ("IT", "EVC")
    with pytest.raises(ValueError, match="no condition 'bos'; did you mean 'bus'"):
        rdms.pick(["bos", "cat"])


def test_rows_and_means():
    movie = some(3, times=np.array([0.0, 0.1, 0.2]))
    assert np.array_equal(movie.at(slice(1, 3)).times, [0.1, 0.2])
    assert np.allclose(movie.mean().values, movie.values.mean(axis=0))
    assert movie.label(1) == "0.1 s"
    assert "movie of 3 times" in repr(movie)


def test_square_matrices_become_rdms():
    rdms = some()
    assert np.array_equal(rsa.RDMs.from_square(rdms.square(), NAMES).values, rdms.values)
    one = rsa.RDMs.from_square(rdms.square()[0], NAMES, names=["IT"])
    assert one.n_rdms == 1


def test_bad_rdms_are_refused_by_name():
    values = some().values.copy()
    values[1, 3] = np.nan
    with pytest.raises(ValueError, match=r"RDM EVC holds nan for the pair \(dog, car\) and 1 such"):
        rsa.RDMs(values, NAMES, ["IT", "EVC"])
    with pytest.raises(ValueError, match="4 conditions have 6 pairs, but every RDM holds 5"):
        rsa.RDMs(np.ones((1, 5)), NAMES)
    with pytest.raises(ValueError, match="but cat occurs more than once"):
        rsa.RDMs(np.ones((1, 6)), ["cat", "dog", "car", "cat"])
    with pytest.raises(ValueError, match="times of a movie must rise"):
        some(2, times=np.array([0.1, 0.1]))
    with pytest.raises(ValueError, match="1 names arrived for 2 RDMs"):
        some(2, names=["IT"])
    matrix = some().square()
    matrix[0, 2, 1] += 0.1
    with pytest.raises(ValueError, match=r"RDM rdm_1 is not symmetric: .* pair \(dog, car\)"):
        rsa.RDMs.from_square(matrix, NAMES)


def test_stimuli_are_matched_by_name():
    rdms = some()
    turned = rdms.pick(NAMES[::-1])
    assert np.array_equal(rsa.matched(rdms, turned).values, rdms.values)
    assert np.allclose(np.diag(rsa.compare(rdms, turned)), 1)
    other = rsa.RDMs(rdms.values, ["cat", "dog", "tram", "van"])
    message = "only the first has car, bus; only the second has tram, van; keep the 2 shared"
    with pytest.raises(ValueError, match=message):
        rsa.compare(rdms, other)
