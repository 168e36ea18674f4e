import dataclasses
import importlib

import numpy as np
import pytest

import surrobrain as sb
from surrobrain.inverse.fit_group import fit_group
from surrobrain.inverse.inference import Inference
from surrobrain.inverse.narrowed import narrowed
from surrobrain.inverse.shared_prior import shared_prior
from surrobrain.inverse.simulated_features import SimulatedFeatures
from tests.inverse.ornstein_uhlenbeck import UNKNOWNS, free_network, spreads

module = importlib.import_module("surrobrain.inverse.fit_group")
FEW = Inference("laplace", n_repeats=40, iterations=25)


def person(seed, unknowns=UNKNOWNS):
    """A network with a connectome of its own."""
    weights = np.random.default_rng(seed).random((4, 4))
    np.fill_diagonal(weights, 0.0)
    own = sb.Connectome(weights / weights.sum(axis=1).max())
    network = dataclasses.replace(free_network().network, connectome=own)
    return sb.FreeNetwork(network, unknowns)


def recorded(people, truth, duration=5.0):
    return [
        sb.simulate(free.at(u), duration=duration, seed=k)
        for k, (free, u) in enumerate(zip(people, truth, strict=True))
    ]


@pytest.fixture(scope="module")
def study():
    """Ten people with short recordings, and who they are."""
    rng = np.random.default_rng(0)
    truth = np.array([0.4, -0.5]) + np.array([0.25, 0.3]) * rng.normal(size=(10, 2))
    people = [person(k) for k in range(len(truth))]
    recordings = recorded(people, truth)
    return truth, people, recordings, fit_group(people, recordings, features=spreads(), method=FEW)


def test_people_together_are_nearer_to_the_truth_than_alone(study):
    truth, people, recordings, group = study
    search = sb.Search("lbfgs", through="linearization", iterations=20)
    fits = [
        sb.fit(free, recording, loss=spreads(), training=search).u
        for free, recording in zip(people, recordings, strict=True)
    ]
    together, alone, separate = (
        np.square(u - truth).mean() for u in (group.u, group.alone, np.stack(fits))
    )
    assert together < 0.75 * alone < 0.75 * separate
    within = np.abs(group.u - truth) < 2.5 * group.spread
    assert within.mean() > 0.9


def test_the_group_is_found(study):
    truth, _, _, group = study
    assert (np.abs(group.mean - truth.mean(axis=0)) < 3 * group.mean_error).all()
    assert np.abs(np.log(group.sd / truth.std(axis=0, ddof=1))).max() < np.log(2.5)
    assert group.values.keys() == {"coupling", "noise"}
    assert group.warnings == ()


def test_every_person_is_a_fit(study):
    _, people, recordings, group = study
    for free, fit in zip(people, group.fits, strict=True):
        assert fit.free is free
        assert fit.model.connectome is free.network.connectome
        assert fit.values["noise"] == pytest.approx(fit.model.noise_kind.sigma)
        assert fit.loss < fit.prior_loss
    assert fit.objective.targets[0] == pytest.approx(spreads().of(recordings[-1].values, 20.0))


def test_a_new_person_profits_from_the_group(study):
    group = study[3]
    rng = np.random.default_rng(5)
    new = np.array([0.4, -0.5]) + np.array([0.25, 0.3]) * rng.normal(size=(3, 2))
    people = [person(100 + k) for k in range(len(new))]
    recordings = recorded(people, new, duration=4.0)
    errors = []
    for free, recording, u in zip(people, recordings, new, strict=True):
        frees = (group.prior(free), free)
        told = [sb.infer(x, recording, features=spreads(), method=FEW).mean for x in frees]
        errors.append([np.square((x - free.natural(u)) / free.natural(u)) for x in told])
    informed, plain = np.mean(errors, axis=0).sum(axis=1)
    assert informed < 0.8 * plain


