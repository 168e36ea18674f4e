import numpy as np
import pytest

from surrobrain.inverse.stability import (
    perturbation_curve,
    relative_change,
    sloppy,
    spectrum,
)

SINGULAR = {
    "poly": ("2.1016 1.7469 1.5619 1.3809 1.1077 0.9396 0.7914 0.5476 0.3863 0.0009 0 0 0 0 0 0"),
    "trig": (
        "2.2767 1.5050 1.4003 1.1285 1.0963 1.0551 0.9804 0.8427 "
        "0.7648 0.5611 0.4337 0.3976 0.2485 0.1213 0.0888 0.0228"
    ),
}
COEFFICIENTS = {
    "poly": [0.666, 0.450, 0.858, 1.771, 1.329, 2.485, 3.233, 4.066, 5.454, 6.819],
    "trig": [0.143, 0.301, 0.402, 0.504, 0.756, 1.029, 1.432, 1.784, 2.098, 2.334],
}
COLUMN = {
    "poly": [0.008, 0.028, 0.077, 0.164, 1.078, 1.266, 1.331, 1.363, 1.388, 1.400],
    "trig": [0.175, 0.372, 0.583, 0.845, 1.055, 1.204, 1.266, 1.293, 1.320, 1.316],
}
both = pytest.mark.parametrize("kernel", ["poly", "trig"])


@pytest.fixture
def review(shared):
    folder = shared("dynamics/review_fig3")
    return lambda name: np.load(folder / f"{name}.npy")


@both
def test_the_singular_values_of_the_review(review, kernel):
    found = spectrum(review(f"{kernel}_ref_matrix"))
    np.testing.assert_allclose(
        found.values, [float(x) for x in SINGULAR[kernel].split()], atol=6e-5
    )
    assert found.rank == {"poly": 9, "trig": 16}[kernel]
    assert found.condition == pytest.approx({"poly": np.inf, "trig": 99.8}[kernel], rel=1e-3)


@both
def test_the_perturbation_curves_of_the_review(review, kernel):
    curve = perturbation_curve(review(f"{kernel}_pert_coef"), review(f"{kernel}_ref_coef"))
    np.testing.assert_allclose(curve, COEFFICIENTS[kernel], atol=6e-4)
    columns = review(f"{kernel}_pert_matrix")[..., 15]
    curve = perturbation_curve(columns, review(f"{kernel}_ref_matrix")[:, 15])
    np.testing.assert_allclose(curve, COLUMN[kernel], atol=6e-4)


def test_a_matrix_is_singular_to_its_own_precision():
    nearly = np.diag([1.0, 1e-9])
    assert spectrum(nearly).condition == pytest.approx(1e9)
    assert spectrum(nearly.astype(np.float32)).condition == np.inf
    assert spectrum(nearly).rank == 1


def test_relative_changes_keep_the_leading_axes():
    reference = np.eye(2)
    found = reference + np.array([0.0, 1.0, 2.0])[:, None, None] * np.eye(2)
    np.testing.assert_allclose(relative_change(found, reference), [0, 1, 2])
    with pytest.raises(ValueError, match="reference is zero"):
        relative_change(found, np.zeros((2, 2)))


def test_sloppy_directions_bear_the_names_of_their_parameters():
    matrix = np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 2.0]])
    _, _, directions = np.linalg.svd(matrix)
    found = sloppy(directions, spectrum(matrix @ directions.T @ directions), ["a", "b", "c"])
    assert found == ("0.71 a -0.71 b",) or found == ("0.71 b -0.71 a",)
