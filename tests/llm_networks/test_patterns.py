"""Patterns of planted responses are found by every method, and so is their number."""

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from surrobrain.llm_networks.decomposition import find_patterns, unit_responses
from surrobrain.llm_networks.neuron_responses import Responses
from surrobrain.llm_networks.neurons import Neurons
from surrobrain.llm_networks.pattern_choice import choose_patterns, matched_similarity


def planted(n_times=120, n_patterns=5, n_neurons=600, noise=0.5, overlap=0.0, **given):
    rng = np.random.default_rng(0)
    courses = np.cumsum(rng.normal(size=(n_times, n_patterns)), axis=0)
    courses, _ = np.linalg.qr(courses - courses.mean(axis=0))
    codes = np.zeros((n_patterns, n_neurons))
    group = rng.integers(n_patterns, size=n_neurons)
    codes[group, np.arange(n_neurons)] = rng.uniform(1, 2, n_neurons)
    codes += (rng.random(codes.shape) < overlap) * rng.normal(size=codes.shape)
    x = courses @ codes * np.sqrt(n_times) + noise * rng.normal(size=(n_times, n_neurons))
    values = (x * rng.uniform(0.1, 10, n_neurons) + rng.normal(size=n_neurons)).astype(np.float32)
    neurons = Neurons(np.arange(n_neurons) // 100, np.arange(n_neurons) % 100, "ffn_out", "planted")
    return Responses(values, tr=2.0, neurons=neurons, **given), courses, group


@pytest.mark.parametrize("method", ["dictionary", "kmeans"])
def test_every_method_finds_planted_groups(method):
    neurons, courses, group = planted()
    found = find_patterns(neurons, 5, method=method, seed=1)
    similar = courses.T @ found.time_courses
    truth, place = linear_sum_assignment(-similar)
    assert (similar[truth, place] > 0.9).all()  # signs included
    assert np.linalg.norm(found.time_courses, axis=0) == pytest.approx(np.ones(5), abs=1e-4)
    strongest = np.abs(found.codes[place]).argmax(axis=0)
    assert (strongest == group).mean() > 0.97
    assert (found.method, found.facts["method"], found.facts["seed"]) == (method, method, 1)
    x = unit_responses(neurons)
    left = np.square(x - found.time_courses @ found.codes).sum() / np.square(x).sum()
    assert found.facts["relative_error"] == pytest.approx(left, rel=0.02)
    assert left < 0.35


def test_trimmed_volumes_get_a_row_but_no_say():
    neurons, _, _ = planted(trim=10, runs=(60, 60))
    values = neurons.values.copy()
    values[:5] += 1000.0  # a start that would swallow every pattern
    spoiled = Responses(values, tr=2.0, neurons=neurons.neurons, trim=10, runs=(60, 60))
    clean, found = (find_patterns(x, 5, seed=1) for x in (neurons, spoiled))
    assert np.array_equal(clean.time_courses[10:50], found.time_courses[10:50])
    assert found.time_courses.shape == (120, 5)
    x, codes = unit_responses(neurons)[~neurons.kept], clean.codes
    left = x - clean.time_courses[~neurons.kept] @ codes
    assert np.abs(codes @ left.T).max() < 1e-3 * np.abs(codes @ x.T).max()  # least squares


def test_independent_components_are_told_from_their_mixtures():
    rng = np.random.default_rng(0)
    codes = (rng.random((12, 6000)) < 0.1) * rng.laplace(size=(12, 6000))
    codes = codes[:, np.abs(codes).max(axis=0) > 0.1]
    courses, _ = np.linalg.qr(rng.normal(size=(60, 12)))
    values = courses @ codes / codes.std() + 0.01 * rng.normal(size=(60, codes.shape[1]))
    neurons = Responses(values, tr=2.0)
    found = find_patterns(neurons, 12, method="ica")
    x = unit_responses(neurons)
    assert matched_similarity(courses, found.time_courses) > 0.95
    assert np.square(x - found.time_courses @ found.codes).sum() < 0.05 * np.square(x).sum()
    assert found.facts["converged"] == 1
    assert ((found.codes * np.abs(found.codes)).sum(axis=1) >= 0).all()


def test_responses_are_standardized_by_what_is_not_trimmed():
    neurons, _, _ = planted(trim=4, runs=(50, 70))
    x = unit_responses(neurons)
    kept = neurons.kept
    assert np.linalg.norm(x[kept], axis=0) == pytest.approx(np.ones(600), abs=1e-5)
    assert np.abs(x[:50][kept[:50]].mean(axis=0)).max() < 1e-6
    assert np.abs(x[50:][kept[50:]].mean(axis=0)).max() < 1e-6


def test_number_and_sparsity_are_chosen_by_what_was_not_seen():
    neurons, _, _ = planted(noise=1.0, overlap=0.2)
    found = choose_patterns(neurons, n_patterns=(2, 5, 20), sparsity=(0.05, 0.2), seed=0)
    assert found.n_patterns[found.best] == 5
    two, five, twenty = found.held_out[::2]
    assert five > two + 0.1
    assert five > twenty
    assert found.stability[3] > 0.95 > found.stability[5]
    again = choose_patterns(neurons, n_patterns=(5,), sparsity=(0.05,), seed=0)
    assert again.best == 0


def test_noise_has_no_patterns_to_speak_of():
    rng = np.random.default_rng(3)
    noise = Responses(rng.normal(size=(100, 400)), tr=2.0)
    found = choose_patterns(noise, n_patterns=(5, 20), sparsity=(0.1,))
    assert (found.held_out < 0.02).all()
    assert (found.stability < 0.6).all()


def test_similarity_ignores_order_and_sign():
    courses = np.random.default_rng(0).normal(size=(50, 4))
    turned = courses[:, [2, 0, 3, 1]] * [1, -1, -1, 2]
    assert matched_similarity(courses, turned) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("spoil", "given", "said"),
    [
        (lambda x: x.__setitem__((slice(None), 103), 2.0), {}, "layer 1, unit 3 is constant"),
        (lambda x: x.__setitem__((3, 4), np.nan), {}, "responses must be finite"),
        (lambda x: None, {"method": "pca"}, "there is no method 'pca'"),
        (lambda x: None, {"n_patterns": 130, "method": "ica"}, "ask for 120 or fewer"),
        (lambda x: None, {"n_patterns": 700}, "ask for 600 or fewer"),
    ],
)
def test_bad_input_is_refused(spoil, given, said):
    neurons, _, _ = planted()
    values = neurons.values.copy()
    spoil(values)
    with pytest.raises(ValueError, match=said):
        find_patterns(Responses(values, tr=2.0, neurons=neurons.neurons), **given)
