import numpy as np
import pytest

from surrobrain.reports.figures.response import response


def test_the_most_changed_regions_come_first_and_no_more_than_thirty(effect):
    picture = response(effect(80))
    labels = [text.get_text() for text in picture.figure.axes[0].get_yticklabels()]
    assert labels[0] == "Region_79_R"
    assert len(labels) == 30
    assert "50 are not" in picture.caption
    picture.png()


def test_predicted_and_true_are_held_against_each_other(effect):
    picture = response(effect(6), truth=effect(6, scale=0.5))
    assert "correlate at r = 1.00" in picture.alt
    picture.png()


def test_a_region_without_response_is_no_obstacle(effect):
    found = effect(4)
    found.response[2] = np.nan
    found.sd[2] = np.nan
    response(found, truth=effect(4)).png()


def test_another_brain_is_refused(effect):
    with pytest.raises(ValueError, match="regions"):
        response(effect(4), truth=effect(5))
