import numpy as np

from surrobrain.reports.figures.ec import ec

PNG = b"\x89PNG"


def test_without_a_truth_one_matrix_with_its_scale():
    weights = np.random.default_rng(0).normal(size=(6, 6))
    picture = ec(weights, names=list("abcdef"))
    matrices = [axes for axes in picture.figure.axes if axes.images]
    assert matrices[0].get_xlabel() == "from"
    assert matrices[0].get_ylabel() == "to"
    picture.png()


def test_with_a_truth_only_the_off_diagonal_pattern_counts():
    truth = np.random.default_rng(0).normal(size=(6, 6))
    estimate = 3.0 * truth
    estimate[np.diag_indices(6)] = 100.0
    picture = ec(estimate, names=list("abcdef"), truth=truth)
    assert "correlate: r = 1.00" in picture.alt
    picture.png()


def test_an_empty_matrix_is_drawn_too():
    assert ec(np.zeros((3, 3)), names=list("abc")).png().startswith(PNG)


def test_one_region_is_drawn_too():
    one = np.ones((1, 1))
    assert ec(one, names=["a"]).png().startswith(PNG)
    assert "r is not defined" in ec(one, names=["a"], truth=one).alt
    assert ec(one, names=["a"], truth=one).png().startswith(PNG)
