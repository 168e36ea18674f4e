import numpy as np

from surrobrain.reports.figures.scores import scores


def test_better_is_always_to_the_right(row):
    picture = scores([row(), row(name="fc", better="higher")])
    lower, higher = picture.figure.axes[:2]
    assert lower.xaxis_inverted()
    assert not higher.xaxis_inverted()
    assert "rmse 0.6; fc 0.6" in picture.alt
    picture.png()


def test_what_is_not_defined_is_not_drawn(row):
    empty = row(persistence=np.nan, linear_var=np.nan, null=np.nan, low=np.nan, high=np.nan)
    axes = scores([empty]).figure.axes[0]
    drawn = [line for line in axes.lines if np.isfinite(np.asarray(line.get_xdata(), float)).all()]
    assert [line.get_marker() for line in drawn if line.get_marker() != "None"] == ["o"]
