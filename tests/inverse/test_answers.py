"""Answers on disk: what was saved is what is loaded, down to what `trust` says of it."""

import dataclasses

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.answers import load_answer, save_answer
from surrobrain.inverse.feature import Feature

LINEAR = sb.Search("lbfgs", through="linearization", n_starts=2)


def _alike() -> Feature:
    return sb.features.functional_connectivity(distance="squared")


@pytest.fixture(scope="module")
def network() -> sb.Network:
    return sb.Network(
        sb.Linear(), sb.examples.ring(4), coupling=0.3, noise=1.0,
        observer=sb.observers.Identity(10.0), dt=0.01,
    )  # fmt: skip


@pytest.fixture(scope="module")
def recording(network) -> sb.Recording:
    return sb.simulate(network, duration=40.0, seed=1)


def _unknowns(network: sb.Network) -> dict[str, dict]:
    tau = network.node.tau
    slopes = {"base": sb.priors.Uniform(0.5 * tau, 2 * tau), "slope": sb.priors.Normal(0.0, 0.01)}
    return {
        "one": {"coupling": sb.priors.Uniform(0.0, 0.45)},
        "each": {"tau": sb.per_region(sb.priors.LogNormal(np.full(4, tau), 1.2))},
        "maps": {"tau": sb.along_maps({"myelin": np.array([-1.0, 0, 0, 1])}, **slopes)},
        "tied": {"coupling": sb.priors.Uniform(0, 0.45), "noise": sb.tied("coupling", factor=3.0)},
    }


@pytest.mark.parametrize("kind", ["one", "each", "maps", "tied"])
def test_a_fit_comes_back_whole(network, recording, tmp_path, kind):
    free = sb.FreeNetwork(network, _unknowns(network)[kind])
    alike = sb.features.functional_connectivity(distance="squared", within=np.array([0, 0, 1, 1]))
    fit = sb.fit(free, recording, loss=2.0 * alike, training=LINEAR)
    again = load_answer(save_answer(fit, tmp_path))
    assert (again.values, again.loss, again.distances) == (fit.values, fit.loss, fit.distances)
    assert again.history == fit.history
    np.testing.assert_array_equal(again.starts, fit.starts)
    point = np.full(free.n_unknowns, 0.3)
    for ours, theirs in zip(
        again.objective.value_and_slope(point), fit.objective.value_and_slope(point), strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(again.model.run(20).values, fit.model.run(20).values)


def test_trust_says_the_same_of_a_posterior_that_was_saved(network, recording, tmp_path):
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    posterior = sb.infer(free, recording, method="laplace")
    again = load_answer(save_answer(posterior, tmp_path))
    np.testing.assert_array_equal(again.draws, posterior.draws)
    assert again.inference == posterior.inference
    ours, theirs = (sb.trust(each, budget=0, n_draws=8) for each in (again, posterior))
    assert str(ours) == str(theirs)
    assert ours.existence is not None


def test_a_target_that_was_given_is_kept(network, tmp_path):
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    group = np.corrcoef(np.random.default_rng(0).normal(size=(4, 90)))
    alike = sb.features.functional_connectivity(target=group, distance="squared")
    fit = sb.fit(free, None, loss=alike, training=LINEAR)
    again = load_answer(save_answer(fit, tmp_path))
    np.testing.assert_array_equal(again.objective.targets[0], fit.objective.targets[0])
    assert sb.trust(again, budget=0).verdicts == sb.trust(fit, budget=0).verdicts


def test_a_function_of_the_package_that_follows_comes_back_by_name(tmp_path):
    from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField

    network = sb.Network(DynamicMeanField(), sb.examples.ring(3), coupling=0.2, noise=0.01, dt=1e-3)
    free = sb.FreeNetwork(
        network, {"coupling": sb.priors.Uniform(0.0, 0.5)}, then=sb.feedback_inhibition
    )
    search = sb.Search(duration=1.0, iterations=2)
    group = np.corrcoef(np.random.default_rng(0).normal(size=(3, 90)))
    alike = sb.features.functional_connectivity(target=group)
    fit = sb.fit(free, None, loss=alike, training=search)
    assert load_answer(save_answer(fit, tmp_path)).free.then is sb.feedback_inhibition


def _sway(samples, sfreq):
    return samples.std(-2)


def test_what_was_made_by_hand_must_be_given_again(network, recording, tmp_path):
    free = sb.FreeNetwork(network, {"noise": sb.priors.Uniform(0.5, 2.0)})
    mine, search = Feature("sway", _sway), sb.Search(iterations=2)
    fit = sb.fit(free, recording, loss=mine, training=search)
    save_answer(fit, tmp_path)
    with pytest.raises(ValueError, match="the feature sway was made by hand"):
        load_answer(tmp_path)
    again = load_answer(tmp_path, features=mine)
    assert again.objective.values(again.u[None])[0] == fit.loss


def test_a_feature_changed_by_hand_does_not_pass_for_the_one_it_was(network, recording, tmp_path):
    from surrobrain.inverse.feature import squared

    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    changed = dataclasses.replace(sb.features.functional_connectivity(), distance=squared)
    save_answer(sb.fit(free, recording, loss=changed, training=LINEAR), tmp_path)
    with pytest.raises(ValueError, match="made by hand"):
        load_answer(tmp_path)


def test_penalties_that_are_lost_are_named(network, recording, tmp_path):
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    fit = sb.fit(free, recording, penalties=[lambda point: 0.1 * point.u.square().sum()],
                 training=LINEAR)  # fmt: skip
    again = load_answer(save_answer(fit, tmp_path))
    assert again.warnings[-1] == "1 penalties of this fit were not kept"


def test_another_file_under_the_same_name_is_refused(network, recording, tmp_path):
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    save_answer(sb.fit(free, recording, loss=_alike(), training=LINEAR), tmp_path)
    content = bytearray((tmp_path / "answer.safetensors").read_bytes())
    content[-1] ^= 1
    (tmp_path / "answer.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match="damaged or mixed up"):
        load_answer(tmp_path)


def test_a_prior_of_ones_own_is_refused_before_anything_is_written(network, recording, tmp_path):
    class Mine:
        def from_normal(self, u, /):
            return 0.1 + 0.1 * u.sigmoid()

        def to_normal(self, value, /):
            return ((value - 0.1) / 0.1).clamp(0.01, 0.99).logit()

    free = sb.FreeNetwork(network, {"coupling": Mine()})
    fit = sb.fit(free, recording, loss=_alike(), training=LINEAR)
    with pytest.raises(TypeError, match="the prior of coupling is a Mine, which cannot be saved"):
        save_answer(fit, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    with pytest.raises(TypeError):
        save_answer(fit.model, tmp_path)  # pyright: ignore
