import dataclasses

import numpy as np
import pytest

from surrobrain.intervention.dose import Dose
from surrobrain.reports.figures.response import response


def test_the_most_changed_regions_come_first_and_no_more_than_thirty(effect):
    picture = response(effect(80))
    labels = [text.get_text() for text in picture.figure.axes[0].get_yticklabels()]
    assert labels[0] == "Region_79_R"
    assert len(labels) == 30
    assert "50 are not" in picture.caption
    picture.png()


def _driven(found, name):
    one = np.ones(1)
    return dataclasses.replace(found, dose=Dose((name,), *[one] * 6))


def test_signed_changes_are_held_against_the_truth_without_what_was_driven(effect):
    found = _driven(effect(6), "Region_05_R")
    truth = effect(6)
    truth.difference[:, :3] *= -1.0
    truth.response[5] = 1000.0
    picture = response(found, truth=truth)
    r = np.corrcoef([1, 2, 3, 4, 5], [-1, -2, -3, 4, 5])[0, 1]
    assert f"correlate: r = {r:.2f}" in picture.alt
    assert picture.title.endswith("the truth was driven with its own dose")
    scatter = picture.figure.axes[2]
    assert scatter.get_title(loc="left") == f"r = {r:.2f}"
    assert not scatter.lines, "two doses have no line of equality"
    picture.png()


def test_a_lesion_has_no_dose_to_tell(effect):
    assert "dose" not in response(effect(4), truth=effect(4)).title


def test_one_region_that_was_removed_is_drawn_too(effect, caplog):
    found = effect(1)
    found.response[:] = found.response_low[:] = found.response_high[:] = np.nan
    response(found).png()
    response(found, truth=effect(1)).png()
    assert not caplog.records


def test_a_region_without_response_is_no_obstacle(effect):
    found = effect(4)
    found.response[2] = np.nan
    found.sd[2] = np.nan
    assert response(found, truth=effect(4)).png().startswith(b"\x89PNG")


def test_another_brain_is_refused(effect):
    with pytest.raises(ValueError, match="regions"):
        response(effect(4), truth=effect(5))
