import numpy as np
import pytest

from surrobrain.brainbench import Choices, calibration
from surrobrain.brainbench.confidence import published_calibration
from tests.brainbench.virtual_readers import virtual_model


def confident_model(n=2000, seed=0, scale=8.0):
    """A model whose log odds of being right are its confidence times a scale."""
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.0, 0.4, size=n)
    right = rng.random(n) < 1 / (1 + np.exp(-scale * confidence))
    perplexity = np.stack([np.full(n, 8.0), 8.0 + np.where(right, confidence, -confidence)], axis=1)
    return Choices("m", tuple(map(str, range(n))), np.log(perplexity))


def test_the_true_slope_comes_back():
    found = calibration(confident_model())
    assert found.slope == pytest.approx(8.0, rel=0.15)
    assert found.fold_slopes.mean() == pytest.approx(found.slope, rel=0.02)


def test_confidence_that_knows_gains_and_is_calibrated():
    found = calibration(confident_model())
    assert found.gain_low > 0
    assert found.error < 2 * found.error_by_chance
    assert ((found.bins.low <= found.bins.confidence)
            & (found.bins.confidence <= found.bins.high)).sum() >= 8  # fmt: skip


def test_confidence_that_knows_nothing_gains_nothing():
    rng = np.random.default_rng(1)
    sign = np.where(rng.random(1000) < 0.8, 1.0, -1.0)
    found = calibration(virtual_model(sign * rng.uniform(0.01, 0.2, size=1000), spread=0.0))
    assert found.gain_low < 0.001
    assert abs(found.slope) < 1.0


def test_likelihoods_state_a_probability_when_tokens_are_counted():
    model = confident_model()
    tokens = np.full(model.loss.shape, 300)
    said = Choices("m", model.ids, model.loss, tokens)
    assert np.isnan(calibration(model).stated_error)
    assert calibration(said).stated_error > 0.1  # sure of everything, right on some


def test_the_published_line_rises_and_its_penalty_shrinks():
    model = confident_model(400)
    found = published_calibration(model)
    assert len(found.accuracy) == 20
    assert found.accuracy.mean() == pytest.approx(model.accuracy)
    assert found.r > 0.5
    assert 0 < found.logistic_slope < calibration(model).slope


def test_a_model_that_is_always_right_cannot_be_judged():
    with pytest.raises(ValueError, match="right on every case"):
        calibration(virtual_model(np.full(50, 0.5), spread=0.0))
