"""Comparison with a truth: exact on the truth itself, at chance without information."""

import dataclasses

import numpy as np
import pytest

from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.data.connectome import Connectome
from surrobrain.intervention.protocols.step import step
from surrobrain.intervention.what_if import what_if
from surrobrain.mechanistic.network import Network
from surrobrain.mechanistic.nodes.linear import Linear
from surrobrain.mechanistic.observers.identity import Identity
from surrobrain.study.truth import Answers, compare_with_truth, compare_with_wiring

N = 12


def _answers(seed: int) -> Answers:
    weights = np.random.default_rng(seed).random((N, N)) * (1 - np.eye(N))
    wiring = Connectome(weights).normalized("spectral_radius")
    network = Network(Linear(), wiring, coupling=0.5, noise=1.0, observer=Identity(2.0))
    pulse = step(regions=[3], amplitude=2.0, duration=2.0)
    return Answers(
        "region_3",
        EffectiveConnectivity(wiring.weights, np.zeros((N, N)), "exact", 1, network.names),
        what_if(network, stimulus=pulse, duration=10.0, n_seeds=2),
        what_if(network, lesion=[3], duration=100.0, n_seeds=2),
    )


@pytest.fixture(scope="module")
def answers() -> tuple[Answers, Answers]:
    return _answers(0), _answers(1)


def test_the_truth_agrees_with_itself(answers):
    nothing = {"noise": np.random.default_rng(2).random((N, N))}
    for found in compare_with_truth(answers[0], answers[0], target=3, simpler={}, raw=nothing):
        assert found.value == pytest.approx(1.0)
        assert found.low == pytest.approx(1.0)
        assert found.unbeaten == ()
        assert "better than every baseline" in found.in_words()


def test_another_brain_is_no_better_than_the_wiring_or_the_truth(answers):
    wiring = answers[0].connectivity.weights
    found, *rest = compare_with_truth(
        answers[1], answers[0], target=3, simpler={"itself": answers[0]}, raw={"wiring": wiring}
    )
    assert found.baselines == {"itself": pytest.approx(1.0), "wiring": pytest.approx(1.0)}
    assert found.unbeaten == ("itself", "wiring")
    assert found.low < 0.3
    assert found.low <= found.value <= found.high
    assert "no better than itself and wiring" in found.in_words()
    assert all("itself" in each.unbeaten for each in rest)


def test_an_equal_baseline_is_not_beaten(answers):
    same = answers[0]
    for found in compare_with_truth(same, answers[1], target=3, simpler={"twin": same}, raw={}):
        assert found.unbeaten == ("twin",)
        assert found.baselines["twin"] == found.value


def test_the_diagonal_and_the_target_do_not_count(answers):
    learned = answers[0]
    own = learned.connectivity.weights + 100.0 * np.eye(N)
    changed = dataclasses.replace(
        learned, connectivity=dataclasses.replace(learned.connectivity, weights=own)
    )
    found, *_ = compare_with_truth(changed, learned, target=3, simpler={}, raw={})
    assert found.value == pytest.approx(1.0)


def test_the_ceiling_follows_from_the_noise_of_the_truth(answers):
    true = answers[0]
    spread = true.connectivity.weights[~np.eye(N, dtype=bool)].std()
    error = np.full((N, N), 0.6 * spread)
    noisy = dataclasses.replace(
        true, connectivity=dataclasses.replace(true.connectivity, error=error)
    )
    found, *_ = compare_with_truth(true, noisy, target=3, simpler={}, raw={})
    assert found.ceiling == pytest.approx(0.8)


def test_wiring_is_compared_with_functional_connectivity_beside(answers):
    wiring = answers[0].connectivity.weights
    (found,) = compare_with_wiring(
        answers[0], simpler={"other": answers[1]}, functional=wiring.T, structural=wiring
    )
    assert found.value == pytest.approx(1.0)
    assert set(found.baselines) == {"other", "functional connectivity"}
    assert found.baselines["functional connectivity"] < 0.5
