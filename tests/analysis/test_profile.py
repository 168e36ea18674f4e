import numpy as np
import pytest

from surrobrain import Connectome, Network
from surrobrain.analysis.basins import basins
from surrobrain.analysis.controllability import average_controllability, normalized
from surrobrain.analysis.effective_connectivity import EffectiveConnectivity
from surrobrain.analysis.profile import network_profile
from surrobrain.analysis.scale_ei import INHIBITION, scale_ei
from surrobrain.analysis.system import System
from surrobrain.mechanistic import nodes
from surrobrain.mechanistic.node import parameters


def clustered(n_modules=3, size=5, between=0.05, seed=0):
    rng = np.random.default_rng(seed)
    module = np.repeat(np.arange(n_modules), size)
    order = rng.permutation(len(module))
    module = module[order]
    weights = np.where(module[:, None] == module, 1.0, between) * rng.uniform(
        0.8, 1.2, (len(module),) * 2
    )
    np.fill_diagonal(weights, 0.0)
    return weights, module


def test_planted_modules_are_found_and_rated_as_networkx_does():
    networkx = pytest.importorskip("networkx")
    weights, planted = clustered()
    profile = network_profile(Connectome(weights))
    for k in range(3):
        assert len(np.unique(profile.module[planted == k])) == 1
    graph = networkx.from_numpy_array(weights.T, create_using=networkx.DiGraph)
    groups = [set(np.flatnonzero(profile.module == k).tolist()) for k in range(3)]
    expected = networkx.community.modularity(graph, groups)
    assert profile.modularity == pytest.approx(expected, rel=1e-9)
    random = np.random.default_rng(1).uniform(size=(15, 15)) * (1 - np.eye(15))
    assert network_profile(Connectome(random)).modularity < 0.5 * profile.modularity


def test_a_hub_between_modules_participates_and_integrates():
    weights, planted = clustered(between=0.0)
    joined = weights.copy()
    joined[0, :], joined[:, 0] = 1.0, 1.0
    joined[0, 0] = 0.0
    before, after = network_profile(Connectome(weights)), network_profile(Connectome(joined))
    np.testing.assert_allclose(before.participation, 0.0, atol=1e-12)
    assert np.argmax(after.participation) == 0
    assert after.efficiency > before.efficiency
    assert after.input_hubs(1) == after.output_hubs(1) == ("region_0",)
    assert (planted[0] == planted).sum() == 5


def test_efficiency_and_strength_by_hand():
    chain = np.zeros((3, 3))
    chain[1, 0], chain[2, 1] = 2.0, 1.0  # A to B to C
    profile = network_profile(Connectome(chain, names=["A", "B", "C"]))
    # lengths 1 and 2: A to B 1, B to C 2, A to C 3; none back
    assert profile.efficiency == pytest.approx((1 + 1 / 2 + 1 / 3) / 6)
    np.testing.assert_allclose(profile.in_strength, [0.0, 2.0, 1.0])
    np.testing.assert_allclose(profile.out_strength, [2.0, 1.0, 0.0])
    expected = average_controllability(normalized(chain))
    np.testing.assert_allclose(profile.average_controllability, expected)
    with pytest.raises(ValueError, match="no connection"):
        network_profile(Connectome(np.zeros((2, 2))))


def test_what_a_model_has_learned_has_hubs_too():
    weights = np.zeros((3, 3))
    weights[:, 1] = -2.0
    weights[2, 0] = 0.5
    learned = EffectiveConnectivity(weights, np.zeros((3, 3)), "jacobian", 1, ("A", "B", "C"))
    profile = network_profile(learned)
    assert (profile.output_hubs(1), profile.input_hubs(1)) == (("B",), ("C",))


def test_every_inhibition_is_a_parameter_and_more_excitation_excites():
    ring = Connectome(np.roll(np.eye(3), 1, axis=0) + np.roll(np.eye(3), -1, axis=0))
    for kind, name in INHIBITION.items():
        node = getattr(nodes, kind)()
        assert name in parameters(node)
        changed = scale_ei(Network(node, ring), 1.1)
        assert getattr(changed.node, name) == pytest.approx(getattr(node, name) / 1.1)
    from surrobrain.analysis.fixed_points import fixed_points

    node = nodes.DynamicMeanField()
    low, high = (
        fixed_points(scale_ei(Network(node, ring, coupling=0.0), ratio), n_starts=20)[0].state
        for ratio in (0.9, 1.1)
    )
    assert (high[:3] > low[:3]).all()
    with pytest.raises(ValueError, match="no strength of inhibition"):
        scale_ei(Network(nodes.StuartLandau(), ring), 1.1)


def test_basins_share_the_starts_as_the_saddle_divides_them():
    bistable = System.of_equations(lambda xp, x, a: ((x[0] - 0.2) * x[0] * (1 - x[0]),), [0.1])
    found = basins(bistable, around=(0.0, 1.0), n_starts=300, duration=100.0)
    np.testing.assert_allclose(found.center[:, 0], [1.0, 0.0], atol=1e-2)
    assert abs(found.share[0] - 0.8) < 4 * found.standard_error()[0]
    np.testing.assert_array_equal(found.attractor == 0, found.starts[:, 0] > 0.2)
    oscillator = basins(
        nodes.StuartLandau(a=1.0, omega=2.0), around=(-2.0, 2.0), n_starts=40, duration=15.0
    )
    assert oscillator.share.tolist() == [1.0]
    np.testing.assert_allclose(oscillator.amplitude, 2.0, rtol=0.01)
    fleeing = System.of_equations(lambda xp, x, a: (x[0] ** 3 - x[0],), [0.1])
    lost = basins(fleeing, around=(-2.0, 2.0), n_starts=100, duration=30.0)
    np.testing.assert_array_equal(lost.attractor == -1, np.abs(lost.starts[:, 0]) > 1)
