import numpy as np
import pytest

from surrobrain.analysis.phase_map import BEHAVIORS, PhaseMap
from surrobrain.reports.figures.phase_map import phase_map


def map_of(**points):
    n = len(next(iter(points.values())))
    ones = np.ones((n, 1))
    return PhaseMap(points, np.arange(n) % len(BEHAVIORS), ones, ones, 2 * ones)


def test_a_map_says_how_much_is_what():
    x, y = (v.ravel() for v in np.meshgrid(np.arange(5.0), np.arange(4.0)))
    picture = phase_map(map_of(a=x, b=y))
    assert "irregular at 20.0%" in picture.caption
    assert "2 to 2 Hz" in picture.caption
    (mesh,) = picture.figure.axes[0].collections
    np.testing.assert_array_equal(mesh.get_array(), np.tile(np.arange(5), (4, 1)))
    assert "20 points of a:" in phase_map(map_of(a=np.arange(20.0))).alt
    with pytest.raises(ValueError, match="do not fill a grid"):
        phase_map(map_of(a=x[:-1], b=y[:-1]))
    with pytest.raises(ValueError, match="one or two axes"):
        phase_map(map_of(a=x, b=y, c=x))
