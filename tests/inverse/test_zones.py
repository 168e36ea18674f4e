"""What `benchmarks/inverse_epileptor.py` and `inverse_jansen_rit.py` claim."""

import numpy as np
import pytest

from surrobrain.inverse.features.moments import moments

EPILEPTOGENIC, PROPAGATION = [6, 34], [5, 11, 27]


@pytest.fixture(scope="module")
def benchmark(shared):
    shared("connectomes/vep84")
    import benchmarks.inverse_epileptor as module

    return module


@pytest.fixture(scope="module")
def patient(benchmark):
    return benchmark.stored()


def test_contacts_are_unmixed_as_far_as_they_resolve(shared, patient):
    x = np.load(shared("connectomes/vep84") / "p6_source_x.npy").astype(float)[:, 1:].T
    assert patient.power == pytest.approx(np.exp(x) @ patient.resolution.T, abs=2e-3)
    assert np.flatnonzero(patient.truth == 2).tolist() == EPILEPTOGENIC
    assert np.flatnonzero(patient.truth == 1).tolist() == PROPAGATION
    assert patient.free.n_unknowns == 85
    assert patient.network.node.x0 == -3.0  # nothing of the truth is in the start


@pytest.mark.slow
def test_without_noise_the_propagation_zone_does_not_seize(patient):
    import dataclasses

    from surrobrain.mechanistic.nodes.epileptor_2d import Epileptor2D

    eta = np.array([-3.5, -2.06, -1.6])[patient.truth]
    node = Epileptor2D(tau0=90.0, x0=eta)
    quiet = dataclasses.replace(patient.network, node=node, noise=0.0)
    seizes = (quiet.run(800).values > 0).any(axis=0)
    assert np.flatnonzero(seizes).tolist() == EPILEPTOGENIC


def test_zones_follow_the_published_rule(benchmark):
    found = benchmark.zones(np.array([-4.0, -2.96, -2.95, -1.96, -1.95, -1.0]))
    assert found.tolist() == [0, 0, 1, 1, 2, 2]
    table = benchmark.confusion(np.array([0, 0, 2, 1]), np.array([0, 1, 2, 2]))
    assert table.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 1]]


@pytest.mark.slow
def test_onsets_alone_are_right_on_p6_and_wrong_where_recruitment_is_fast(benchmark, patient):
    assert (benchmark.baseline(patient) == patient.truth).all()
    fast = benchmark.configured("c1")
    assert (benchmark.baseline(fast) != fast.truth).sum() == 1


@pytest.mark.slow
def test_the_gradient_finds_all_zones(benchmark, patient):
    searches = benchmark.gradient(patient)
    assert searches.shape == (6, 84)
    assert (benchmark.zones(np.median(searches, axis=0)) == patient.truth).all()


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["maf", "nsf"])
def test_the_posterior_finds_all_zones(benchmark, patient, flow):
    posterior = benchmark.posterior(patient, flow)
    assert (benchmark.zones(posterior.mean[:84]) == patient.truth).all()
    assert posterior.diagnostics["effective draws"] > 500


@pytest.mark.slow
def test_contacts_are_identified_and_the_coupling_is_not(shared):
    shared("connectomes/vep84")
    from benchmarks.inverse_jansen_rit import judged

    posterior, trusted = judged(moments())
    assert trusted.verdicts == ("not identified", "identified")
    assert posterior.shrinkage[0] < 0.5 < 0.9 < posterior.shrinkage[1]
