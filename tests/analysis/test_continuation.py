import numpy as np
import pytest

from surrobrain import Connectome, Network, architectures
from surrobrain.analysis.continuation import continuation
from surrobrain.analysis.fixed_points import fixed_points
from surrobrain.analysis.system import System, system_of
from surrobrain.mechanistic import nodes
from tests.analysis.plrnn import random_surrogate


def named(branch):
    return [(b.kind, b.value) for b in branch.bifurcations]


def of(*rates, discrete=False):
    return System.of_equations(
        lambda xp, x, a: tuple(rate(*x, a) for rate in rates), [0.1] * len(rates), discrete=discrete
    )


NORMAL_FORMS = [
    ("fold", of(lambda x, a: a + x - x**3), -1.0, [-2 / 27**0.5, 2 / 27**0.5]),
    ("pitchfork", of(lambda x, a: a * x - x**3), 0.0, [0.0]),
    ("pitchfork", of(lambda x, y, a: a * x + x**3 + y, lambda x, y, a: 0.1 * x - y), 0.0, [-0.1]),
    ("transcritical", of(lambda x, a: a * x - x**2), 0.0, [0.0]),
    ("transcritical", of(lambda x, a: (1 + a) * x * (1 - x), discrete=True), 0.0, [0.0]),
    ("period doubling", of(lambda x, a: -(1 + a) * x + x**3, discrete=True), 0.0, [0.0]),
]


@pytest.mark.parametrize(("kind", "system", "start", "expected"), NORMAL_FORMS)
def test_normal_forms_bifurcate_where_they_should(kind, system, start, expected):
    for end in (1.0, 0.71):  # once with the point on a step of the walk, once between two
        begin = np.full(system.n_states, start)
        branch = continuation(system, "a", span=(-1.0, end), start=begin)
        assert {b.kind for b in branch.bifurcations} == {kind}
        np.testing.assert_allclose(branch.of_kind(kind), expected, atol=1e-6)


def test_stuart_landau_begins_to_oscillate_at_zero_with_its_own_frequency():
    branch = continuation(nodes.StuartLandau(omega=2.0), "a", span=(-0.5, 0.3))
    ((kind, value),) = named(branch)
    assert (kind, abs(value) < 1e-6) == ("Hopf", True)
    assert branch.bifurcations[0].frequency == pytest.approx(2 / (2 * np.pi))


def test_jansen_rit_has_the_points_of_grimbert_and_faugeras():
    branch = continuation(nodes.JansenRit(), "p", span=(400.0, -60.0))
    np.testing.assert_allclose(branch.of_kind("fold"), [-41.3014, 113.5863], atol=1e-4)
    np.testing.assert_allclose(branch.of_kind("Hopf"), [-12.1475, 89.8291, 315.6964], atol=1e-4)
    rates = [b.frequency for b in branch.bifurcations if b.kind == "Hopf"]
    np.testing.assert_allclose(rates, [11.16, 10.38, 7.24], atol=5e-3)
    counts = branch.n_unstable
    assert counts[np.insert(np.diff(counts) != 0, 0, True)].tolist() == [0, 2, 0, 2, 1, 0]
    system = system_of(nodes.JansenRit(), parameter="p")
    for x, p in zip(branch.states[::20], branch.values[::20], strict=True):
        assert np.abs(system.motion(x[None], float(p))).max() < 1e-4  # of rates up to 1e5


@pytest.mark.parametrize(("tau0", "critical"), [(2857.0, -2.06195), (90.0, -2.05926)])
def test_the_epileptor_loses_its_rest(tau0, critical):
    branch = continuation(nodes.Epileptor2D(tau0=tau0), "x0", span=(-3.0, -1.5))
    ((kind, value),) = named(branch)
    assert kind == "Hopf"
    assert value == pytest.approx(critical, abs=6e-6)


def test_hodgkin_and_huxley_lose_rest_at_their_hopf_point():
    branch = continuation(nodes.HodgkinHuxley(), "I", span=(8.0, 11.0), step=0.1)
    np.testing.assert_allclose(branch.of_kind("Hopf"), [9.7754], rtol=1e-5)


def test_lorenz_by_hand():
    rest = continuation(nodes.Lorenz(), "rho", span=(0.5, 20.0), start=np.zeros(3))
    np.testing.assert_allclose(rest.of_kind("pitchfork"), [1.0], atol=1e-6)
    wing = continuation(nodes.Lorenz(), "rho", span=(30.0, 5.0), start=np.array([8.0, 8.0, 29.0]))
    sigma, beta = 10.0, 8 / 3
    expected = sigma * (sigma + beta + 3) / (sigma - beta - 1)
    np.testing.assert_allclose(wing.of_kind("Hopf"), [expected], atol=1e-6)


def test_maps_double_their_period_and_turn_on_a_torus():
    logistic = of(lambda x, a: a * x * (1 - x), discrete=True)
    branch = continuation(logistic, "a", span=(1.5, 3.5))
    np.testing.assert_allclose(branch.of_kind("period doubling"), [3.0], atol=1e-6)
    delayed = of(lambda x, y, a: a * x * (1 - y), lambda x, y, a: x, discrete=True)
    (torus,) = continuation(delayed, "a", span=(1.5, 2.3)).bifurcations
    assert (torus.kind, torus.value) == ("torus", pytest.approx(2.0, abs=1e-6))
    assert torus.frequency == pytest.approx(1 / 6)


def test_regions_of_a_network_that_all_cross_at_once_are_one_hopf_point_each():
    weights = np.random.default_rng(0).uniform(size=(6, 6))
    np.fill_diagonal(weights, 0)
    network = Network(nodes.StuartLandau(), Connectome(weights), coupling=0.05)
    start = np.zeros(12)
    (point,) = continuation(network, "a", span=(-0.2, 0.05), start=start).bifurcations
    laplacian = weights - np.diag(weights.sum(axis=1))
    leading = np.linalg.eigvals(0.05 * laplacian).real.max()
    assert point.value == pytest.approx(-leading, abs=1e-6)
    apart = Network(nodes.StuartLandau(), Connectome(weights), coupling=0.0)
    branch = continuation(apart, "a", span=(-0.2, 0.2), start=start)
    assert {b.kind for b in branch.bifurcations} == {"Hopf"}
    np.testing.assert_allclose([b.value for b in branch.bifurcations], 0.0, atol=1e-6)
    one = continuation(apart, "a", span=(-0.2, 0.2), start=start, regions=["region_3"])
    np.testing.assert_array_equal(np.unique(one.n_unstable), [0, 2])
    assert [b.kind for b in one.bifurcations] == ["Hopf"]


def test_a_surrogate_is_followed_over_its_input():
    model = random_surrogate(architectures.ShallowPLRNN(3, hidden=6), 1)
    (point,) = fixed_points(model)
    branch = continuation(model, "region_0", span=(0.0, 1.0), start=point.state)
    system = system_of(model, parameter="region_0")
    np.testing.assert_allclose(branch.states[0], point.state, atol=1e-9)
    for x, v in zip(branch.states, branch.values, strict=True):
        np.testing.assert_allclose(system.motion(x[None], float(v))[0], x, atol=1e-8)


def test_bad_questions_are_refused():
    with pytest.raises(ValueError, match="must be between"):
        continuation(nodes.JansenRit(), "A", span=(-1.0, 5.0))
    with pytest.raises(ValueError, match="two ends"):
        continuation(nodes.JansenRit(), "p", span=(1.0, 1.0))
    with pytest.raises(ValueError, match="no parameter 'pp'"):
        continuation(nodes.JansenRit(), "pp", span=(0.0, 1.0))
