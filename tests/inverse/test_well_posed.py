import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.curvature import curvature, left_of_the_prior
from surrobrain.inverse.descent import descend
from surrobrain.inverse.feature import together
from surrobrain.inverse.fit_network import fit_network, prepared
from surrobrain.inverse.search import Search
from surrobrain.inverse.verdicts import verdict
from surrobrain.inverse.well_posed import trust

LINEAR = Search("lbfgs", through="linearization", n_starts=3, iterations=30)
SQUARED = sb.features.functional_connectivity(distance="squared")
TRUE = {"coupling": 0.3, "noise": 1.0}


@pytest.fixture(scope="module")
def network():
    return sb.Network(sb.Linear(tau=0.1), sb.examples.ring(5), coupling=0.3, noise=1.0)


@pytest.fixture(scope="module")
def free(network):
    priors = {"coupling": sb.priors.Uniform(0.0, 0.45), "noise": sb.priors.Uniform(0.5, 3.0)}
    return sb.FreeNetwork(network, priors)


@pytest.fixture(scope="module")
def recording(network):
    return sb.simulate(network, duration=120.0, seed=3)


def fitted(free, recording, loss=SQUARED, search=LINEAR, penalties=()):
    return fit_network(
        free, recording, loss=loss, penalties=penalties, search=search, seed=0, checkpoint=None
    )


@pytest.fixture(scope="module")
def found(free, recording):
    return trust(fitted(free, recording), recording, truth=TRUE)


def test_it_tells_what_functional_connectivity_decides(found):
    # correlations of linear regions depend on how they are coupled, not on the size of the noise
    assert found.verdicts == ("identified", "not identified")
    assert found.shrinkage[0] > 0.95
    assert found.shrinkage[1] == pytest.approx(0.0, abs=1e-3)
    assert abs(found.z_scores[0]) < 3
    assert found.advice[0] == ""
    assert "do not depend on noise" in found.advice[1]


def test_existence(found, free):
    assert found.existence.fitted[0] > 0.05
    assert found.existence.diverged == 0
    strange = sb.Recording(
        np.random.default_rng(0).normal(size=(12000, 5)) @ np.tri(5), sfreq=100.0
    )
    elsewhere = trust(fitted(free, strange), strange)
    assert elsewhere.existence.fitted[0] < 0.05
    assert "outside what the model does" in str(elsewhere)


def test_uniqueness(found):
    unique = found.uniqueness
    assert (unique.places >= 0).all()
    assert len(set(unique.places)) > 1
    assert set(unique.behaviors) == {0}
    assert unique.symmetric == ("another value of noise",)
    assert unique.profile[0].min() > unique.chance[0]
    assert unique.profile[1].max() < 1e-9


def test_stability(found):
    stable = found.stability
    assert stable.spectrum.rank == 1
    assert stable.sloppy == ("1.00 noise",)
    medians = np.median(stable.changes, axis=1)
    assert medians[0] < medians[-1] < 0.3
    assert stable.refitted
    assert np.median(stable.block_changes) < 0.3


def test_the_words(found):
    text = str(found)
    assert "Of 2 unknowns: 1 identified, 1 not identified." in text
    assert "in 3 places, with 1 behavior" in text
    assert "rank 1 of 2; weakest direction 1.00 noise" in text
    assert max(len(line) for line in text.split("\n\n")[1].splitlines()) < 140


def test_the_curvature_agrees_with_searching_anew(free, recording, found):
    quick = trust(fitted(free, recording), recording, budget=0)
    assert not quick.stability.refitted
    assert quick.verdicts == found.verdicts
    ratio = quick.uniqueness.profile[0] / found.uniqueness.profile[0]
    assert ((ratio > 0.3) & (ratio < 3)).all()
    assert "budget=" in quick.remarks[0]


def test_what_the_data_leave_is_the_spread_of_estimates_from_many_recordings(network):
    free = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    u = free.origin()
    many = [sb.simulate(network, duration=20.0, seed=seed) for seed in range(60)]

    def objective(recording):
        return prepared(free, recording, together(SQUARED), penalties=(), search=LINEAR, seed=0)

    ends = [descend(objective(each), u, iterations=10)[0] for each in many]
    near = curvature(objective(many[0]), u)
    draws = np.stack([SQUARED.of(each.values, 100.0) for each in many])
    left = left_of_the_prior(near, draws)[0, 0]
    variance = left / (1 - left)  # without the prior
    assert variance == pytest.approx(np.var(ends), rel=0.5)  # 2.7 standard errors of a variance
    longer = left_of_the_prior(near, draws, longer=4.0)[0, 0]
    assert longer / (1 - longer) == pytest.approx(variance / 4)


def test_regions_and_penalties(network, recording):
    free = sb.FreeNetwork(network, {"coupling": sb.per_region(sb.priors.Uniform(0.0, 0.45))})
    search = dataclasses.replace(LINEAR, n_starts=1)
    alone = trust(fitted(free, recording, search=search), recording, budget=0)
    assert len(alone.verdicts) == 5
    assert alone.stability.spectrum.rank == 5
    held = fitted(free, recording, search=search, penalties=[sb.penalties.energy(1.0)])
    held = trust(held, recording, budget=0)
    assert np.median(held.stability.changes) < 0.5 * np.median(alone.stability.changes)


