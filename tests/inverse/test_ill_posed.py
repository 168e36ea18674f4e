"""The conclusions of the review's figure 3, in a small model of the same kind."""

import numpy as np
import pytest

from benchmarks.inverse_review import RIDGE, activity, changes, disturbed_weights, learn
from surrobrain.inverse.stability import perturbation_curve, spectrum
from surrobrain.inverse.uniqueness import agreement


def two_starts(name: str, ridge: float):
    x = activity()
    y = changes(x, name)
    found = [learn(x, y, name, start=start, ridge=ridge) for start in ("uniform", "random")]
    for each in found:  # both explain the data: it is the answer that differs, not the fit
        assert np.square(y - each.design @ each.weights.T).mean() < 0.02 * y.var()
    return agreement(found[0].weights, found[1].weights)


def test_without_a_ridge_two_starts_end_in_two_answers():
    found = two_starts("polynomial", 0.0)
    assert found.correlation < 0.9
    assert found.difference > 0.4


def test_a_ridge_restores_uniqueness():
    found = two_starts("polynomial", RIDGE)
    assert found.correlation > 0.999
    assert found.difference < 0.01


@pytest.fixture(scope="module")
def both():
    return {name: disturbed_weights(name, repeats=2) for name in ("polynomial", "trigonometric")}


def test_the_polynomial_kernel_sees_nine_directions_and_the_trigonometric_all(both):
    found = {name: spectrum(learned.design) for name, (learned, _) in both.items()}
    assert found["polynomial"].rank == 9
    assert found["trigonometric"].rank == 16
    assert found["polynomial"].condition > 100 * found["trigonometric"].condition


def test_little_noise_moves_the_ill_posed_answer_far_and_the_well_posed_one_little(both):
    curve = {name: perturbation_curve(found, ref.weights) for name, (ref, found) in both.items()}
    assert (np.diff(curve["trigonometric"]) > 0).all()
    assert curve["trigonometric"][0] < 0.05  # at 1 % of noise
    assert curve["polynomial"][0] > 5 * curve["trigonometric"][0]
