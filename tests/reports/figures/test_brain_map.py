import numpy as np
import pytest
from matplotlib import colormaps
from scipy.spatial import ConvexHull

from surrobrain.data.surface import Surface
from surrobrain.reports.figures.brain_map import brain_map

NAMES = ("L_low", "L_high", "R_low", "R_high", "below")


def hemisphere(x: float, first: int) -> Surface:
    """Half a ball: a region below and one above, and nothing at its inner end."""
    points = np.random.default_rng(0).normal(size=(500, 3))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    parcels = first + (points[:, 2] > 0)
    parcels[points[:, 0] * np.sign(x) < -0.9] = 0
    return Surface(30 * points + [x, 0.0, 0.0], ConvexHull(points).simplices, parcels)


def outward(surface: Surface) -> Surface:
    """Wind every triangle of a ball outwards; a convex hull leaves that to chance."""
    a, b, c = (surface.vertices[surface.faces[:, k]] for k in range(3))
    middle = surface.vertices.mean(axis=0)
    wrong = (np.cross(b - a, c - a) * (a - middle)).sum(axis=1) < 0
    faces = np.where(wrong[:, None], surface.faces[:, ::-1], surface.faces)
    return Surface(surface.vertices, faces, surface.parcels)


LEFT, RIGHT = outward(hemisphere(-40.0, 1)), outward(hemisphere(40.0, 3))


def colors(axes) -> tuple[np.ndarray, np.ndarray]:
    """Return the height of the middle of every triangle drawn, and its hue."""
    (triangles,) = axes.collections
    heights = np.array([path.vertices[:3, 1].mean() for path in triangles.get_paths()])
    fill = triangles.get_facecolor()[:, :3]
    return heights, fill / fill.max(axis=1, keepdims=True)


def test_every_view_shows_its_side_in_the_colors_of_its_regions():
    values = np.array([1.0, 2.0, 3.0, 5.0, 100.0])
    picture = brain_map(values, left=LEFT, right=RIGHT, names=NAMES)
    panels = picture.figure.axes[:4]
    low, high = colormaps["viridis"]([0.0, 0.25])[:, :3]
    heights, hues = colors(panels[0])
    assert 400 < len(heights) < 600, "half of the triangles"
    assert np.abs(hues[heights < -5] - low / low.max()).max() < 1e-6
    assert np.abs(hues[heights > 5] - high / high.max()).max() < 1e-6
    gray = [(np.ptp(colors(axes)[1], axis=1) < 1e-6).sum() for axes in panels]
    assert gray[0] == gray[3] == 0
    assert min(gray[1:3]) > 10, "the inner end is seen from the midline"
    picture.png()


def test_the_words_know_the_ends_and_count_what_is_seen():
    picture = brain_map(np.array([1.0, 2.0, 3.0, 5.0, 9.0]), left=LEFT, right=RIGHT, names=NAMES)
    assert "Largest: R_high 5; R_low 3. Smallest: L_low 1; L_high 2." in picture.caption
    assert "of 4 regions from 1 to 5" in picture.alt


def test_signed_values_have_colors_symmetric_about_zero_and_nan_is_gray():
    values = np.array([np.nan, -2.0, 1.0, 0.5, 0.0])
    picture = brain_map(values, left=LEFT, right=RIGHT, names=NAMES, label="change (sd)")
    bar = picture.figure.axes[4]
    assert bar.get_xlim()[0] == -bar.get_xlim()[1]
    assert bar.get_xlabel() == "change (sd)"
    heights, hues = colors(picture.figure.axes[0])
    assert (np.ptp(hues[heights < -5], axis=1) < 1e-6).all()
    assert (hues[heights > 5, 2] > hues[heights > 5, 0]).all(), "blue below zero"
    assert "3 regions" in picture.alt


def test_near_triangles_lie_on_far_ones():
    picture = brain_map(np.arange(5.0), left=LEFT, right=RIGHT, names=NAMES)
    (triangles,) = picture.figure.axes[3].collections
    widths = [np.hypot(*path.vertices[:3].mean(axis=0)) for path in triangles.get_paths()]
    assert np.mean(widths[:50]) > 2 * np.mean(widths[-50:]), "the rim first, the middle last"


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="3 values and 5 names arrived for parcels that count to"):
        brain_map(np.arange(3.0), left=LEFT, right=RIGHT, names=NAMES)
    with pytest.raises(ValueError, match="no region with a value"):
        brain_map(np.full(5, np.nan), left=LEFT, right=RIGHT, names=NAMES)
