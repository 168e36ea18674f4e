import pytest

from surrobrain.reports.figures.traces import traces


def _lines(picture):
    return [axes.lines for axes in picture.figure.axes]


def test_nobody_picks_the_regions(recording):
    picture = traces(recording(13))
    titles = [axes.get_ylabel() for axes in picture.figure.axes]
    assert titles == ["Region_00_L", "Region_04_L", "Region_08_L", "Region_12_L"]


def test_every_model_has_its_column_and_every_panel_the_measured_line(recording):
    real = recording(5)
    picture = traces(
        real, models={"forecast": real, "free run": recording(5, seed=1)}, regions=["Region_02_L"]
    )
    panels = _lines(picture)
    assert [len(lines) for lines in panels] == [2, 2]
    for lines in panels:
        assert (lines[0].get_ydata() == real.values[:200, 2]).all()
    picture.png()


def test_too_many_models_or_other_regions_are_refused(recording):
    real = recording(3)
    with pytest.raises(ValueError, match="at most 2 models"):
        traces(real, models=dict.fromkeys("abc", real))
    with pytest.raises(ValueError, match="regions"):
        traces(real, models={"free run": recording(4)})


def test_two_regions_are_two_rows(recording):
    assert len(traces(recording(2), n_times=50).figure.axes) == 2


def test_a_simulated_signal_is_called_what_it_is(recording):
    picture = traces(recording(3), label="simulated", n_times=60)
    assert picture.figure.axes[0].get_title(loc="left") == "simulated"
    assert picture.caption == "The first 60 of 200 samples."
    assert picture.alt.endswith("Region_02_L: simulated.")
