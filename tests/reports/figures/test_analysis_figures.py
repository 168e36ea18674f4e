import numpy as np
import pytest

import surrobrain as sb
from surrobrain.analysis.fixed_points import FixedPoint
from surrobrain.analysis.lyapunov import LyapunovSpectrum
from surrobrain.reports.figures.fixed_points import fixed_points
from surrobrain.reports.figures.lyapunov import lyapunov, verdict
from surrobrain.reports.figures.profile import profile
from surrobrain.reports.figures.style import MODEL, SECOND


def point(state, *eigenvalues, discrete=False):
    names = ("x of A", "y of A")
    return FixedPoint(np.array(state), np.array(eigenvalues, complex), names, discrete)


def test_points_and_eigenvalues_have_the_color_of_their_stability():
    found = (point([0.0, 1.0], -1 + 2j, -1 - 2j), point([2.0, 3.0], 1.0, -3.0))
    picture = fixed_points(found)
    states, plane = picture.figure.axes
    colors = {line.get_color(): line.get_ydata().tolist() for line in states.lines[:2]}
    assert colors == {MODEL: [0.0, 1.0], SECOND: [2.0, 3.0]}
    assert [t.get_text() for t in states.get_xticklabels()] == ["x", "y"]
    assert any(line.get_xdata() == [0.0, 0.0] for line in plane.lines[2:3])
    assert "1 stable focus, 1 saddle" in picture.alt
    picture.png()


def test_the_border_of_a_map_is_a_circle():
    picture = fixed_points((point([0.0, 0.0], 0.5, 0.2, discrete=True),))
    circle = picture.figure.axes[1].lines[1]
    assert np.hypot(*circle.get_data()) == pytest.approx(1.0)
    assert "inside the dotted circle" in picture.caption


def test_points_of_nothing_and_of_several_models_are_refused():
    with pytest.raises(ValueError, match="no fixed point was found"):
        fixed_points(())
    with pytest.raises(ValueError, match="several models"):
        fixed_points((point([0.0, 0.0], -1, -1), point([0.0, 0.0], 0.1, 0.1, discrete=True)))


@pytest.mark.parametrize(("largest", "said"), [(1.0, "chaotic"), (0.0, "periodic"), (-1.0, "rest")])
def test_what_the_largest_exponent_says(largest, said):
    running = np.tile([largest, -2.0], (50, 1))
    found = LyapunovSpectrum(
        np.array([largest, -2.0]), np.array([0.1, 0.1]), np.arange(50.0), running, 2
    )
    assert said in verdict(found)
    picture = lyapunov(found)
    assert picture.figure.axes[1].lines[0].get_color() == (SECOND if largest > 0 else MODEL)
    picture.png()


def test_hubs_are_named_and_modules_have_colors():
    weights = np.kron(np.eye(2), np.ones((4, 4)) - np.eye(4))
    weights[4:, 0] = 0.5
    picture = profile(sb.network_profile(sb.Connectome(weights, names=list("ABCDEFGH"))))
    named = {text.get_text() for axes in picture.figure.axes for text in axes.texts}
    assert "A" in named
    assert "Output hubs A" in picture.alt
    legend = [text.get_text() for text in picture.figure.legends[0].texts]
    assert legend == ["module 1 (4)", "module 2 (4)"]
    picture.png()
