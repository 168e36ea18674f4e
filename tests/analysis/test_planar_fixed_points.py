import numpy as np
import pytest

from surrobrain.analysis.planar_fixed_points import planar_fixed_points

WINDOW = (-2.0, 2.1)


@pytest.mark.parametrize(
    ("matrix", "kind"),
    [
        ([[-1.0, 0.0], [0.0, -3.0]], "stable node"),
        ([[2.0, 0.0], [0.5, 3.0]], "unstable node"),
        ([[1.0, 0.0], [0.0, -3.0]], "saddle"),
        ([[-0.1, 2.0], [-2.0, -0.1]], "stable focus"),
        ([[0.1, 2.0], [-2.0, 0.1]], "unstable focus"),
        ([[-1.0, 5.0], [0.0, -1.0]], "stable node"),
    ],
)
def test_linear_flows_are_known_by_their_matrix(matrix, kind):
    a = np.array(matrix)

    def flow(x, y):
        x, y = x - 0.3, y + 0.7
        return a[0, 0] * x + a[0, 1] * y, a[1, 0] * x + a[1, 1] * y

    (point,) = planar_fixed_points(flow, WINDOW, WINDOW)
    assert (point.x, point.y) == pytest.approx((0.3, -0.7), abs=1e-9)
    assert point.kind == kind
    expected = np.linalg.eigvals(a)
    np.testing.assert_allclose(
        np.sort_complex(point.eigenvalues), np.sort_complex(expected), atol=1e-4
    )
    assert point.stable == (expected.real.max() < 0)


def test_all_three_of_a_bistable_flow_are_found():
    found = planar_fixed_points(lambda x, y: (y - x**3 + x, -y - 0.5 * x), (-3.0, 3.0), (-3.0, 3.0))
    assert [p.kind for p in found] == ["stable focus", "saddle", "stable focus"]
    np.testing.assert_allclose([p.x for p in found], [-(0.5**0.5), 0.0, 0.5**0.5], atol=1e-9)


def test_a_flow_that_never_stands_still_has_none():
    assert planar_fixed_points(lambda x, y: (1.0 + x * x, y), WINDOW, WINDOW) == ()
    assert planar_fixed_points(lambda x, y: (x - 5.0, y), WINDOW, WINDOW) == ()


def test_one_on_a_point_of_the_grid_is_counted_once():
    (point,) = planar_fixed_points(lambda x, y: (-x, -2 * y), (-1.0, 1.0), (-1.0, 1.0))
    assert (point.x, point.y) == pytest.approx((0, 0), abs=1e-9)
