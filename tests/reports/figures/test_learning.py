from surrobrain.reports.figures.learning import learning


def test_the_dot_marks_the_lowest_validation_loss():
    picture = learning([0.9, 0.5, 0.3], validation=[1.0, 0.8, 0.6, 0.7], baselines={"mean": 1.0})
    axes = picture.figure.axes[0]
    dot = next(line for line in axes.lines if line.get_marker() == "o")
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (2, 0.6)
    assert "validation loss is lowest, 0.6, after epoch 2" in picture.alt
    picture.png()