def test_the_prior_of_a_group_is_where_it_says(study):
    group, free = study[3], person(7)
    prior = group.prior(free)
    assert prior.names == free.names
    assert prior.natural(np.zeros(2)) == pytest.approx(free.natural(group.mean))
    sd = np.hypot(group.sd, group.mean_error)
    assert prior.natural(np.ones(2)) == pytest.approx(free.natural(group.mean + sd))
    assert prior.origin() == pytest.approx([0.0, 0.0], abs=1e-9)
    with pytest.raises(ValueError, match="other priors"):
        group.prior(person(7, UNKNOWNS | {"noise": sb.priors.LogNormal(2.0, 1.5)}))


def test_unknowns_of_every_kind_can_be_narrowed():
    maps = {"myelin": np.array([-1.0, 0.0, 1.0, 0.0])}
    base, slope = sb.priors.Normal(1.0, 0.1), sb.priors.Normal(0.0, 0.1)
    unknowns = {
        "coupling": sb.per_region(sb.priors.Uniform(0.0, 0.9)),
        "noise": sb.along_maps(maps, base=base, slope=slope),
    }
    free = person(0, unknowns)
    mean, sd = np.linspace(-0.5, 0.5, 6), np.full(6, 0.5)
    known = narrowed(free, mean, sd)
    u = np.linspace(1.0, -1.0, 6)
    assert known.natural(u) == pytest.approx(free.natural(mean + sd * u))
    assert known.at(u).noise_kind.sigma == pytest.approx(free.at(mean + sd * u).noise_kind.sigma)
    assert known.origin() == pytest.approx(np.zeros(6), abs=1e-9)
    with pytest.raises(ValueError, match="6 unknowns need"):
        narrowed(free, mean[:5], sd[:5])


@pytest.fixture(scope="module")
def few():
    """Three people, their recordings, and the group."""
    people = [person(k) for k in range(3)]
    recordings = recorded(people, np.array([[0.2, -0.5], [0.4, -0.4], [0.6, -0.6]]))
    return people, recordings, fit_group(people, recordings, features=spreads(), method=FEW)


def test_a_killed_fit_ends_with_the_same_numbers(few, tmp_path, monkeypatch):
    people, recordings, whole = few
    path = tmp_path / "group.safetensors"
    options = {"features": spreads(), "method": FEW}
    calls = []

    def killed(*told):
        calls.append(told)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return shared_prior(*told)

    with monkeypatch.context() as patch:
        patch.setattr(module, "shared_prior", killed)
        with pytest.raises(KeyboardInterrupt):
            fit_group(people, recordings, checkpoint=path, **options)

    def simulated(*told, **more):
        raise AssertionError("all simulations are on disk")

    monkeypatch.setattr(SimulatedFeatures, "simulate", simulated)
    resumed = fit_group(people, recordings, checkpoint=path, **options)
    assert np.array_equal(resumed.u, whole.u)
    assert np.array_equal(resumed.sd, whole.sd)
    with pytest.raises(ValueError, match="another search"):
        fit_group(people, recordings, checkpoint=path, seed=1, **options)


def test_a_network_that_is_wrong_is_not_sure(few):
    people, recordings, whole = few
    louder = [  # one region is louder than any of these networks lets it be
        dataclasses.replace(each, values=each.values * [1.0, 5.0, 1.0, 1.0]) for each in recordings
    ]
    wrong = fit_group(people, louder, features=spreads(), method=FEW)
    assert (wrong.misfits > 3 * whole.misfits).all()
    assert any("not among what their networks do" in each for each in wrong.warnings)
    assert (wrong.spread > whole.spread).all()


def test_what_is_no_group_is_refused(few):
    people, recordings, _ = few
    with pytest.raises(ValueError, match="3 networks and 2 recordings"):
        fit_group(people, recordings[:2])
    with pytest.raises(ValueError, match="1 networks and 1 recordings"):
        fit_group(people[:1], recordings[:1])
    with pytest.raises(ValueError, match="'laplace'"):
        fit_group(people, recordings, method=Inference("nuts"))
    other = person(0, {"coupling": UNKNOWNS["coupling"]})
    with pytest.raises(ValueError, match="person 1 has the unknowns coupling, but"):
        fit_group([people[0], other], recordings[:2])
