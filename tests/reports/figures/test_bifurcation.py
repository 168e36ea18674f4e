import numpy as np
import pytest

from surrobrain.analysis.bifurcation import Bifurcation
from surrobrain.analysis.continuation import Branch, continuation
from surrobrain.mechanistic import nodes
from surrobrain.reports.figures.bifurcation import bifurcation


def test_every_point_is_named_where_it_is_and_lines_tell_stability():
    branch = continuation(nodes.Epileptor2D(), "x0", span=(-3.0, -1.6), step=0.05)
    picture = bifurcation(branch)
    assert "Hopf at -2.06195" in picture.caption
    lines = picture.figure.axes[0].lines
    stable = np.concatenate([x.get_xdata() for x in lines if x.get_linestyle() == "-"])
    assert stable.max() < -1.9
    marks = [x for x in lines if x.get_label() == "Hopf"]
    assert marks[0].get_xdata() == pytest.approx([-2.06195], abs=1e-5)
    picture.png()


def branch_of(parameter):
    points = tuple(
        Bifurcation(kind, 0.1 * k, np.array([0.0]), 0.0)
        for k, kind in enumerate(["fold", "Hopf", "pitchfork", "transcritical", "period doubling"])
    )
    x = np.linspace(0, 1, 5)
    return Branch(parameter, x, x[:, None], np.array([0, 0, 1, 1, 0]), points, ("x",))


def test_every_kind_has_a_mark_and_several_parameters_are_refused():
    picture = bifurcation([branch_of("a"), branch_of("a")], state="x")
    assert picture.alt.endswith("10 bifurcations.")
    with pytest.raises(ValueError, match="one parameter, but branches over a, b"):
        bifurcation([branch_of("a"), branch_of("b")])
    with pytest.raises(ValueError, match="no state 'y'"):
        bifurcation(branch_of("a"), state="y")
