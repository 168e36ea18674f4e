import numpy as np
import pytest

from surrobrain.reports.figures.scaling import scaling
from surrobrain.signals.correlation_dimension import correlation_dimension
from surrobrain.signals.lyapunov_exponent import lyapunov_exponent
from tests.chaos import henon


def test_the_line_lies_on_the_curve_where_it_counts():
    found = lyapunov_exponent(henon(3000), sfreq=10.0)
    picture = scaling(found)
    curve, line, ceiling = picture.figure.axes[0].lines
    slope = np.polyfit(*line.get_xydata().T, 1)[0]
    assert slope == pytest.approx(found.exponent)
    assert line.get_xdata()[[0, -1]] == pytest.approx(found.window)
    inside = np.isin(curve.get_xdata(), line.get_xdata())
    assert np.abs(curve.get_ydata()[inside] - line.get_ydata()).max() < 5 * found.residual
    assert ceiling.get_ydata()[0] == found.ceiling
    slopes = picture.figure.axes[1].lines[0]
    assert np.median(slopes.get_ydata()[:5]) == pytest.approx(found.exponent, rel=0.2)
    assert f"{found.exponent:.3g} per second" in picture.alt
    assert picture.png()[1:4] == b"PNG"


def test_the_region_of_a_dimension_is_shaded():
    found = correlation_dimension(henon(3000))
    picture = scaling(found)
    points, line = picture.figure.axes[0].lines
    logs = np.log(line.get_xydata())
    assert np.polyfit(*logs.T, 1)[0] == pytest.approx(found.dimension)
    assert len(points.get_xdata()) == len(found.radii)
    (shade,) = picture.figure.axes[1].patches
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == pytest.approx(found.region)
    assert picture.figure.axes[1].lines[0].get_ydata() == pytest.approx(found.slopes)
    assert f"Dimension {found.dimension:.2f}" in picture.alt
