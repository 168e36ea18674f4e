import dataclasses

import numpy as np
import pytest

from surrobrain.brainbench import analyze
from surrobrain.reports.figures.accuracy_bars import accuracy_bars
from surrobrain.reports.figures.difficulty import difficulty
from surrobrain.reports.figures.headline_readings import headline_readings
from surrobrain.reports.figures.reliability import reliability
from surrobrain.reports.figures.subfield_bars import subfield_bars
from surrobrain.reports.report import Report
from tests.brainbench.virtual_readers import virtual_model, virtual_people

EASE = np.random.default_rng(0).uniform(0.4, 0.9, size=60)
MODELS = [virtual_model(EASE / 5 - 0.1, model=f"group--model {k}", seed=k) for k in range(6)]


@pytest.fixture(scope="module")
def found():
    return analyze(
        MODELS, humans=virtual_people(EASE, n_readers=5), baselines={"shorter text": 0.51}
    )


def test_bars_show_every_reader_and_what_needs_no_understanding(found):
    picture = accuracy_bars(found)
    (axes,) = picture.figure.axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:2] == ["model 0", "model 1"]
    assert {"mean of 6 models", "people", "shorter text"} <= set(names)
    widths = [bar.get_width() for bar in axes.patches]
    assert widths[0] == pytest.approx(MODELS[0].accuracy)
    assert f"{found.versus.humans.value:.3f}" in picture.alt


def test_subfields_need_names(found):
    assert "Systems" in subfield_bars(found).alt
    with pytest.raises(ValueError, match="not known"):
        subfield_bars(dataclasses.replace(found, subfields={}))


def test_there_is_a_diagram_for_every_model(found):
    picture = reliability(found.calibrations)
    assert sum(axes.get_visible() for axes in picture.figure.axes) == 6
    with pytest.raises(ValueError, match="no model"):
        reliability([])


def test_the_ceiling_stands_beside_the_correlation(found):
    picture = difficulty(found.correlations)
    assert f"ceiling of {found.correlations.reliability.ceiling:.2f}" in picture.alt
    texts = [text.get_text() for axes in picture.figure.axes for text in axes.texts]
    assert "ceiling" in texts
    alone = dataclasses.replace(found.correlations, with_humans=None, reliability=None)
    assert "people" not in difficulty(alone).alt
    with pytest.raises(ValueError, match="nobody else"):
        difficulty(analyze(MODELS[0]).correlations)


def test_fragile_headlines_are_flagged(found):
    picture = headline_readings(found.headlines)
    titles = [axes.get_title(loc="left") for axes in picture.figure.axes]
    flagged = [title for title in titles if title.startswith("FRAGILE: ")]
    assert len(flagged) == sum(h.fragile for h in found.headlines)
    with pytest.raises(ValueError, match="no headline"):
        headline_readings([])


def test_one_model_makes_a_page_that_says_what_is_missing():
    page = Report("BrainBench", [analyze(MODELS[0])]).html()
    assert page.count("could not be drawn") == 2  # subfields, and whom to compare with
    assert "chance is 50 %" in page
