import numpy as np
import pytest

from surrobrain.mechanistic.sweep import Sweep
from surrobrain.reports.figures.sweep_map import sweep_map


def swept(**points):
    """A sweep whose values are a known function of its points: 3 samples of 2 regions."""
    arrays = {name: np.asarray(values, dtype=float) for name, values in points.items()}
    total = sum(np.log(values) for values in arrays.values())
    return Sweep(arrays, total[:, None, None] * np.ones((1, 3, 2)), 10.0, ("A", "B"))


def grid(x, y):
    return tuple(values.ravel() for values in np.meshgrid(x, y))


X, Y = np.array([1.0, 2.0, 4.0]), np.geomspace(0.1, 10.0, 5)


def test_a_grid_becomes_cells_in_their_place():
    coupling, noise = grid(X, Y)
    order = np.random.default_rng(0).permutation(15)
    picture = sweep_map(swept(coupling=coupling[order], noise=noise[order]), np.mean)
    axes = picture.figure.axes[0]
    (cells,) = axes.collections
    np.testing.assert_allclose(cells.get_array(), np.log(Y)[:, None] + np.log(X)[None])
    corners = cells.get_coordinates()
    np.testing.assert_allclose(corners[0, :, 0], [0.5, 1.5, 3.0, 5.0])
    np.testing.assert_allclose(corners[:, 0, 1], np.geomspace(10**-1.25, 10**1.25, 6))
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("coupling", "noise")
    assert (axes.get_xscale(), axes.get_yscale()) == ("linear", "log")
    assert "from -2.3 at coupling = 1, noise = 0.1 to 3.69 at" in picture.caption
    picture.png()


@pytest.mark.parametrize(("better", "at"), [("higher", (4.0, 10.0)), ("lower", (1.0, 0.1))])
def test_the_best_point_has_a_star_and_is_named(better, at):
    coupling, noise = grid(X, Y)
    picture = sweep_map(swept(coupling=coupling, noise=noise), np.mean, better=better)
    (star,) = picture.figure.axes[0].lines
    np.testing.assert_allclose(star.get_xydata(), [at])
    assert f"best point, coupling = {at[0]:g}, noise = {at[1]:g}" in picture.caption


def test_points_that_make_no_grid_become_dots():
    coupling, noise = grid(X, Y)
    picture = sweep_map(swept(coupling=coupling[:-1], noise=noise[:-1]), np.mean)
    assert picture.figure.axes[0].collections[0].get_offsets().shape == (14, 2)


def test_one_quantity_becomes_a_line_through_the_mean_of_repeats():
    sweep = swept(coupling=np.repeat(X, 2), noise=np.ones(6))
    sweep.values[::2] += 1.0
    picture = sweep_map(sweep, np.mean, label="power (1/Hz)", better="higher")
    dots, line, star = picture.figure.axes[0].lines
    assert len(dots.get_xdata()) == 6
    np.testing.assert_allclose(line.get_xydata(), np.stack([X, np.log(X) + 0.5], axis=1))
    np.testing.assert_allclose(star.get_xydata(), [[4.0, np.log(4) + 0.5]])
    assert picture.figure.axes[0].get_ylabel() == "power (1/Hz)"
    assert picture.alt == "power (1/Hz) at 3 points of coupling, 0.5 to 1.89."


def test_a_summary_that_is_a_number_needs_no_score():
    whole = swept(coupling=X)
    single = Sweep(whole.points, whole.values[:, 0, 0], 10.0, whole.names)
    line = sweep_map(single).figure.axes[0].lines[0]
    np.testing.assert_allclose(line.get_ydata(), np.log(X))
    with pytest.raises(ValueError, match=r"array of shape \(3, 2\); give score="):
        sweep_map(whole)


def test_diverged_points_are_gray_and_counted():
    coupling, noise = grid(X, Y)
    sweep = swept(coupling=coupling, noise=noise)
    sweep.values[4] = np.inf
    picture = sweep_map(sweep, np.mean)
    assert "1 of 15 points have no score" in picture.caption
    assert np.ma.getmaskarray(picture.figure.axes[0].collections[0].get_array()).sum() == 1
    sweep.values[:] = np.nan
    with pytest.raises(ValueError, match="no point has a finite score"):
        sweep_map(sweep, np.mean)


def test_what_has_no_axis_is_refused():
    with pytest.raises(ValueError, match="a map has two axes, but coupling, noise, tau"):
        sweep_map(swept(coupling=X, noise=X, tau=X), np.mean)
    per_region = Sweep({"tau": np.ones((3, 2))}, np.ones((3, 4, 2)), 1.0, ("A", "B"))
    with pytest.raises(ValueError, match="tau was varied per region"):
        sweep_map(per_region, np.mean)
