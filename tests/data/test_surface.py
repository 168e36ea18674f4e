from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.spatial import ConvexHull

from surrobrain.data.surface import Surface


def ball(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Points spread evenly over a sphere of 50 mm, and its triangles, wound at random."""
    k = np.arange(n) + 0.5
    polar, around = np.arccos(1 - 2 * k / n), np.pi * (1 + 5**0.5) * k
    points = np.stack(
        [np.cos(around) * np.sin(polar), np.sin(around) * np.sin(polar), np.cos(polar)], axis=1
    )
    hull = ConvexHull(points)
    a, b, c = (points[hull.simplices[:, k]] for k in range(3))
    inwards = (np.cross(b - a, c - a) * hull.equations[:, :3]).sum(axis=1) < 0
    faces = np.where(inwards[:, None], hull.simplices[:, ::-1], hull.simplices)
    return 50.0 * points, faces


@pytest.mark.parametrize("turn", [1, -1])
def test_normals_of_a_ball_point_away_from_its_middle(turn: int) -> None:
    vertices, faces = ball()
    surface = Surface(vertices + 7.0, faces[:, ::turn], np.zeros(len(vertices), int))
    np.testing.assert_allclose(surface.normals, vertices / 50.0, atol=0.05)


def test_a_triangle_belongs_to_the_region_of_two_of_its_corners() -> None:
    vertices = np.array([[0.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]])
    faces = np.array([[0, 1, 2], [0, 1, 3], [3, 1, 2], [1, 2, 3]])
    surface = Surface(vertices, faces, np.array([1, 2, 2, 3]))
    ours = dict(zip(map(frozenset, surface.faces.tolist()), surface.face_parcels, strict=True))
    assert ours[frozenset({0, 1, 2})] == ours[frozenset({1, 2, 3})] == 2
    assert ours[frozenset({0, 1, 3})] in (1, 2, 3)


def test_what_does_not_fit_is_refused() -> None:
    vertices, faces = ball(20)
    with pytest.raises(ValueError, match="faces must name vertices 0 to 19"):
        Surface(vertices, faces + 1, np.zeros(20, int))
    with pytest.raises(ValueError, match=r"for each of 20 vertices.*cut in two"):
        Surface(vertices, faces, np.zeros(40, int))


def test_a_real_hemisphere_is_read_the_right_way_out(shared: Callable[[str], Path]) -> None:
    folder = shared("connectomes/enigma")
    vertices = np.load(folder / "surfaces/fsaverage5_lh_vertices_mm.npy").astype(float)
    faces = np.load(folder / "surfaces/fsaverage5_lh_faces.npy").astype(int)
    parcels = np.load(folder / "parcellations/schaefer_100_fsa5.npy").astype(int)[: len(vertices)]
    surface = Surface(vertices, faces, parcels)
    assert set(np.unique(surface.face_parcels)) == set(range(51))
    lateral = vertices[:, 0] < np.quantile(vertices[:, 0], 0.02)
    assert (surface.normals[lateral, 0] < 0).mean() > 0.95, "the outermost fiftieth looks out"
