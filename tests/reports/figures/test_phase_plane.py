import numpy as np
import pytest

from surrobrain import catalog
from surrobrain.mechanistic import nodes
from surrobrain.reports.figures.phase_plane import phase_plane

FOLDER = "surrobrain.mechanistic.nodes"


def lines(picture):
    return {line.get_label(): line.get_xydata() for line in picture.figure.axes[0].lines}


def test_every_node_of_two_states_or_more_can_be_drawn():
    for name in catalog.names(FOLDER):
        node = catalog.load(FOLDER, name)()
        if len(node.states) < 2:
            with pytest.raises(ValueError, match=r"needs two states, but .* has one"):
                phase_plane(node)
            continue
        picture = phase_plane(node, duration=0.02)
        words = "In the plane, per", "There is no fixed point in the window"
        assert any(word in picture.caption for word in words), name
        assert np.isfinite(lines(picture)["trajectory"]).all()


def test_a_known_flow_is_told_by_its_eigenvalues():
    picture = phase_plane(nodes.StuartLandau(a=0.5, omega=2.0))
    assert "unstable focus at (0, 0), eigenvalues 0.5 ± 2i" in picture.caption
    path = lines(picture)["trajectory"]
    assert np.hypot(*path[-1]) == pytest.approx(0.5**0.5, rel=1e-3), "ends on its cycle"
    assert picture.alt.endswith("1 fixed points.")
    picture.png()


def test_fixed_points_of_a_bistable_population_and_their_marks():
    picture = phase_plane(nodes.MontbrioPazoRoxin(), limits=((0.0, 3.0), (-3.0, 2.0)))
    assert [kind in picture.caption for kind in ("stable node", "saddle", "stable focus")]
    dots = [x for x in picture.figure.axes[0].lines if x.get_marker() == "o"]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, True, False]


def test_nullclines_are_where_the_rates_vanish():
    node = nodes.FitzHughNagumo()
    picture = phase_plane(node)
    contours = [c for c in picture.figure.axes[0].collections if hasattr(c, "levels")]
    assert len(contours) == 2
    for k, contour in enumerate(contours):
        x, y = np.concatenate([p.vertices for p in contour.get_paths()]).T
        rates = node.drift(np, (x, y), (0.0,) * len(node.source(np, (x, y), node)), node)
        elsewhere = node.drift(np, (x + 0.2, y + 0.3), (0.0,), node)
        assert np.abs(rates[k]).max() < 0.05 * np.abs(elsewhere[k]).max()


def test_other_states_are_held_at_the_fixed_point_or_where_told():
    node = nodes.JansenRit()
    picture = phase_plane(node)
    assert picture.figure.axes[0].get_xlabel() == "y0"
    assert picture.figure.axes[0].get_ylabel() == "y3", "the first that act on each other"
    told = phase_plane(node, states=("y1", "y4"), held={"y0": 0.1, "y2": 5.0, "y3": 0.0, "y5": 0.0})
    assert "y0 = 0.1, y2 = 5" in told.caption
    from scipy.optimize import brentq

    rate = lambda v: 5.0 / (1 + np.exp(0.56 * (6.0 - v)))  # noqa: E731
    y0 = float(brentq(lambda y: y - 3.25 / 100 * rate(
        3.25 / 100 * (220 + 108 * rate(135 * y)) - 22 / 50 * 33.75 * rate(33.75 * y)), 0, 1
    ))  # fmt: skip
    y1 = 3.25 / 100 * (220 + 108 * rate(135 * y0))
    assert f"y1 = {y1:.3g}" in picture.caption, "the equilibrium solved by hand"


def test_input_moves_the_fixed_point():
    node = nodes.StuartLandau(a=-1.0, omega=0.0)
    picture = phase_plane(node, coupling=2.0, limits=((-2.0, 2.0), (-2.0, 2.0)))
    x = np.roots([2.0, 0.0, 1.0, -2.0])  # x = y, and 2 x^3 + x = 2
    x = x[abs(x.imag) < 1e-12].real[0]
    assert f"stable node at ({x:.3g}, {x:.3g})" in picture.caption


def test_unknown_states_are_refused():
    with pytest.raises(ValueError, match="there is no state 'y9'"):
        phase_plane(nodes.JansenRit(), states=("y1", "y9"))
