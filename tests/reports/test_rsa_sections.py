import numpy as np
import pytest

import surrobrain as sb
from surrobrain import rsa
from surrobrain.reports.figures.dissimilarities import dissimilarities
from surrobrain.reports.figures.generalizing import generalizing
from surrobrain.reports.figures.model_fit import model_fit
from surrobrain.reports.rsa_sections import section

NAMES = [f"image {k:02d}" for k in range(14)]
TIMES = np.arange(-5, 25) / 50


@pytest.fixture(scope="module")
def movies() -> dict[str, rsa.RDMs]:
    """Six persons with one code early and another late."""
    rng = np.random.default_rng(0)
    early, late = np.random.default_rng(1).uniform(size=(2, 91))
    course = [np.exp(-(((TIMES - when) / 0.06) ** 2))[:, None] for when in (0.12, 0.3)]
    signal = course[0] * early + course[1] * late
    return {
        f"P{k}": rsa.RDMs(signal + 0.4 * rng.normal(size=(30, 91)), NAMES, times=TIMES)
        for k in range(6)
    }


@pytest.fixture(scope="module")
def models() -> rsa.RDMs:
    values = np.random.default_rng(1).uniform(size=(2, 91))
    return rsa.RDMs(values, NAMES, ["early", "late"], measure="correlation")


@pytest.fixture(scope="module")
def results(movies, models) -> list[object]:
    scores = rsa.evaluate(models, movies, method="pearson")
    found = rsa.sign_flip_test(scores)
    still = rsa.RDMs(np.stack([m.values[11] for m in movies.values()]), NAMES)
    return [
        models, movies["P0"], scores, rsa.evaluate(models, still), rsa.noise_ceiling(still),
        rsa.latency(scores, found, model="late", n_draws=50),
        rsa.bootstrap(models, still, n_draws=20), rsa.group_generalization(movies),
    ]  # fmt: skip


def test_every_result_has_its_place_in_a_report(results):
    page = sb.Report("RSA", results).html()
    for words in (
        "Fit of models", "Temporal generalization", "most alike", "peak at", "95 % interval",
        "other than these", "early fits best",
    ):  # fmt: skip
        assert words in page, words
    assert page.count("data:image/png") == 5


def test_figures_say_their_numbers(movies, models, results):
    scores = results[2]
    picture = model_fit(scores, significance=rsa.sign_flip_test(scores))
    assert "late" in picture.alt
    best = scores.times[scores.mean[1].argmax()]
    assert abs(best - 0.3) < 0.03
    assert f"at {best:g} s" in picture.alt
    assert "noise ceiling" in picture.alt
    assert "late 0." in model_fit(results[3]).alt
    assert "2 matrices of 14 conditions" in dissimilarities(models).alt
    assert "6 matrices" in dissimilarities(movies["P1"]).alt
    assert "30 by 30 times" in generalizing(results[-1], labels=("persons", "others")).alt


def test_what_cannot_be_drawn_says_why(results):
    pair = rsa.RDMs(np.ones((1, 1)), ["a", "b"])
    with pytest.raises(ValueError, match="a single pair"):
        dissimilarities(pair)
    scores = results[2]
    many = rsa.ModelScores(
        np.zeros((6, 8, 30)), tuple("abcdefgh"), scores.persons, "pearson", None, TIMES
    )
    with pytest.raises(ValueError, match="8 lines are too many"):
        model_fit(many)
    assert "could not be drawn" in str(section(many).pictures[0].in_words())
