import dataclasses

import numpy as np
import pytest

from surrobrain import rsa
from surrobrain.clip_hba import simulate_study, tune_meg
from surrobrain.clip_hba.specificity import own_against_others
from surrobrain.clip_hba.time_recipe import TimeRecipe
from surrobrain.reports.clip_hba_sections import section
from surrobrain.reports.figures.layer_schedule import layer_schedule
from surrobrain.reports.figures.own_model import own_model
from surrobrain.reports.report import Report
from surrobrain.training.options import Training


@pytest.fixture(scope="module")
def judged():
    rng = np.random.default_rng(0)
    names, times = [f"i{k}" for k in range(10)], np.array([0.0, 0.1])
    truth = {f"P{k}": rng.normal(size=(2, 45)) for k in range(3)}
    measured = {
        k: rsa.RDMs(v + 0.3 * rng.normal(size=v.shape), names, times=times)
        for k, v in truth.items()
    }
    models = {k: rsa.RDMs(v, names, times=times) for k, v in truth.items()}
    halves = {k: (models[k], measured[k]) for k in models}
    return own_against_others(
        models, measured, baselines={"group": models["P0"]}, halves=halves, n_draws=50
    )


def test_specificity_says_who_is_known_by_whom(judged):
    found = section(judged)
    assert "Of 3 persons, 3 are predicted best by their own model" in found.summary[0]
    page = Report("Persons", [judged]).html()
    assert "models of others" in page
    assert "reliability" in page


def test_columns_are_drawn_and_told(judged):
    picture = own_model(judged)
    assert "own one" in picture.caption
    assert "best of 3 for 3 persons" in picture.alt
    assert picture.png()[1:4] == b"PNG"
    without = own_model(dataclasses.replace(judged, reliability=np.full(3, np.nan)))
    labels = [text.get_text() for text in without.figure.axes[1].get_legend().get_texts()]
    assert "reliability" not in labels
    assert "group" in labels


def test_layers_over_time_are_drawn_beside_the_truth():
    times = np.array([0.0, 0.1, 0.2])
    truth, model = np.eye(3), np.full((3, 3), 1 / 3)
    picture = layer_schedule([truth, model], times=times, labels=("truth", "model"))
    assert "truth: mean layer from 1.00 to 3.00 of 3" in picture.alt
    assert "model: mean layer from 2.00 to 2.00 of 3" in picture.alt
    lines = picture.figure.axes[2].get_lines()
    np.testing.assert_allclose(lines[0].get_ydata(), [1, 2, 3])


def test_a_model_over_time_says_how_it_was_made():
    study = simulate_study(n_images=20, n_persons=2, trained=False)
    few = Training(epochs=1, batch=10)
    model = tune_meg(
        study.vision, study.images, study.movies, prompts=study.prompts,
        recipe=TimeRecipe(layers=few, adapters=few),
    )  # fmt: skip
    page = Report("Group", [model]).html()
    assert "epochs chosen by" in page
    assert "Layers over time" in page
    assert model.history.validation_persons[0] in page
