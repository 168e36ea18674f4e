import numpy as np
import pytest

from surrobrain.reports.figures.fc import fc


def _matrices(n_regions):
    rng = np.random.default_rng(0)
    return [np.corrcoef(rng.normal(size=(n_regions, 60))) for _ in range(2)]


@pytest.mark.parametrize("n_regions", [3, 40, 41])
def test_colors_are_symmetric_and_shared_and_the_diagonal_is_left_out(n_regions):
    left, right = _matrices(n_regions)
    picture = fc(left, right, names=[f"r{k}" for k in range(n_regions)])
    first, second = (picture.figure.axes[k].images[0] for k in (0, 1))
    assert first.get_clim() == second.get_clim()
    assert first.get_clim()[0] == -first.get_clim()[1]
    shown = np.ma.masked_invalid(first.get_array())
    assert shown.mask.diagonal().all()
    assert picture.png()[:4] == b"\x89PNG"


def test_regions_are_named_up_to_forty():
    for n_regions, named in ((40, True), (41, False)):
        axes = fc(*_matrices(n_regions), names=[f"r{k}" for k in range(n_regions)]).figure.axes[0]
        labels = [text.get_text() for text in axes.get_yticklabels()]
        assert ("r1" in labels) is named


def test_the_words_hold_the_correlation_of_the_upper_triangles():
    left, right = _matrices(10)
    above = np.triu_indices(10, 1)
    r = np.corrcoef(left[above], right[above])[0, 1]
    assert f"r = {r:.2f}" in fc(left, right, names=[f"r{k}" for k in range(10)]).alt


def test_a_constant_region_is_left_gray():
    left, right = _matrices(5)
    right[2] = right[:, 2] = np.nan
    picture = fc(left, right, names=list("abcde"))
    assert "nan" not in picture.alt
    picture.png()


def test_one_region_has_no_pair_and_no_axis_error(caplog):
    picture = fc(np.ones((1, 1)), np.ones((1, 1)), names=["a"])
    assert "correlate: r is not defined" in picture.alt
    picture.png()
    assert not caplog.records


def test_dots_that_agree_lie_on_a_line():
    axes = fc(*_matrices(4), names=list("abcd")).figure.axes[2]
    assert len(axes.lines) == 1
