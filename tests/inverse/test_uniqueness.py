import numpy as np
import pytest

from surrobrain.inverse.uniqueness import agreement, clusters, symmetries


def test_the_two_starts_of_the_review_disagree(shared):
    folder = shared("dynamics/review_fig3")
    random = np.load(folder / "trig_ref_matrix.npy")
    uniform = np.load(folder / "trig_uniform_init_matrix.npy")
    found = agreement(uniform, random)
    assert found.correlation == pytest.approx(0.047, abs=6e-4)
    assert found.difference == pytest.approx(1.15, abs=6e-3)


def test_solutions_of_other_shapes_are_refused():
    with pytest.raises(ValueError, match="cannot be compared"):
        agreement(np.zeros(3), np.zeros(4))


def test_chains_of_near_points_are_one_cluster():
    points = np.array([[0.0], [5.0], [0.09], [0.18], [5.05]])
    np.testing.assert_array_equal(clusters(points), [0, 1, 0, 0, 1])


@pytest.mark.parametrize("seed", range(5))
def test_clusters_do_not_depend_on_the_order(seed):
    rng = np.random.default_rng(seed)
    points = np.concatenate([c + 0.02 * rng.normal(size=(6, 3)) for c in (0.0, 1.0, 2.0)])
    order = rng.permutation(18)
    found = clusters(points[order])
    assert len(set(found)) == 3
    same = found[:, None] == found[None]
    np.testing.assert_array_equal(same, (order[:, None] // 6) == (order[None] // 6))


def test_an_exchange_is_named():
    points = np.array([[1.0, 2.0, 0.5], [2.0, 1.0, 0.5]])
    assert symmetries(points, points, ["a", "b", "c"]) == ("a and b exchanged",)


def test_other_values_are_named():
    points = np.array([[1.0, 2.0], [1.0, 0.3]])
    assert symmetries(points, points, ["a", "b"]) == ("another value of b",)
