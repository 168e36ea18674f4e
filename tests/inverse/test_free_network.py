import numpy as np
import pytest
import torch

import surrobrain as sb
from surrobrain.mechanistic.nodes.dynamic_mean_field import DynamicMeanField

P = sb.priors


@pytest.fixture
def network():
    return sb.Network(sb.WongWang(), sb.examples.ring(4), coupling=0.5, noise=0.01)


@pytest.mark.parametrize(
    ("prior", "values"),
    [
        (P.Uniform(-1.0, 3.0), [-0.9, 0.0, 2.9]),
        (P.Normal(2.0, 0.5), [1.0, 2.0, 4.0]),
        (P.LogNormal(10.0, 2.0), [1.0, 10.0, 50.0]),
    ],
)
def test_a_prior_and_its_opposite_undo_each_other(prior, values):
    given = torch.tensor(values, dtype=torch.float64)
    assert torch.allclose(prior.from_normal(prior.to_normal(given)), given, rtol=1e-9)


def test_draws_follow_their_priors():
    u = torch.as_tensor(np.random.default_rng(0).standard_normal(20000))
    uniform = P.Uniform(2.0, 6.0).from_normal(u).numpy()
    assert uniform.mean() == pytest.approx(4.0, abs=0.03)
    assert uniform.std() == pytest.approx(4 / np.sqrt(12), abs=0.02)
    positive = P.LogNormal(10.0, 2.0).from_normal(u).numpy()
    assert np.median(positive) == pytest.approx(10.0, rel=0.02)
    assert np.mean((positive > 5) & (positive < 20)) == pytest.approx(0.683, abs=0.01)


def test_a_value_beyond_a_bound_is_taken_as_near_as_it_comes(network):
    free = sb.FreeNetwork(network, {"coupling": P.Uniform(1.0, 2.0)})
    assert free.origin()[0] == -3.0
    assert 1.0 < free.natural(free.origin())[0] < 1.01


def test_the_origin_is_the_network_itself(network):
    myelin = np.array([-1.0, 0.5, 1.0, -0.5])
    free = sb.FreeNetwork(
        network,
        {
            "coupling": P.Uniform(0.0, 2.0),
            "I0": sb.per_region(P.Uniform(0.2, 0.4)),
            "w": sb.along_maps(
                {"myelin": myelin}, base=P.Uniform(0.1, 1.5), slope=P.Normal(0.0, 0.1)
            ),
        },
    )
    assert free.names == (
        "coupling", *(f"I0[{name}]" for name in network.regions), "w", "w per myelin",
    )  # fmt: skip
    assert free.units[1:3] == ("nA", "nA")
    there = free.at(free.origin())
    assert there.coupling_form.strength == pytest.approx(0.5)
    assert pytest.approx(np.full(4, 0.3)) == there.node.I0
    assert there.node.w == pytest.approx(np.full(4, 0.9))


def test_a_parameter_follows_its_maps(network):
    myelin = np.array([-1.0, 0.5, 1.0, -0.5])
    maps = {"myelin": myelin}
    prior = sb.along_maps(maps, base=P.Normal(0.9, 0.1), slope=P.Normal(0.0, 0.1))
    free = sb.FreeNetwork(network, {"w": prior})
    assert free.at(np.array([0.0, 2.0])).node.w == pytest.approx(0.9 + 0.2 * myelin)


def test_a_tied_parameter_follows(network):
    free = sb.FreeNetwork(network, {"w": P.Uniform(0.5, 1.0), "J": sb.tied("w", factor=0.3)})
    assert free.n_unknowns == 1
    there = free.at(np.zeros(1)).node
    assert pytest.approx(0.3 * there.w) == there.J


def test_values_stay_within_the_bounds_of_the_node(network):
    free = sb.FreeNetwork(network, {"noise": P.Normal(0.0, 1.0)})
    assert free.points(np.array([[-2.0], [2.0]]))["noise"].tolist() == [0.0, 2.0]


def test_numbers_of_other_parts_have_a_path():
    network = sb.Network(sb.Linear(), sb.examples.ring(3), noise=1.0, observer=sb.observers.BOLD())
    free = sb.FreeNetwork(network, {"observer.efficacy": P.Uniform(0.5, 1.5)})
    assert not free.sweepable
    assert free.at(np.zeros(1)).observer.efficacy == pytest.approx(1.0)


def test_parameters_that_follow_are_found_at_every_point():
    network = sb.Network(DynamicMeanField(), sb.examples.ring(3), coupling=0.5)
    prior = {"coupling": P.Uniform(0.1, 2.0)}
    free = sb.FreeNetwork(network, prior, then=sb.feedback_inhibition)
    points = free.points(np.array([[-1.0], [1.0]]))
    assert set(points) == {"coupling", "J_I"}
    for k, u in enumerate((-1.0, 1.0)):
        assert points["J_I"][k] == pytest.approx(free.at(np.array([u])).node.J_I)


@pytest.mark.parametrize(
    ("unknowns", "error", "message"),
    [
        ({}, ValueError, "nothing is unknown"),
        ({"G": P.Uniform(0.0, 1.0)}, ValueError, "coupling"),
        ({"weights": P.Uniform(0.0, 1.0)}, ValueError, "one by one"),
        ({"speed": P.Uniform(1.0, 9.0)}, ValueError, "no delays"),
        ({"w": (0.0, 1.0)}, TypeError, "needs a prior"),
        ({"w": sb.tied("I0")}, ValueError, "not unknown itself"),
        ({"w": sb.per_region(P.Normal(np.zeros(3), 1.0))}, ValueError, "do not fit"),
    ],
)
def test_what_cannot_be_unknown_is_refused(network, unknowns, error, message):
    with pytest.raises(error, match=message):
        sb.FreeNetwork(network, unknowns)


@pytest.mark.parametrize(
    ("prior", "message"),
    [
        (lambda: P.Uniform(1.0, 1.0), "low < high"),
        (lambda: P.Normal(0.0, 0.0), "positive sd"),
        (lambda: P.LogNormal(-1.0, 2.0), "positive median"),
        (lambda: sb.along_maps({}, base=P.Normal(0.0, 1.0), slope=P.Normal(0.0, 1.0)), "one value"),
    ],
)
def test_a_prior_that_is_none_is_refused(prior, message):
    with pytest.raises(ValueError, match=message):
        prior()