def test_without_the_recording_it_says_what_it_assumes(free, recording):
    target = np.corrcoef(recording.values.T)
    loss = sb.features.functional_connectivity(target=target, distance="squared")
    found = trust(fitted(free, None, loss=loss), budget=0)
    assert found.existence is None
    assert found.stability.block_changes is None
    assert "existence was not looked at" in str(found)
    assert "5% of their spread" in str(found)
    assert found.verdicts[1] == "not identified"


def test_through_simulation(free, recording):
    search = Search("cma_es", iterations=4, duration=20.0)
    loss = SQUARED + sb.features.moments()
    found = trust(fitted(free, recording, loss=loss, search=search), recording, n_draws=24)
    assert found.existence.features == ("functional connectivity", "moments")
    assert found.stability.spectrum.rank == 2
    assert found.shrinkage[1] > 0.5  # the spread of slow regions is larger
    assert not found.uniqueness.refitted


def test_an_unknown_at_the_edge_of_its_prior_is_called_so(network, recording):
    narrow = sb.FreeNetwork(network, {"coupling": sb.priors.Uniform(0.35, 0.45)})
    found = trust(fitted(narrow, recording), recording, budget=0)
    assert found.verdicts != ("identified",)
    assert "edge of its prior" in found.advice[0]


def test_searching_anew_without_a_gradient(network, recording):
    stepped = dataclasses.replace(network, stepper="heun", dt=5e-3)
    free = sb.FreeNetwork(stepped, {"coupling": sb.priors.Uniform(0.0, 0.45)})
    fit = fitted(free, recording, search=Search("cma_es", iterations=6, duration=20.0))
    _, lower = descend(fit.objective, fit.u + 0.5, iterations=6)
    assert lower < fit.objective.values(fit.u[None] + 0.5)[0]
    assert lower == pytest.approx(fit.loss, rel=0.2)
    at, held = descend(fit.objective, fit.u, iterations=3, held=0)
    assert at == fit.u
    assert held == pytest.approx(fit.objective.values(fit.u[None])[0])


def test_a_posterior():
    rng = np.random.default_rng(0)
    common = rng.normal(size=2000)
    draws = np.stack([common, common + 0.1 * rng.normal(size=2000), 0.1 * rng.normal(size=2000)], 1)
    found = trust(SimpleNamespace(draws=draws, names=("a", "b", "c")))
    assert found.verdicts == ("not identified", "not identified", "identified")
    assert "it trades against b (r = +0.99)" in found.advice[0] or "r = +1.00" in found.advice[0]
    assert found.existence is None
    assert found.stability is None
    assert "3 unknowns" in str(found)


def test_a_posterior_with_its_objective(free, recording, found):
    fit = fitted(free, recording)
    rng = np.random.default_rng(0)
    draws = fit.u + np.array([0.05, 0.0]) * rng.normal(size=(500, 2))
    draws[:, 1] = rng.normal(size=500)
    posterior = SimpleNamespace(draws=draws, names=free.names, free=free, objective=fit.objective)
    seen = trust(posterior, recording, truth=TRUE, budget=0)
    assert seen.verdicts == ("identified", "not identified")
    assert seen.shrinkage[0] == pytest.approx(1 - 0.05**2, abs=1e-3)
    assert seen.existence.fitted[0] > 0.05
    assert len(seen.uniqueness.ends) == 0
    natural = SimpleNamespace(u=draws, draws=free.natural(draws), names=free.names, free=free)
    bare = trust(natural, truth=TRUE)
    np.testing.assert_array_equal(bare.shrinkage, seen.shrinkage)
    np.testing.assert_array_equal(bare.z_scores, seen.z_scores)
    assert bare.stability is None


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"shrinkage": 0.95}, "identified"),
        ({"shrinkage": 0.95, "flat": True}, "weakly identified"),
        ({"shrinkage": 0.95, "apart": 0.7}, "weakly identified"),
        ({"shrinkage": 0.95, "apart": 1.5}, "not identified"),
        ({"shrinkage": 0.7}, "weakly identified"),
        ({"shrinkage": 0.4}, "not identified"),
    ],
)
def test_verdicts(given, said):
    assert verdict(**given) == said


def test_other_answers_are_refused():
    with pytest.raises(TypeError, match="trust takes what fitting a FreeNetwork returns"):
        trust(3)
    with pytest.raises(ValueError, match="draw more from the posterior"):
        trust(SimpleNamespace(draws=np.zeros((2, 3)), names=("a", "b", "c")))
    with pytest.raises(ValueError, match="truth must name the unknowns"):
        trust(SimpleNamespace(draws=np.ones((9, 1)), names=("a",)), truth={"b": 1.0})
