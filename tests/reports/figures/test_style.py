import sys

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from surrobrain.reports.figures.style import compare, log_ticks, new_figure


def test_drawing_leaves_the_settings_of_matplotlib_alone():
    before = dict(matplotlib.rcParams)
    axes = new_figure().subplots()
    compare(axes, np.arange(5.0), np.arange(5.0), labels=("a", "b"))
    assert dict(matplotlib.rcParams) == before


def test_compare_skips_what_is_missing():
    axes = Figure().subplots()
    x, y = np.array([1.0, 2.0, np.nan, 4.0]), np.array([2.0, 4.0, 100.0, 8.0])
    assert np.isclose(compare(axes, x, y, labels=("a", "b")), 1.0)


def test_compare_of_constants_has_no_correlation():
    axes = Figure().subplots()
    assert np.isnan(compare(axes, np.ones(3), np.ones(3), labels=("a", "b")))
    assert axes.get_title(loc="left") == "r is not defined"


def test_no_figure_file_needs_pyplot():
    import subprocess

    code = (
        "import sys, numpy as np\n"
        "from surrobrain.reports.figures.ec import ec\n"
        "ec(np.eye(3), names=list('abc')).png()\n"
        "print('matplotlib.figure' in sys.modules, 'matplotlib.pyplot' in sys.modules)\n"
    )
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True", "False"]


def test_logarithmic_ticks_stay_apart_however_many_decades():
    for top, expected in ((30.0, [0.5, 1, 2, 5, 10, 20]), (1e6, [1, 10, 100, 1e3, 1e4, 1e5, 1e6])):
        axes = new_figure().subplots()
        axes.set(xscale="log", xlim=(0.5, top))
        log_ticks(axes.xaxis)
        shown = [x for x in axes.get_xticks() if 0.5 <= x <= top]
        assert np.allclose(shown, expected)
